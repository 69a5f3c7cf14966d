-- What a directory answered.
INSERT INTO authority_probes (authority, json) VALUES ('own',
  '{"authority":"own","probed_at":"2026-01-01T00:00:00Z","good_at":"2026-01-01T00:00:00Z","bad_since":null,"answer":null}');
