-- Accounts change their key: the new one lies sealed beside the old one until it is known which one the authority
-- knows. Versions know where the authority keeps them, and whether they are revoked.

ALTER TABLE accounts ADD COLUMN sealed_next_key BLOB;

ALTER TABLE versions ADD COLUMN certificate_url TEXT;
ALTER TABLE versions ADD COLUMN revocation TEXT;
ALTER TABLE versions ADD COLUMN revoking TEXT;
-- The revocation list that a current version is looked up in; NULL for all others.
ALTER TABLE versions ADD COLUMN revocation_list TEXT;
CREATE INDEX versions_revoking ON versions (id) WHERE revoking IS NOT NULL;
CREATE INDEX versions_revocation_list ON versions (revocation_list, id) WHERE revocation_list IS NOT NULL;

UPDATE versions SET certificate_url =
    (SELECT json_extract(learnt, '$.certificate') FROM runs WHERE runs.id = versions.run)
WHERE state = 'published';

-- One row for each list, however many certificates name it: fetching costs what there are of lists.
CREATE TABLE revocation_lists (
    url     TEXT PRIMARY KEY,
    next_at INTEGER NOT NULL,
    failure TEXT
) STRICT;
CREATE INDEX revocation_lists_next_at ON revocation_lists (next_at);
