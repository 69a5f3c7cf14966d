-- The first schema. Moments are INTEGER milliseconds since 1970; JSON is TEXT; secrets are BLOBs sealed elsewhere.
-- Indexes are partial where most rows can never match: finding what is due costs what is due, not what is stored.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE authorities (
    id       TEXT PRIMARY KEY,
    json     TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    id         TEXT PRIMARY KEY,
    authority  TEXT NOT NULL,
    json       TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_authority ON accounts (authority, created_at);

-- `number` is the row's own number: explicit, so that a VACUUM may not change it (the search table refers to it).
-- `name_key` is the name in lower case: unique, and the order of lists.
-- `not_after` is that of the current version, here for sorting.
-- `targets` counts its deployments and `unserved` those that do not serve the current version well: for lists by health.
-- `reset_revision` is the revision whose edit reset failures: a worker that read an older one may not bring them back.
CREATE TABLE certificates (
    number         INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    name_key       TEXT NOT NULL UNIQUE,
    authority      TEXT NOT NULL,
    account        TEXT REFERENCES accounts (id),
    settings       TEXT NOT NULL,
    revision       INTEGER NOT NULL,
    reset_revision INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    paused         INTEGER NOT NULL,
    current        TEXT,
    asked_at       INTEGER,
    next_at        INTEGER,
    next_why       TEXT,
    failures       INTEGER NOT NULL DEFAULT 0,
    not_before     INTEGER,
    last_failure   TEXT,
    not_after      INTEGER,
    targets        INTEGER NOT NULL DEFAULT 0,
    unserved       INTEGER NOT NULL DEFAULT 0,
    lease_holder   TEXT,
    lease_until    INTEGER,
    fence          INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX certificates_due ON certificates (next_at) WHERE next_at IS NOT NULL AND paused = 0;
CREATE INDEX certificates_leased ON certificates (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX certificates_next_at ON certificates (next_at);
CREATE INDEX certificates_not_after ON certificates (not_after);
CREATE INDEX certificates_created_at ON certificates (created_at);
CREATE INDEX certificates_authority ON certificates (authority);
CREATE INDEX certificates_account ON certificates (account) WHERE account IS NOT NULL;
CREATE INDEX certificates_health ON certificates (unserved, targets, paused, failures, not_after, id);
CREATE INDEX certificates_unserved ON certificates (unserved) WHERE unserved > 0;
CREATE INDEX certificates_paused ON certificates (paused) WHERE paused = 1;
CREATE INDEX certificates_failing ON certificates (failures) WHERE failures > 0;

CREATE TABLE certificate_identifiers (
    certificate TEXT NOT NULL REFERENCES certificates (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    identifier  TEXT NOT NULL,
    PRIMARY KEY (certificate, position)
) STRICT;
CREATE INDEX identifiers_identifier ON certificate_identifiers (identifier, certificate);

CREATE TABLE certificate_tags (
    certificate TEXT NOT NULL REFERENCES certificates (id) ON DELETE CASCADE,
    tag         TEXT NOT NULL,
    PRIMARY KEY (certificate, tag)
) STRICT;
CREATE INDEX tags_tag ON certificate_tags (tag, certificate);

-- Name, identifiers (both spellings) and tags of certificate `rowid` = certificates.number, for search by any part.
CREATE VIRTUAL TABLE certificate_search USING fts5 (words, tokenize = 'trigram');

-- A live run has a moment to wake at, and only a live one: "live" is `wake_at IS NOT NULL` everywhere.
-- `cancelled` is its own column: saving a run never takes a cancel back.
CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    certificate TEXT NOT NULL REFERENCES certificates (id) ON DELETE CASCADE,
    deployment  TEXT,
    state       TEXT NOT NULL,
    wake_at     INTEGER,
    reason      TEXT NOT NULL,
    "plan"      TEXT NOT NULL,
    marks       TEXT NOT NULL,
    learnt      TEXT NOT NULL,
    cancelled   INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    fence       INTEGER NOT NULL,
    CHECK ((state IN ('active', 'waiting')) = (wake_at IS NOT NULL))
) STRICT;
CREATE INDEX runs_wake ON runs (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX runs_live ON runs (certificate) WHERE wake_at IS NOT NULL;
CREATE UNIQUE INDEX runs_one_obtain ON runs (certificate) WHERE wake_at IS NOT NULL AND deployment IS NULL;
CREATE UNIQUE INDEX runs_one_deploy ON runs (deployment) WHERE wake_at IS NOT NULL AND deployment IS NOT NULL;
CREATE INDEX runs_certificate ON runs (certificate, created_at);
CREATE INDEX runs_created_at ON runs (created_at);

CREATE TABLE versions (
    id           TEXT PRIMARY KEY,
    certificate  TEXT NOT NULL REFERENCES certificates (id) ON DELETE CASCADE,
    run          TEXT NOT NULL,
    authority    TEXT NOT NULL,
    account      TEXT NOT NULL,
    state        TEXT NOT NULL,
    key_type     TEXT NOT NULL,
    sealed_key   BLOB NOT NULL,
    request      BLOB NOT NULL,
    chain        TEXT,
    facts        TEXT,
    trust        TEXT,
    not_after    INTEGER,
    created_at   INTEGER NOT NULL,
    published_at INTEGER
) STRICT;
CREATE INDEX versions_certificate ON versions (certificate, created_at);
CREATE UNIQUE INDEX versions_run ON versions (run);

CREATE TABLE deployments (
    id           TEXT PRIMARY KEY,
    certificate  TEXT NOT NULL REFERENCES certificates (id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    target       TEXT NOT NULL,
    wanted       TEXT,
    deployed     TEXT,
    verified_at  INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER,
    last_failure TEXT,
    approved     TEXT
) STRICT;
CREATE INDEX deployments_due ON deployments (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deployments_certificate ON deployments (certificate, position);

-- No foreign keys: what is owed stays owed when its certificate is deleted.
CREATE TABLE challenges (
    run               TEXT NOT NULL,
    certificate       TEXT NOT NULL,
    identifier        TEXT NOT NULL,
    responder         TEXT NOT NULL,
    token             TEXT NOT NULL,
    key_authorization TEXT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('owed', 'removed')),
    PRIMARY KEY (run, identifier)
) STRICT;
CREATE INDEX challenges_token ON challenges (token) WHERE state = 'owed';
CREATE INDEX challenges_owed ON challenges (run, identifier) WHERE state = 'owed';
CREATE INDEX challenges_certificate ON challenges (certificate);

CREATE TABLE observations (
    certificate TEXT NOT NULL REFERENCES certificates (id) ON DELETE CASCADE,
    address     TEXT NOT NULL,
    host        TEXT NOT NULL,
    json        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (certificate, address, host)
) STRICT;

-- History outlives what it tells of: no foreign keys. AUTOINCREMENT: an id is never given twice.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    certificate TEXT,
    run         TEXT,
    step        INTEGER,
    kind        TEXT NOT NULL,
    level       TEXT NOT NULL,
    message     TEXT NOT NULL
) STRICT;
CREATE INDEX events_certificate ON events (certificate, id) WHERE certificate IS NOT NULL;
CREATE INDEX events_run ON events (run, id) WHERE run IS NOT NULL;

CREATE TABLE audit (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    before TEXT,
    after  TEXT
) STRICT;
CREATE INDEX audit_object ON audit (object, id);

CREATE TABLE idempotency (
    key          TEXT NOT NULL,
    route        TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status       INTEGER,
    answer       BLOB,
    at           INTEGER NOT NULL,
    PRIMARY KEY (key, route)
) STRICT;
CREATE INDEX idempotency_at ON idempotency (at);
