-- Certificates that are to be replaced before an incident is over, with the version that is to go: a mass renewal, a mass
-- revocation. They go with their certificate, and when the incident is closed.
CREATE TABLE incident_members (
    incident    TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    certificate TEXT NOT NULL REFERENCES certificates (id) ON DELETE CASCADE,
    version     TEXT NOT NULL,
    PRIMARY KEY (incident, certificate)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_members_certificate ON incident_members (certificate);
