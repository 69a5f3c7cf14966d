-- An authority of the catalogue that is switched off.
INSERT INTO authority_settings VALUES ('letsencrypt', '{"disabled":true}', 1, 1);
INSERT INTO authority_gradings (authority) VALUES ('letsencrypt');
