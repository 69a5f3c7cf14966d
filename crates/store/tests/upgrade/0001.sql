-- What the first schema held: an entry of an authority, an account, a certificate that is served (shop), one that fails and
-- has a run waiting (blog), one that is paused (old), with everything that hangs on them.
INSERT INTO meta VALUES ('check', x'0102');
INSERT INTO authorities (id, json, revision) VALUES ('own',
  '{"id":"own","title":"Our CA","directory":"https://ca.internal/dir","directory_tls_roots":null,"issuing_roots":{"kind":"unknown"},"internal_names":true,"staging":false,"external_account_required":false,"profiles":[{"name":"","max_identifiers":100,"ip_addresses":true,"common_name":true}],"key_types":["ecdsa-p256","rsa2048"],"built_in":false}',
  1);
INSERT INTO accounts (id, authority, json, sealed_key, revision, created_at) VALUES ('acct-1', 'own',
  '{"id":"acct-1","authority":"own","state":"valid","url":"https://ca.internal/acct/1","contact":["admin@example.com"],"terms_agreed":null,"terms_agreed_at":null,"external_account":null,"thumbprint":"abc","key_type":"ES256","created_at":"2026-01-01T00:00:00Z"}',
  x'aa01', 1, 1767225600000);

INSERT INTO certificates (number, id, name_key, authority, account, settings, revision, created_at, updated_at, paused, current, next_at, next_why, failures, not_after)
VALUES (1, 'cert-shop', 'shop', 'own', 'acct-1',
  '{"name":"Shop","notes":"by Ada","tags":["web"],"paused":false,"identifiers":["shop.example.com","www.shop.example.com"],"authority":"own","account":"acct-1","profile":null,"key_type":null,"challenge":{"type":"http-01"},"deployments":[{"id":"dep-1","target":"nginx","settings":{"configuration":"/etc/nginx/nginx.conf"}}]}',
  3, 1767225600000, 1767225700000, 0, 'ver-1', 4070908800000, 'two thirds of the lifetime are over', 0, 4102444800000);
INSERT INTO certificates (number, id, name_key, authority, account, settings, revision, created_at, updated_at, paused, asked_at, next_at, next_why, failures, not_before, last_failure)
VALUES (2, 'cert-blog', 'blog', 'own', NULL,
  '{"name":"blog","notes":"","tags":[],"paused":false,"identifiers":["blog.example.com"],"authority":"own","account":null,"profile":null,"key_type":"rsa2048","challenge":{"type":"http-01-webroot","root":"/srv/blog"},"deployments":[]}',
  1, 1767225600000, 1767225600000, 0, NULL, 1767229200000, 'the last try failed', 2, 1767229200000,
  '{"kind":"challenge-failed","class":{"class":"needs-person"},"attempted":"validate blog.example.com","answer":"connection refused","remedy":"open port 80","identifiers":[{"identifier":"blog.example.com","kind":"connection","detail":"refused"}]}');
INSERT INTO certificates (number, id, name_key, authority, account, settings, revision, created_at, updated_at, paused)
VALUES (3, 'cert-old', 'old', 'letsencrypt', NULL,
  '{"name":"old","notes":"","tags":["web","old"],"paused":true,"identifiers":["192.0.2.1"],"authority":"letsencrypt","account":null,"profile":null,"key_type":null,"challenge":{"type":"http-01"},"deployments":[]}',
  1, 1767225600000, 1767225600000, 1);
INSERT INTO certificate_identifiers VALUES ('cert-shop', 0, 'shop.example.com'), ('cert-shop', 1, 'www.shop.example.com'),
  ('cert-blog', 0, 'blog.example.com'), ('cert-old', 0, '192.0.2.1');
INSERT INTO certificate_tags VALUES ('cert-shop', 'web'), ('cert-old', 'web'), ('cert-old', 'old');
INSERT INTO certificate_search (rowid, words) VALUES (1, 'Shop shop.example.com www.shop.example.com web'),
  (2, 'blog blog.example.com'), (3, 'old 192.0.2.1 web old');

INSERT INTO runs (id, certificate, deployment, state, wake_at, reason, "plan", marks, learnt, created_at, ended_at, fence)
VALUES ('run-1', 'cert-shop', NULL, 'done', NULL, 'asked by hand',
  '{"kind":"obtain","steps":[{"step":"prove-storage"},{"step":"open-order","authority":"own","account":"acct-1","identifiers":["shop.example.com","www.shop.example.com"],"profile":null},{"step":"finalize"},{"step":"publish"}],"warnings":[]}',
  '[{"mark":"done"},{"mark":"done"},{"mark":"done"},{"mark":"done"}]',
  '{"version":"ver-1","order":"https://ca.internal/order/1","finalize":"https://ca.internal/finalize/1","authorizations":[{"identifier":"shop.example.com","url":"https://ca.internal/authz/1","challenge":null,"token":null,"valid":true}],"certificate":"https://ca.internal/cert/1","previous":null,"approved":[]}',
  1767225600000, 1767225660000, 1);
