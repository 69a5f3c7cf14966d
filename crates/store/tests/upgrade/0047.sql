-- A first moment that was spread.
UPDATE certificates SET spread = 1500 WHERE id = 'cert-blog';
