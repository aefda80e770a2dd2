package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// Settings are the person's choices; an empty string means "decide for me".
type Settings struct {
	Locale       string `json:"locale"`
	Theme        string `json:"theme"`
	Motion       string `json:"motion"`
	Density      string `json:"density"`
	OllamaHost   string `json:"ollama_host"`
	ChatModel    string `json:"chat_model"`
	EmbedModel   string `json:"embed_model"`
	Semantic     bool   `json:"semantic"`
	FirstRunDone bool   `json:"first_run_done"`
}

// Settings gives the stored settings; what was never set is its default.
func (s *Store) Settings(ctx context.Context) (Settings, error) {
	set := Settings{Semantic: true}
	rows, err := s.db.QueryContext(ctx, "SELECT key, value FROM setting")
	if err != nil {
		return set, fmt.Errorf("read the settings: %w", err)
	}
	defer rows.Close()
	object := map[string]json.RawMessage{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return set, fmt.Errorf("read the settings: %w", err)
		}
		object[key] = json.RawMessage(value)
	}
	if err := rows.Err(); err != nil {
		return set, fmt.Errorf("read the settings: %w", err)
	}
	text, err := json.Marshal(object)
	if err != nil {
		return set, fmt.Errorf("read the settings: %w", err)
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return set, fmt.Errorf("read the settings: %w", err)
	}
	return set, nil
}

// SaveSettings stores all settings in one step.
func (s *Store) SaveSettings(ctx context.Context, set Settings) error {
	text, err := json.Marshal(set)
	if err != nil {
		return fmt.Errorf("store the settings: %w", err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return fmt.Errorf("store the settings: %w", err)
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		for key, value := range object {
			_, err := tx.ExecContext(ctx, `INSERT INTO setting (key, value) VALUES (?, ?)
				ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, string(value))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the settings: %w", err)
	}
	return nil
}
