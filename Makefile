# Two commands are all a person needs; the rest are shorter ways for daily work.
# Where make itself is missing, call the scripts.

.PHONY: run test build setup unit lint bench clean

run:   ; @./build/run
test:  ; @./build/test

setup: ; @./build/run setup
build: ; @./build/run build
unit:  ; @./build/test unit
lint:  ; @./build/test lint
bench: ; @./build/test bench
clean: ; rm -rf steward artefacts frontend/node_modules && find frontend/dist -mindepth 1 ! -name .gitkeep -delete
