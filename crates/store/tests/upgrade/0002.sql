-- An authority of our own with an account, an order that is over, and what was issued.
INSERT INTO issuers (name, settings, enabled, root, intermediate, sealed_root_key, sealed_intermediate_key, revision, created_at)
VALUES ('home', '{"title":"Home"}', 1, x'01', x'02', x'03', x'04', 1, 1767225600000);
INSERT INTO issuer_external_keys VALUES ('home', 'kid-1', '{}', x'05', 1767225600000, NULL, 'iacct-1', NULL);
INSERT INTO issuer_accounts VALUES ('iacct-1', 'home', 'thumb', '{}', 'valid', '[]', 'kid-1', 0, 1767225600000);
INSERT INTO issuer_orders (id, issuer, account, status, identifiers, expires_at, created_at)
VALUES ('iord-1', 'home', 'iacct-1', 'valid', '["nas.home.arpa"]', 1767312000000, 1767225600000);
INSERT INTO issuer_authorizations VALUES ('iauthz-1', 'home', 'iacct-1', 'iord-1', 0, 'nas.home.arpa', 'valid', 1767312000000);
INSERT INTO issuer_challenges VALUES ('ichall-1', 'home', 'iauthz-1', 0, 'http-01', 'token', 'valid', 1, NULL, 1767225601000, NULL);
INSERT INTO issuer_certificates (issuer, serial, order_id, account, chain, identifiers, key_fingerprint, not_before, not_after)
VALUES ('home', '0a', 'iord-1', 'iacct-1', 'PEM', '["nas.home.arpa"]', 'k', 1767225600000, 4102444800000);
