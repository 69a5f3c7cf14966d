-- What holds for every certificate that does not say otherwise: one row.
CREATE TABLE defaults (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    json     TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
-- Whether a person asked for the next deploy run: it waits for no maintenance window.
ALTER TABLE deployments ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;
-- Who keeps to a window of this name by its own settings.
CREATE INDEX certificates_window ON certificates (json_extract(settings, '$.window.name'))
WHERE json_extract(settings, '$.window.name') IS NOT NULL;
