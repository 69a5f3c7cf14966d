-- Service life: what metrics show is counted as it changes, so that reading it costs nothing that grows with the store.

-- How many certificates are so and so, by the facts of their health that do not depend on the moment. All 32 rows are there
-- from the beginning; triggers keep the counts.
CREATE TABLE certificate_counts (
    paused   INTEGER NOT NULL,
    failing  INTEGER NOT NULL,
    issued   INTEGER NOT NULL,
    unserved INTEGER NOT NULL,
    targets  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    PRIMARY KEY (paused, failing, issued, unserved, targets)
) STRICT, WITHOUT ROWID;

WITH bit (value) AS (VALUES (0), (1))
INSERT INTO certificate_counts
SELECT p.value, f.value, i.value, u.value, t.value, (
    SELECT count(*) FROM certificates c
    WHERE c.paused = p.value AND (c.failures > 0) = f.value AND (c.not_after IS NOT NULL) = i.value
    AND (c.unserved > 0) = u.value AND (c.targets > 0) = t.value)
FROM bit p, bit f, bit i, bit u, bit t;

CREATE TRIGGER certificates_counted AFTER INSERT ON certificates BEGIN
    UPDATE certificate_counts SET number = number + 1
    WHERE paused = NEW.paused AND failing = (NEW.failures > 0) AND issued = (NEW.not_after IS NOT NULL)
    AND unserved = (NEW.unserved > 0) AND targets = (NEW.targets > 0);
END;

CREATE TRIGGER certificates_uncounted AFTER DELETE ON certificates BEGIN
    UPDATE certificate_counts SET number = number - 1
    WHERE paused = OLD.paused AND failing = (OLD.failures > 0) AND issued = (OLD.not_after IS NOT NULL)
    AND unserved = (OLD.unserved > 0) AND targets = (OLD.targets > 0);
END;

CREATE TRIGGER certificates_recounted AFTER UPDATE OF paused, failures, not_after, unserved, targets ON certificates
WHEN OLD.paused <> NEW.paused OR (OLD.failures > 0) <> (NEW.failures > 0)
    OR (OLD.not_after IS NULL) <> (NEW.not_after IS NULL) OR (OLD.unserved > 0) <> (NEW.unserved > 0)
    OR (OLD.targets > 0) <> (NEW.targets > 0)
BEGIN
    UPDATE certificate_counts SET number = number - 1
    WHERE paused = OLD.paused AND failing = (OLD.failures > 0) AND issued = (OLD.not_after IS NOT NULL)
    AND unserved = (OLD.unserved > 0) AND targets = (OLD.targets > 0);
    UPDATE certificate_counts SET number = number + 1
    WHERE paused = NEW.paused AND failing = (NEW.failures > 0) AND issued = (NEW.not_after IS NOT NULL)
    AND unserved = (NEW.unserved > 0) AND targets = (NEW.targets > 0);
END;

-- Until when what a deployment was seen to serve is valid: for the earliest of all.
ALTER TABLE deployments ADD COLUMN served_until INTEGER;
UPDATE deployments SET served_until = (SELECT v.not_after FROM versions v WHERE v.id = deployments.deployed)
WHERE verified_at IS NOT NULL;
CREATE INDEX deployments_served_until ON deployments (served_until) WHERE served_until IS NOT NULL;

CREATE TRIGGER deployments_served AFTER UPDATE OF deployed, verified_at ON deployments
WHEN OLD.deployed IS NOT NEW.deployed OR OLD.verified_at IS NOT NEW.verified_at
BEGIN
    UPDATE deployments SET served_until = CASE
        WHEN NEW.verified_at IS NULL THEN NULL
        ELSE (SELECT v.not_after FROM versions v WHERE v.id = NEW.deployed) END
    WHERE id = NEW.id;
END;

-- Events are pruned by their age.
CREATE INDEX events_at ON events (at);
