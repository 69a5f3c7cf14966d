-- One that is to be replaced before the incident is over.
INSERT INTO incident_members VALUES ('inc-1', 'cert-shop', 'ver-1');
