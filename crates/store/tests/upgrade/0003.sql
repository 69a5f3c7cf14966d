-- The authority's window is known, and when it is asked again.
UPDATE versions SET ask_at = 1767247200000, renewal_information =
  '{"window":{"start":"2099-01-01T00:00:00Z","end":"2099-01-03T00:00:00Z","chosen":"2099-01-02T00:00:00Z","explanation_url":null},"asked_at":"2026-01-01T00:00:00Z"}'
WHERE id = 'ver-1';
