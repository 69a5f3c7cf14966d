-- A key of one's own, and one that is never used again.
INSERT INTO own_keys VALUES ('cert-blog', x'dd01');
INSERT INTO compromised_keys VALUES ('k0', 1767225600000);
