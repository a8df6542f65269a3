"""The masters' own cash: what our ledger brings to them and takes from them against the lines of their own statements.

A master is compared from the day of the first fee line that the broker gave for it; whose statements are not read has
nothing to compare. Amounts as the master receives them.
"""

from accounts.broker.activity.models import CashLine

# Which masters have lines, and since when.
_MASTERS = f"""
    SELECT a.id, a.firm_id, a.practice_id, p.level,
           min(coalesce(l.report_on, l.settle_on, l.happened_at::date)) AS since
      FROM broker_cashline l JOIN accounts_account a ON a.id = l.account_id
      JOIN accounts_practice p ON p.id = a.practice_id
     WHERE l.kind = '{CashLine.ADVISOR_FEES}' AND l.amount <> 0
       AND a.kind IN ('top_master', 'second_master', 'money_manager')
     GROUP BY a.id, a.firm_id, a.practice_id, p.level"""

# Fees are collected under the top master; sweeps go on to a second level's and reversals come back from it; what is
# given back or borne, the payee's own master pays, as it does its mailboxes; what is no longer borne or was paid for a
# refused mailbox comes back to it. Within the top level itself nothing moves at the broker. A reversal, and what
# is written off, settle the same charge as what they take back, so only their own id names them.
_MOVES = """
    SELECT m.id AS account_id, t.firm_id, t.id, t.currency, t.day,
           CASE WHEN t.kind NOT IN ('sweep', 'reversal', 'mail_off') THEN t.source END AS source, t.kind,
           CASE WHEN t.kind IN ('fee', 'invoice', 'borne_back', 'mail_back', 'mail_off') THEN t.amount
                WHEN t.kind = 'sweep' AND m.practice_id = t.practice_id THEN t.amount
                WHEN t.kind = 'reversal' AND m.practice_id <> t.practice_id THEN t.amount
                ELSE -t.amount END AS amount
      FROM masters m
      JOIN accounts_transfer t ON t.firm_id = m.firm_id AND t.day >= m.since AND t.day <= %(day)s
      JOIN accounts_practice p ON p.id = t.practice_id
     WHERE CASE WHEN t.kind IN ('fee', 'invoice') THEN m.level = 1
                WHEN t.kind IN ('sweep', 'reversal') THEN p.level = 2 AND (m.level = 1 OR m.practice_id = t.practice_id)
                ELSE m.practice_id = t.practice_id END"""
# Rejected, or taken back before the broker booked it: the row of the client's own cash says so already. What is written
# off only sets off what was rejected.
_OVER = """
    SELECT v.id FROM moves v
     WHERE v.kind = 'mail_off'
        OR (SELECT i.answer FROM broker_instruction i WHERE i.transfer_id = v.id ORDER BY i.attempt DESC LIMIT 1)
           = 'rejected'"""
# Of a movement `v`: it was written off, so that no line should name it.
_OFF = """
    (v.kind = 'mailbox' AND EXISTS (SELECT 1 FROM accounts_transfer off WHERE off.source = v.source
                                       AND off.kind = 'mail_off' AND off.day <= %(day)s))"""
# Our id stands in the reference or the description, with or without hyphens.
_LINES = f"""
    SELECT l.id, l.firm_id, l.account_id, l.currency, l.amount, l.description, l.reference,
           coalesce(l.report_on, l.settle_on, l.happened_at::date) AS day,
           substring(lower(replace(l.reference || ' ' || l.description, '-', '')) from '[0-9a-f]{{32}}') AS named
      FROM broker_cashline l JOIN masters m ON m.id = l.account_id
     WHERE l.kind = '{CashLine.ADVISOR_FEES}' AND l.amount <> 0"""

# Lines meet movements by our id, or by what the movement settles; what names none of ours, by master, currency and
# amount, the oldest first.
_WITH = f"""
    WITH masters AS MATERIALIZED ({_MASTERS}),
         moves AS MATERIALIZED ({_MOVES}),
         lines AS MATERIALIZED (SELECT * FROM ({_LINES}) every WHERE every.day <= %(day)s),
         met AS MATERIALIZED (
             SELECT l.id AS line, v.id AS move, v.account_id, row_number() OVER (PARTITION BY v.account_id, v.id
                    ORDER BY l.amount = v.amount DESC, l.day, l.id) AS place
               FROM lines l JOIN moves v ON v.account_id = l.account_id AND v.currency = l.currency
                    AND l.named IN (replace(v.id::text, '-', ''), replace(v.source::text, '-', ''))),
         plain_lines AS MATERIALIZED (
             SELECT l.*, row_number() OVER (PARTITION BY l.account_id, l.currency, l.amount
                                            ORDER BY l.day, l.id) AS turn
               FROM lines l WHERE NOT EXISTS (SELECT 1 FROM met WHERE met.line = l.id)),
         plain_moves AS MATERIALIZED (
             SELECT v.*, row_number() OVER (PARTITION BY v.account_id, v.currency, v.amount
                                            ORDER BY v.day, v.id) AS turn
               FROM moves v WHERE v.id NOT IN ({_OVER})
                AND NOT EXISTS (SELECT 1 FROM met WHERE met.move = v.id AND met.account_id = v.account_id)),
         paired AS MATERIALIZED (
             SELECT l.id AS line, v.id AS move, v.account_id FROM plain_lines l
               JOIN plain_moves v USING (account_id, currency, amount, turn) WHERE v.day <= l.day)"""

# Each answers kind, firm, account, day, ours, the broker's, currency, reference and reason.
QUERIES = (
    f"""{_WITH}
    SELECT 'master_not_booked', v.firm_id, v.account_id, v.day, v.amount, NULL::numeric, v.currency,
           v.id || ' ' || v.account_id, ''
      FROM plain_moves v
     WHERE v.day <= %(late)s
       AND NOT EXISTS (SELECT 1 FROM paired p WHERE p.move = v.id AND p.account_id = v.account_id)""",
    f"""{_WITH}
    SELECT 'master_differs', v.firm_id, v.account_id, l.day, CASE WHEN {_OFF} THEN 0 ELSE v.amount END, l.amount,
           v.currency,
           v.id || ' ' || v.account_id || ' ' || l.id, left(l.description, 200)
      FROM met JOIN lines l ON l.id = met.line
      JOIN moves v ON v.id = met.move AND v.account_id = met.account_id
     WHERE l.amount <> v.amount OR met.place > 1 OR {_OFF}""",
    f"""{_WITH}
    SELECT 'master_unknown', l.firm_id, l.account_id, l.day, NULL::numeric, l.amount, l.currency, 'line ' || l.id,
           left(l.description, 200)
      FROM plain_lines l WHERE NOT EXISTS (SELECT 1 FROM paired p WHERE p.line = l.id)""",
)
# What the ledger brought to the masters over a stretch and what their statements show, by currency.
TOTALS = f"""{_WITH}
    SELECT currency, sum(ours), sum(ours), sum(brokers)
      FROM (SELECT currency, amount AS ours, 0 AS brokers, day FROM moves
            UNION ALL SELECT currency, 0, amount, day FROM lines) side
     WHERE day >= %(first)s GROUP BY currency ORDER BY currency"""
