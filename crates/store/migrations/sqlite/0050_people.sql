-- People who sign in, their sessions, tokens of programs, and one-time links. Of all secrets the digest is kept, of
-- passwords an Argon2id hash, of second factors the sealed secret.

CREATE TABLE users (
    id                TEXT PRIMARY KEY,
    name              TEXT NOT NULL,
    -- Letter case folded.
    name_key          TEXT NOT NULL UNIQUE,
    role              TEXT NOT NULL,
    disabled          INTEGER NOT NULL,
    -- NULL: signs in by one-time links alone.
    password          TEXT,
    sealed_totp       BLOB,
    -- Whether the sealed secret counts, or is still to be proved.
    totp              INTEGER NOT NULL DEFAULT 0,
    -- The time step of the last code that was taken: none is taken twice.
    totp_step         INTEGER NOT NULL DEFAULT 0,
    failures          INTEGER NOT NULL DEFAULT 0,
    failed_at         INTEGER,
    locked_until      INTEGER,
    created_at        INTEGER NOT NULL,
    last_signed_in_at INTEGER,
    revision          INTEGER NOT NULL
) STRICT;
CREATE INDEX users_role ON users (role, disabled, created_at);

CREATE TABLE recovery_codes (
    owner  TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    digest BLOB NOT NULL,
    PRIMARY KEY (owner, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    digest       BLOB PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    owner        TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    address      TEXT NOT NULL,
    user_agent   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_owner ON sessions (owner, last_seen_at);
CREATE INDEX sessions_seen ON sessions (last_seen_at);
CREATE INDEX sessions_end ON sessions (ends_at);

CREATE TABLE api_tokens (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL UNIQUE,
    digest       BLOB NOT NULL UNIQUE,
    role         TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER
) STRICT;

CREATE TABLE sign_in_links (
    digest     BLOB PRIMARY KEY,
    -- NULL: makes the first administrator.
    owner      TEXT REFERENCES users ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_links_owner ON sign_in_links (owner) WHERE owner IS NOT NULL;

-- The audit is looked through by who, what and when.
CREATE INDEX audit_who ON audit (who, id);
CREATE INDEX audit_action ON audit (action);
CREATE INDEX audit_at ON audit (at);
