-- Lists and counts of certificates by the kind of target they are deployed to.
CREATE INDEX deployments_target ON deployments (target, certificate);
