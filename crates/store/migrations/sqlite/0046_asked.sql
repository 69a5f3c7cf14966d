-- Certificates that somebody asked for and that were not answered yet are listed.
CREATE INDEX certificates_asked ON certificates (asked_at) WHERE asked_at IS NOT NULL;
