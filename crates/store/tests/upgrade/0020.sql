-- A revocation list that the served version is looked up in.
UPDATE versions SET revocation_list = 'http://crl.internal/1.crl', certificate_url = 'https://ca.internal/cert/1' WHERE id = 'ver-1';
INSERT INTO revocation_lists VALUES ('http://crl.internal/1.crl', 1767312000000, NULL);
