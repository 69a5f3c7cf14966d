-- What was ordered, what counts, what the authority told us to wait for.
INSERT INTO ledger_orders (run, certificate, authority, account, identifier_set, exemption, outcome, at)
VALUES ('run-1', 'cert-shop', 'own', 'acct-1', 'set', 'none', 'issued', 1767225600000);
INSERT INTO ledger_uses VALUES ('own', 'orders', 'acct-1', 1767225600000, 'run-1');
INSERT INTO ledger_streaks VALUES ('own', 'acct-1 blog.example.com', 2, 1767225600000);
INSERT INTO ledger_waits VALUES ('own', 'everything', '', 1767225600000, 4102444800000, 'too often');
