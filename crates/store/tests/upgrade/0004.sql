-- Defaults with a window, and a certificate that keeps to it by itself.
INSERT INTO defaults VALUES (1,
  '{"renewal":null,"windows":[{"name":"night","time_zone":"UTC","ordering":[{"days":["mon"],"from":"22:00:00","to":"04:00:00"}],"deploying":[]}],"window":null,"tag_windows":[{"tag":"web","choice":{"window":"unrestricted"}}],"failover":true}',
  4);
UPDATE certificates SET settings = json_set(settings, '$.window', json('{"window":"named","name":"night"}')) WHERE id = 'cert-blog';
