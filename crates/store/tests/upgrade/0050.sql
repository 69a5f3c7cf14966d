-- An administrator with a second factor, who is signed in, and a token of a program.
INSERT INTO users (id, name, name_key, role, disabled, password, sealed_totp, totp, created_at, revision)
VALUES ('user-1', 'Ada', 'ada', 'administrator', 0, '$argon2id$', x'ee01', 1, 1767225600000, 2);
INSERT INTO recovery_codes VALUES ('user-1', x'4444444444444444444444444444444444444444444444444444444444444444');
INSERT INTO sessions VALUES (x'1111111111111111111111111111111111111111111111111111111111111111', 'sess-1', 'user-1',
  1767225600000, 1767225600000, 4102444800000, '192.0.2.1', 'browser');
INSERT INTO api_tokens VALUES ('tok-1', 'prometheus', 'prometheus', x'2222222222222222222222222222222222222222222222222222222222222222', 'viewer', '["metrics"]', 1767225600000, 'Ada', NULL, NULL);
