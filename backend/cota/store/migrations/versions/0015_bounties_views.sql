-- Where each bounty stands, as the escrow's `bountyOf` tells it, and what came in and went out. Amounts in base units.
CREATE VIEW mirror.bounties AS
SELECT o.bounty, o.dataset, o.publisher, o.token, o.per_label, o.units_per_label, o.first_checkpoint,
       CAST(extract(epoch FROM o.block_time) AS numeric(78, 0)) AS opened_at,
       (SELECT c.ends_at FROM mirror.bounty_escrow_bounty_closed c
        WHERE c.emitter = o.emitter AND c.dataset = o.dataset AND c.bounty = o.bounty) AS ends_at,
       CAST(f.amount AS numeric(78, 0)) AS funded, CAST(a.amount AS numeric(78, 0)) AS assigned,
       CAST(p.amount AS numeric(78, 0)) AS paid, CAST(r.amount AS numeric(78, 0)) AS returned,
       CAST(f.amount - a.amount - r.amount AS numeric(78, 0)) AS free, a.epochs,
       o.emitter AS escrow, o.block_number, o.block_time, o.tx_hash
FROM mirror.bounty_escrow_bounty_opened o
CROSS JOIN LATERAL (SELECT COALESCE(sum(x.amount), 0) AS amount FROM mirror.bounty_escrow_bounty_funded x
                    WHERE x.emitter = o.emitter AND x.dataset = o.dataset AND x.bounty = o.bounty) f
CROSS JOIN LATERAL (SELECT COALESCE(sum(x.amount), 0) AS amount, count(*) AS epochs
                    FROM mirror.bounty_escrow_bounty_assigned x
                    WHERE x.emitter = o.emitter AND x.dataset = o.dataset AND x.bounty = o.bounty) a
CROSS JOIN LATERAL (SELECT COALESCE(sum(x.amount), 0) AS amount FROM mirror.bounty_escrow_bounty_paid x
                    WHERE x.emitter = o.emitter AND x.dataset = o.dataset AND x.bounty = o.bounty) p
CROSS JOIN LATERAL (SELECT COALESCE(sum(x.amount), 0) AS amount FROM mirror.bounty_escrow_bounty_returned x
                    WHERE x.emitter = o.emitter AND x.dataset = o.dataset AND x.bounty = o.bounty) r;
