-- When the authority suggests to renew a version (RFC 9773): what is known, as JSON, and when it is asked again. Only the
-- current version of a certificate has a moment.
ALTER TABLE versions ADD COLUMN renewal_information TEXT;
ALTER TABLE versions ADD COLUMN ask_at INTEGER;
CREATE INDEX versions_ask ON versions (ask_at) WHERE ask_at IS NOT NULL;
UPDATE versions SET ask_at = 0
WHERE id IN (SELECT current FROM certificates) AND json_extract(facts, '$.renewal_info_id') IS NOT NULL;
