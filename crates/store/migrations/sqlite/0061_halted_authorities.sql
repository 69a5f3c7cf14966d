-- What keeps an authority from issuing counts in the health of its certificates: that it is retired, or switched off.
ALTER TABLE authority_probes ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;
UPDATE authority_probes SET retired = 1
WHERE julianday(json ->> '$.probed_at') - julianday(json ->> '$.bad_since') >= 3.0;
ALTER TABLE authorities ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
UPDATE authorities SET disabled = 1 WHERE json ->> '$.details.disabled';

-- What is set here of an authority that came with the program, apart from its entry: a newer program brings a newer one.
CREATE TABLE authority_settings (
    authority TEXT PRIMARY KEY,
    json      TEXT NOT NULL,
    disabled  INTEGER NOT NULL,
    revision  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Authorities whose certificates are to be graded anew, and up to which number that is done.
CREATE TABLE authority_gradings (
    authority TEXT PRIMARY KEY,
    graded_to INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO authority_gradings (authority)
SELECT authority FROM authority_probes WHERE retired UNION SELECT id FROM authorities WHERE disabled;
