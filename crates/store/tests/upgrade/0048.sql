-- A mass renewal that is going on.
INSERT INTO incidents (id, kind, of, json, opened_at) VALUES ('inc-1', 'mass-renewal', 'own',
  '{"id":"inc-1","cause":{"kind":"mass-renewal","of":"own"},"words":"own wants many certificates renewed","remedy":"nothing","gathered":{"count":20,"first_at":"2026-01-01T00:00:00Z","last_at":"2026-01-01T00:05:00Z","examples":[{"at":"2026-01-01T00:00:00Z","certificate":"cert-shop","name":"Shop","words":"its window was moved"}]},"resolved":7,"opened_at":"2026-01-01T00:05:00Z"}',
  1767225900000);
