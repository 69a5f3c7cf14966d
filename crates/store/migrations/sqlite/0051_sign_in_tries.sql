-- Addresses and names that nobody has, locked after too many tries to sign in: by digest, so that a restart forgives nobody
-- and the table names nobody.

CREATE TABLE sign_in_tries (
    subject      BLOB PRIMARY KEY,
    failures     INTEGER NOT NULL,
    failed_at    INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_tries_failed ON sign_in_tries (failed_at);
