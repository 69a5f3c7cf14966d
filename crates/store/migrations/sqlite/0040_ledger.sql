-- The rate-limit ledger: what was ordered where, what counts against which limit, what authorities told us to wait for.

CREATE TABLE ledger_orders (
    number         INTEGER PRIMARY KEY,
    run            TEXT NOT NULL,
    certificate    TEXT NOT NULL,
    authority      TEXT NOT NULL,
    account        TEXT NOT NULL,
    identifier_set TEXT NOT NULL,
    exemption      TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    at             INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_orders_run ON ledger_orders (run);
CREATE INDEX ledger_orders_at ON ledger_orders (at);
CREATE INDEX ledger_orders_authority ON ledger_orders (authority, at);

-- One row for each use of a limit; a prediction is one range of the first index for each limit.
CREATE TABLE ledger_uses (
    authority TEXT NOT NULL,
    scope     TEXT NOT NULL,
    subject   TEXT NOT NULL,
    at        INTEGER NOT NULL,
    run       TEXT
) STRICT;
CREATE INDEX ledger_uses_subject ON ledger_uses (authority, scope, subject, at);
CREATE INDEX ledger_uses_run ON ledger_uses (run) WHERE run IS NOT NULL;
CREATE INDEX ledger_uses_at ON ledger_uses (at);

CREATE TABLE ledger_streaks (
    authority TEXT NOT NULL,
    subject   TEXT NOT NULL,
    failures  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    PRIMARY KEY (authority, subject)
) STRICT;

CREATE TABLE ledger_waits (
    authority TEXT NOT NULL,
    scope     TEXT NOT NULL,
    subject   TEXT NOT NULL,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    words     TEXT NOT NULL,
    PRIMARY KEY (authority, scope, subject)
) STRICT;
CREATE INDEX ledger_waits_until ON ledger_waits (until);
