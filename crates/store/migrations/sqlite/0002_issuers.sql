-- Issuers: the certificate authorities that this service is itself. (`authorities` are those it is a client of.)
-- What an account asked for is deleted when it is over; certificates stay until their time has passed.

-- `list_number` is that of the newest revocation list (RFC 5280 §5.2.3): it never comes again.
CREATE TABLE issuers (
    name                    TEXT PRIMARY KEY,
    settings                TEXT NOT NULL,
    enabled                 INTEGER NOT NULL,
    root                    BLOB NOT NULL,
    intermediate            BLOB NOT NULL,
    sealed_root_key         BLOB NOT NULL,
    sealed_intermediate_key BLOB NOT NULL,
    list_number             INTEGER NOT NULL DEFAULT 0,
    revision                INTEGER NOT NULL,
    created_at              INTEGER NOT NULL
) STRICT;

-- `account` is the account that was bound with it: a key binds one.
CREATE TABLE issuer_external_keys (
    issuer     TEXT NOT NULL REFERENCES issuers (name) ON DELETE CASCADE,
    id         TEXT NOT NULL,
    policy     TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    account    TEXT,
    used_at    INTEGER,
    PRIMARY KEY (issuer, id)
) STRICT;

CREATE TABLE issuer_accounts (
    id           TEXT PRIMARY KEY,
    issuer       TEXT NOT NULL REFERENCES issuers (name) ON DELETE CASCADE,
    thumbprint   TEXT NOT NULL,
    jwk          TEXT NOT NULL,
    status       TEXT NOT NULL,
    contacts     TEXT NOT NULL,
    external_key TEXT,
    terms_agreed INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    UNIQUE (issuer, thumbprint)
) STRICT;
CREATE INDEX issuer_accounts_over ON issuer_accounts (issuer) WHERE status <> 'valid';

-- `request`, `serial`, `not_before` and `not_after` are written before the certificate is signed: a signature that
-- was lost is repeated over the same content.
CREATE TABLE issuer_orders (
    id          TEXT PRIMARY KEY,
    issuer      TEXT NOT NULL REFERENCES issuers (name) ON DELETE CASCADE,
    account     TEXT NOT NULL REFERENCES issuer_accounts (id) ON DELETE CASCADE,
    status      TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    profile     TEXT,
    replaces    TEXT,
    error       TEXT,
    request     BLOB,
    serial      TEXT,
    not_before  INTEGER,
    not_after   INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX issuer_orders_account ON issuer_orders (account, id);
CREATE INDEX issuer_orders_open ON issuer_orders (account, expires_at) WHERE status IN ('pending', 'ready', 'processing');
CREATE INDEX issuer_orders_recent ON issuer_orders (account, expires_at);
CREATE INDEX issuer_orders_processing ON issuer_orders (issuer, id) WHERE status = 'processing';
CREATE INDEX issuer_orders_expires ON issuer_orders (issuer, expires_at);

CREATE TABLE issuer_authorizations (
    id         TEXT PRIMARY KEY,
    issuer     TEXT NOT NULL REFERENCES issuers (name) ON DELETE CASCADE,
    account    TEXT NOT NULL REFERENCES issuer_accounts (id) ON DELETE CASCADE,
    order_id   TEXT NOT NULL REFERENCES issuer_orders (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    status     TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX issuer_authorizations_order ON issuer_authorizations (order_id, position);
CREATE INDEX issuer_authorizations_account ON issuer_authorizations (account, status, identifier);

-- A challenge that is being validated has a moment, and only such a one.
CREATE TABLE issuer_challenges (
    id               TEXT PRIMARY KEY,
    issuer           TEXT NOT NULL REFERENCES issuers (name) ON DELETE CASCADE,
    authorization_id TEXT NOT NULL REFERENCES issuer_authorizations (id) ON DELETE CASCADE,
    position         INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    token            TEXT NOT NULL,
    status           TEXT NOT NULL,
    attempts         INTEGER NOT NULL,
    next_at          INTEGER,
    validated_at     INTEGER,
    error            TEXT,
    CHECK ((status = 'processing') = (next_at IS NOT NULL))
) STRICT;
CREATE INDEX issuer_challenges_authorization ON issuer_challenges (authorization_id, position);
CREATE INDEX issuer_challenges_due ON issuer_challenges (issuer, next_at) WHERE next_at IS NOT NULL;

-- No foreign keys to order and account: a certificate outlives both.
CREATE TABLE issuer_certificates (
    issuer          TEXT NOT NULL REFERENCES issuers (name) ON DELETE CASCADE,
    serial          TEXT NOT NULL,
    order_id        TEXT NOT NULL,
    account         TEXT NOT NULL,
    chain           TEXT NOT NULL,
    identifiers     TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL,
    not_before      INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
    revoked_at      INTEGER,
    reason          INTEGER,
    replaced_by     TEXT,
    PRIMARY KEY (issuer, serial)
) STRICT;
CREATE UNIQUE INDEX issuer_certificates_order ON issuer_certificates (order_id);
CREATE INDEX issuer_certificates_account ON issuer_certificates (account);
CREATE INDEX issuer_certificates_not_after ON issuer_certificates (issuer, not_after);
CREATE INDEX issuer_certificates_revoked ON issuer_certificates (issuer, serial) WHERE revoked_at IS NOT NULL;
