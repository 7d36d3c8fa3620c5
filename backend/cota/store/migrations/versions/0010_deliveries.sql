-- What is said of the delivery of each licence's last payment, as the desk's `deliveryOf` tells it; no row while nothing is.
-- `words` are all that was ever said of a licence, the newest first; `demanded` is the demand that the newest is about.
CREATE VIEW mirror.deliveries AS
WITH words AS NOT MATERIALIZED (
  SELECT emitter, license, dataset, 'acknowledged' AS state, NULL::numeric AS returned, NULL::numeric AS dispute_id,
         block_number, block_time, tx_hash, log_index
  FROM mirror.delivery_desk_delivery_acknowledged
  UNION ALL SELECT emitter, license, dataset, 'demanded', NULL, NULL, block_number, block_time, tx_hash, log_index
  FROM mirror.delivery_desk_delivery_demanded
  UNION ALL SELECT emitter, license, dataset, 'answered', NULL, NULL, block_number, block_time, tx_hash, log_index
  FROM mirror.delivery_desk_delivery_answered
  UNION ALL SELECT emitter, license, dataset, 'disputed', NULL, dispute_id, block_number, block_time, tx_hash, log_index
  FROM mirror.delivery_desk_delivery_disputed
  UNION ALL SELECT emitter, license, dataset, CASE state WHEN 5 THEN 'upheld' WHEN 6 THEN 'returned' END, returned, NULL,
         block_number, block_time, tx_hash, log_index
  FROM mirror.delivery_desk_delivery_ruled),
paid AS NOT MATERIALIZED (
  SELECT license, dataset, block_number, block_time, log_index FROM mirror.license_market_license_bought
  UNION ALL SELECT license, dataset, block_number, block_time, log_index FROM mirror.license_market_license_renewed),
newest AS (
  SELECT DISTINCT ON (emitter, license) * FROM words ORDER BY emitter, license, block_number DESC, log_index DESC)
SELECT n.license, n.dataset, n.state, p.paid_at, d.coordinator, d.price, d.due_at,
       EXISTS (SELECT 1 FROM words w WHERE w.emitter = n.emitter AND w.license = n.license AND w.state = 'answered'
               AND (w.block_number, w.log_index) > (d.block_number, d.log_index)) AS answered,
       CAST(n.returned AS numeric(78, 0)) AS returned,
       (SELECT CAST(max(w.dispute_id) AS numeric(78, 0)) FROM words w
        WHERE w.emitter = n.emitter AND w.license = n.license
          AND (w.block_number, w.log_index) > (d.block_number, d.log_index)) AS dispute_id,
       n.emitter AS desk, n.block_number, n.block_time, n.tx_hash
FROM newest n
-- An acknowledgement after a later payment is about that one, unless the earlier one's demand was still open.
LEFT JOIN LATERAL (
  SELECT x.coordinator, x.price, x.due_at, x.block_number, x.log_index
  FROM mirror.delivery_desk_delivery_demanded x
  WHERE x.emitter = n.emitter AND x.license = n.license
    AND (x.block_number, x.log_index) <= (n.block_number, n.log_index)
    AND (n.state <> 'acknowledged'
      OR NOT EXISTS (SELECT 1 FROM words w WHERE w.emitter = n.emitter AND w.license = n.license
                     AND w.state IN ('acknowledged', 'upheld', 'returned')
                     AND (w.block_number, w.log_index) > (x.block_number, x.log_index)
                     AND (w.block_number, w.log_index) < (n.block_number, n.log_index))
      OR NOT EXISTS (SELECT 1 FROM paid w WHERE w.license = n.license AND w.dataset = n.dataset
                     AND (w.block_number, w.log_index) > (x.block_number, x.log_index)
                     AND (w.block_number, w.log_index) < (n.block_number, n.log_index)))
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) d ON true
CROSS JOIN LATERAL (
  SELECT CAST(extract(epoch FROM w.block_time) AS numeric(78, 0)) AS paid_at FROM paid w
  WHERE w.license = n.license AND w.dataset = n.dataset
    AND (w.block_number, w.log_index) < (COALESCE(d.block_number, n.block_number), COALESCE(d.log_index, n.log_index))
  ORDER BY w.block_number DESC, w.log_index DESC LIMIT 1) p
CROSS JOIN LATERAL (
  SELECT CAST(extract(epoch FROM max(w.block_time)) AS numeric(78, 0)) AS paid_at FROM paid w
  WHERE w.license = n.license AND w.dataset = n.dataset) l
WHERE n.state IN ('demanded', 'answered', 'disputed') OR p.paid_at = l.paid_at;
