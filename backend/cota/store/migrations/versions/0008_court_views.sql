-- Every case of the court, challenges and appeals alike. `state` is 'open', or how it ended.
CREATE VIEW mirror.cases AS
SELECT o.case_id, o.dataset, o.epoch, o.attempt,
       CASE o.ground WHEN 1 THEN 'leaf-bounds' WHEN 2 THEN 'two-leaves' WHEN 3 THEN 'signature' WHEN 4 THEN 'gold'
       WHEN 5 THEN 'scoring' WHEN 6 THEN 'data' WHEN 7 THEN 'wallet' WHEN 8 THEN 'appeal' END AS ground,
       CASE c.outcome WHEN 1 THEN 'upheld' WHEN 2 THEN 'dismissed' WHEN 3 THEN 'unruled' WHEN 4 THEN 'moot'
       WHEN 5 THEN 'referred' ELSE 'open' END AS state,
       o.claimant, o.respondent, o.bond, o.evidence, CAST(COALESCE(a.deadline, o.deadline) AS numeric(78, 0)) AS deadline,
       COALESCE(a.round, 0) AS rounds, r.dispute_id, r.arbiter, CAST(c.burnt AS numeric(78, 0)) AS burnt,
       o.block_number, o.block_time, o.tx_hash, o.log_index,
       c.block_number AS closed_block, c.block_time AS closed_time, c.tx_hash AS closed_tx
FROM mirror.settlement_court_case_opened o
LEFT JOIN mirror.settlement_court_case_closed c ON c.case_id = o.case_id AND c.emitter = o.emitter
LEFT JOIN mirror.settlement_court_case_referred r ON r.case_id = o.case_id AND r.emitter = o.emitter
LEFT JOIN LATERAL (
  SELECT x.round, x.deadline FROM mirror.settlement_court_ruling_appealed x
  WHERE x.case_id = o.case_id AND x.emitter = o.emitter
  ORDER BY x.round DESC LIMIT 1) a ON true;

-- One row per panel that was asked for. `state`: drawing, voting (votes may be committed, then revealed), appealed, ruled.
CREATE VIEW mirror.dispute_rounds AS
SELECT s.dispute_id, s.round, s.size, s.draw_block, d.seats, d.is_general, d.commit_ends_at, d.reveal_ends_at,
       v.committed, v.revealed,
       CASE WHEN n.round IS NOT NULL THEN 'appealed' WHEN e.ruling IS NOT NULL THEN 'ruled'
       WHEN d.seats IS NULL THEN 'drawing' ELSE 'voting' END AS state,
       s.emitter AS arbiter, s.block_number, s.block_time, s.tx_hash
FROM (
  SELECT DISTINCT ON (emitter, dispute_id, round) * FROM mirror.council_arbiter_draw_scheduled
  ORDER BY emitter, dispute_id, round, block_number DESC, log_index DESC) s
LEFT JOIN mirror.council_arbiter_panel_drawn d
  ON d.emitter = s.emitter AND d.dispute_id = s.dispute_id AND d.round = s.round
LEFT JOIN LATERAL (
  SELECT min(x.round) AS round FROM mirror.council_arbiter_draw_scheduled x
  WHERE x.emitter = s.emitter AND x.dispute_id = s.dispute_id AND x.round > s.round) n ON true
LEFT JOIN mirror.council_arbiter_ruling_executed e ON e.emitter = s.emitter AND e.dispute_id = s.dispute_id
CROSS JOIN LATERAL (
  SELECT (SELECT count(*) FROM mirror.council_arbiter_vote_committed x
          WHERE x.emitter = s.emitter AND x.dispute_id = s.dispute_id AND x.round = s.round) AS committed,
         (SELECT count(*) FROM mirror.council_arbiter_vote_revealed x
          WHERE x.emitter = s.emitter AND x.dispute_id = s.dispute_id AND x.round = s.round) AS revealed) v;

