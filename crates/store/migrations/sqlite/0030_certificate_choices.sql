-- What a person may choose about one certificate: a key of its own, and keys that are never used again.

-- The private key that a person gave, sealed; one for each certificate at most.
CREATE TABLE own_keys (
    certificate TEXT PRIMARY KEY REFERENCES certificates (id) ON DELETE CASCADE,
    sealed_key  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Keys known to be compromised, by the SHA-256 of their public key info. They outlive their certificates.
CREATE TABLE compromised_keys (
    fingerprint TEXT PRIMARY KEY,
    at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whether the version's authority issued for tests only.
ALTER TABLE versions ADD COLUMN staging INTEGER NOT NULL DEFAULT 0;
