module steward

go 1.26.0
