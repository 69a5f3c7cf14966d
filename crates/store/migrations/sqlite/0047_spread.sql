-- How much later than its usual first moment a certificate is requested, so that an import or a change of many is no herd:
-- milliseconds, drawn once.
ALTER TABLE certificates ADD COLUMN spread INTEGER NOT NULL DEFAULT 0;
