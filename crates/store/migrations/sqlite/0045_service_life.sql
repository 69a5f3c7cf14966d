-- Service life: health is stored as it changes, and what metrics show is counted, so that reading it costs nothing that
-- grows with the store.

-- How a certificate is, by the pure function of `core`: this before `error_at`, an error from then on
-- (`health_turns` says why).
-- NULL is not known yet: rows from before this migration are graded when the store is opened.
DROP INDEX certificates_health;
DROP INDEX certificates_unserved;
ALTER TABLE certificates DROP COLUMN targets;
ALTER TABLE certificates DROP COLUMN unserved;
ALTER TABLE certificates ADD COLUMN health TEXT;
ALTER TABLE certificates ADD COLUMN health_reason TEXT;
ALTER TABLE certificates ADD COLUMN error_at INTEGER;
ALTER TABLE certificates ADD COLUMN health_turns TEXT;
CREATE INDEX certificates_health ON certificates (health, error_at);
CREATE INDEX certificates_error_at ON certificates (error_at, health) WHERE error_at IS NOT NULL;

-- Who may order at the same time: an authority and an account, or the authority's usual account. In a lane, what is due is
-- found by its moment and by how soon what is served ends.
ALTER TABLE certificates ADD COLUMN deadline INTEGER;
ALTER TABLE certificates ADD COLUMN lane TEXT GENERATED ALWAYS AS (authority || ' ' || coalesce(account, '')) VIRTUAL;
CREATE INDEX certificates_lane_due ON certificates (lane, next_at) WHERE next_at IS NOT NULL AND paused = 0;
CREATE INDEX certificates_lane_asked ON certificates (lane, asked_at)
WHERE asked_at IS NOT NULL AND next_at IS NOT NULL AND paused = 0;
CREATE INDEX certificates_lane_deadline ON certificates (lane, deadline) WHERE next_at IS NOT NULL AND paused = 0;

-- How many certificates are of each health before time changed it. Triggers keep the counts.
CREATE TABLE certificate_counts (
    health TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER certificates_counted AFTER INSERT ON certificates WHEN NEW.health IS NOT NULL BEGIN
    INSERT INTO certificate_counts VALUES (NEW.health, 1) ON CONFLICT (health) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER certificates_uncounted AFTER DELETE ON certificates WHEN OLD.health IS NOT NULL BEGIN
    UPDATE certificate_counts SET number = number - 1 WHERE health = OLD.health;
END;

CREATE TRIGGER certificates_recounted AFTER UPDATE OF health ON certificates WHEN OLD.health IS NOT NEW.health BEGIN
    UPDATE certificate_counts SET number = number - 1 WHERE health = OLD.health;
    INSERT INTO certificate_counts SELECT NEW.health, 1 WHERE NEW.health IS NOT NULL
    ON CONFLICT (health) DO UPDATE SET number = number + 1;
END;

-- When what is ordered, apart from identifiers, was last changed: the newest version may be older than that.
ALTER TABLE certificates ADD COLUMN order_changed_at INTEGER;

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

-- What the directories of authorities answered when they were last looked at.
CREATE TABLE authority_probes (
    authority TEXT PRIMARY KEY,
    json      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Events are pruned by their age.
CREATE INDEX events_at ON events (at);