INSERT INTO runs (id, certificate, deployment, state, wake_at, reason, "plan", marks, learnt, created_at, ended_at, fence)
VALUES ('run-2', 'cert-shop', 'dep-1', 'done', NULL, 'a new version was published',
  '{"kind":"deploy","deployment":"dep-1","target":"nginx","steps":[{"step":"store-files","folder":"/var/lib/certwright/certificates/cert-shop"},{"step":"act","act":{"provider":"nginx","words":"edit shop.conf","lines":["- old","+ new"],"act":{"edit":1}}},{"step":"switch-version","link":"/var/lib/certwright/certificates/cert-shop/current","from":null},{"step":"verify","binding":{"site":"shop","endpoints":[{"address":"127.0.0.1:443","host":"shop.example.com"}],"change":"repoint"}},{"step":"conclude"}],"warnings":[]}',
  '[{"mark":"done"},{"mark":"done"},{"mark":"done"},{"mark":"done"},{"mark":"done"}]',
  '{"version":"ver-1","order":null,"finalize":null,"authorizations":[],"certificate":null,"previous":null,"approved":[]}',
  1767225660000, 1767225670000, 1);
INSERT INTO runs (id, certificate, deployment, state, wake_at, reason, "plan", marks, learnt, created_at, ended_at, fence)
VALUES ('run-3', 'cert-blog', NULL, 'waiting', 1767229200000, 'it was never issued',
  '{"kind":"obtain","steps":[{"step":"prove-storage"},{"step":"make-key","key_type":"rsa2048","identifiers":["blog.example.com"],"common_name":"blog.example.com"},{"step":"open-order","authority":"own","account":"acct-1","identifiers":["blog.example.com"],"profile":null},{"step":"present-challenges","responder":{"responder":"webroot","root":"/srv/blog","shown_by":"nginx"},"identifiers":["blog.example.com"]}],"warnings":["look"]}',
  '[{"mark":"done"},{"mark":"begun","tries":1},{"mark":"later","at":"2026-01-01T01:00:00Z","tries":2,"why":"no answer"},{"mark":"todo"}]',
  '{"version":null,"order":null,"finalize":null,"authorizations":[],"certificate":null,"previous":null,"approved":[]}',
  1767225600000, NULL, 1);

INSERT INTO versions (id, certificate, run, authority, account, state, key_type, sealed_key, request, chain, facts, trust, not_after, created_at, published_at)
VALUES ('ver-1', 'cert-shop', 'run-1', 'own', 'acct-1', 'published', 'ecdsa-p256', x'bb01', x'cc01', 'PEM',
  '{"serial":"01","fingerprint":"f1","key_fingerprint":"k1","common_name":"shop.example.com","subject":"CN=shop.example.com","issuer":"CN=Our CA","identifiers":["shop.example.com","www.shop.example.com"],"not_before":"2026-01-01T00:00:00Z","not_after":"2100-01-01T00:00:00Z","key_algorithm":"ECDSA P-256","is_authority":false,"renewal_info_id":"a.b"}',
  '{"verdict":"trusted","root":"CN=Our root"}', 4102444800000, 1767225600000, 1767225650000);

INSERT INTO deployments (id, certificate, position, target, wanted) VALUES ('dep-1', 'cert-shop', 0, 'nginx', 'ver-1');
UPDATE deployments SET deployed = 'ver-1', verified_at = 1767225670000 WHERE id = 'dep-1';
INSERT INTO challenges VALUES ('run-3', 'cert-blog', 'blog.example.com',
  '{"responder":"webroot","root":"/srv/blog","shown_by":"nginx"}', 'token', 'token.abc', 'owed');
INSERT INTO observations VALUES ('cert-shop', '127.0.0.1:443', 'shop.example.com',
  '{"endpoint":{"address":"127.0.0.1:443","host":"shop.example.com"},"at":"2026-01-01T00:01:10Z","fingerprint":"f1","served":true,"trust":{"verdict":"trusted","root":"CN=Our root"},"matching":true,"not_after":"2100-01-01T00:00:00Z","problem":null}',
  1767225670000);
INSERT INTO events (at, certificate, run, step, kind, level, message) VALUES
  (1767225600000, 'cert-shop', NULL, NULL, 'certificate-changed', 'info', 'Created Shop'),
  (1767225650000, 'cert-shop', 'run-1', 3, 'published', 'info', 'ver-1 is the newest version');
INSERT INTO audit (at, who, action, object, before, after) VALUES
  (1767225600000, 'local uid 0', 'create', 'certificate cert-shop', NULL, '{"name":"Shop"}');
INSERT INTO idempotency VALUES ('key', 'POST /certificates', 'hash', 201, x'7b7d', 1767225600000);