-- Who sits, and what each juror said; `ruling` is null until it is revealed.
CREATE VIEW mirror.panel_seats AS
SELECT j.dispute_id, j.round, j.juror, c.block_number AS committed_block, v.ruling, CAST(v.fee AS numeric(78, 0)) AS fee,
       j.emitter AS arbiter, j.block_number
FROM mirror.council_arbiter_juror_drawn j
LEFT JOIN mirror.council_arbiter_vote_committed c
  ON c.emitter = j.emitter AND c.dispute_id = j.dispute_id AND c.round = j.round AND c.juror = j.juror
LEFT JOIN mirror.council_arbiter_vote_revealed v
  ON v.emitter = j.emitter AND v.dispute_id = j.dispute_id AND v.round = j.round AND v.juror = j.juror;

-- Final words. 0: no answer, 1: for who brought the case, 2: against.
CREATE VIEW mirror.rulings AS
SELECT e.dispute_id, e.ruling, e.emitter AS arbiter, r.case_id, e.block_number, e.block_time, e.tx_hash
FROM mirror.council_arbiter_ruling_executed e
LEFT JOIN mirror.settlement_court_case_referred r ON r.arbiter = e.emitter AND r.dispute_id = e.dispute_id;

-- Contributors' appeals; `correction` is the epoch under which the missing units are claimed, 0 for none.
CREATE VIEW mirror.appeals AS
SELECT k.case_id, k.dataset, k.epoch, a.account, a."index", a.has_penalty, a.units, k.state,
       CAST(u.correction AS numeric(78, 0)) AS correction, CAST(u.missed AS numeric(78, 0)) AS missed,
       CAST(u.paid AS numeric(78, 0)) AS paid, k.evidence, k.deadline, k.dispute_id, k.block_number, k.block_time,
       k.tx_hash, k.closed_block
FROM mirror.settlement_court_appeal_opened a
JOIN mirror.cases k ON k.case_id = a.case_id AND k.block_number = a.block_number AND k.tx_hash = a.tx_hash
LEFT JOIN mirror.settlement_court_appeal_upheld u ON u.case_id = a.case_id AND u.emitter = a.emitter;

-- `state` of the fee: held, passed (to the holders), returned. `seed` is null until the sample is drawn.
CREATE VIEW mirror.audits AS
SELECT o.audit_id, o.dataset, o.epoch, o.attempt, o.auditor, o.fee, o.commitment, s.draw_block, d.seed,
       CASE WHEN r.audit_id IS NOT NULL THEN 'returned' WHEN p.audit_id IS NOT NULL THEN 'passed' ELSE 'held' END AS state,
       CAST(r.from_bond AS numeric(78, 0)) AS from_bond, o.block_number, o.block_time, o.tx_hash, o.emitter AS desk
FROM mirror.audit_desk_audit_opened o
LEFT JOIN LATERAL (
  SELECT x.draw_block FROM mirror.audit_desk_sample_scheduled x
  WHERE x.audit_id = o.audit_id AND x.emitter = o.emitter
  ORDER BY x.block_number DESC, x.log_index DESC LIMIT 1) s ON true
LEFT JOIN mirror.audit_desk_sample_drawn d ON d.audit_id = o.audit_id AND d.emitter = o.emitter
LEFT JOIN mirror.audit_desk_audit_fee_passed p ON p.audit_id = o.audit_id AND p.emitter = o.emitter
LEFT JOIN mirror.audit_desk_audit_fee_returned r ON r.audit_id = o.audit_id AND r.emitter = o.emitter;

-- What court and audit desk owe, by who owes it.
CREATE VIEW mirror.court_credits AS
SELECT holder, account, token, CAST(sum(move) AS numeric(78, 0)) AS amount
FROM (
  SELECT emitter AS holder, account, token, amount AS move FROM mirror.settlement_court_credited
  UNION ALL SELECT emitter, account, token, -amount FROM mirror.settlement_court_credit_withdrawn
  UNION ALL SELECT emitter, account, token, amount FROM mirror.audit_desk_audit_credited
  UNION ALL SELECT emitter, account, token, -amount FROM mirror.audit_desk_audit_credit_withdrawn) moves
GROUP BY holder, account, token;
