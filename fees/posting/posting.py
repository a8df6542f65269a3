"""Posting what is due: an ordered list of steps decides which charges pay, then money moves for those that do.

One statement moves the money and marks the charges, so a charge is posted only where the ledger took a new movement
for it; books are opened before it, and advisors are told after it, in the same transaction.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_digest_of, sql_open_books, sql_post
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.runs.models import Run
from accounts.ground.runs.queries import sql_held_back
from accounts.ground.runs.results import ChunkResult
from fees.accrual.statements import among, day_literal, guard_against_loops
from fees.groups import drawing
from fees.posting import cap, draws, funds, liquidation, set_off
from fees.posting.models import Charge, Reason
from fees.posting.rules import retry_until
from fees.posting.steps import Chunk, Step, sql_through
from portal.lib.words import gettext_noop

# The order of work: a step sees what those before it let through. After these come, where there are any, what
# corrections are set off against, then the cap, draws and funds.
BEFORE_CAP: tuple[Step, ...] = (liquidation.STEP,)

# Reasons that end a charge at once, untried.
ENDING = ", ".join(f"'{one.value}'" for one in (Reason.FEE_CAP, Reason.NOT_TAKEN))

NOTHING_BACK = """
    returning_now AS (SELECT * FROM due WHERE false),
    kept_back AS (SELECT NULL::uuid AS id, NULL::text AS reason WHERE false)"""

WRITTEN_OFF_TITLE = gettext_noop("A fee was written off because it could not be charged on any of its days")
# Fees that were not even tried have their own words.
TITLES = {
    Reason.FEE_CAP.value: gettext_noop("Nothing of a fee was charged: the rolling cap on all fees left no room for it"),
    Reason.NOT_TAKEN.value: gettext_noop(
        "A correction was not charged: so much of the fee had been dropped for good before"
    ),
}


def post_chunk(
    run: Run, day: date, lo: int, hi: int, chunk_id: int, *, only: Sequence[int] | None = None
) -> ChunkResult:
    """Post what is due on or before `day` and not posted, of accounts lo <= id < hi, or of `only` some of them."""
    chunk = Chunk(run_id=run.pk, chunk_id=chunk_id, day=day, lo=lo, hi=hi, only=only)
    due = _due(chunk)
    with cursor() as cur:
        cur.execute(
            "SELECT count(*), coalesce(bool_or(d.amount < 0), false),"
            f" coalesce(bool_or(d.amount > 0 AND d.revision > 0), false) FROM ({due}) d"
        )
        many, gives_back, goes_up = cur.fetchone()
        guard_against_loops(cur, many)
        cur.execute(sql_open_books(f"({due})", BookKind.CLIENT))
        cur.execute(sql_open_books(f"({due})", BookKind.CLEARING))
        cur.execute(sql_open_books(f"(SELECT * FROM ({due}) d WHERE d.amount < 0)", BookKind.PAYEE))
        owed = f"SELECT * FROM ({due}) d WHERE amount > 0"
        first = (*BEFORE_CAP, set_off.STEP) if goes_up else BEFORE_CAP
        cuts = cap.cuts(cur, chunk, owed, first)
        before = first if cuts == cap.NONE else (*first, cap.STEP)
        drawn = draws.decide(cur, chunk, owed, before, cuts)
        steps = (*before, funds.STEP)
        if drawn != drawing.NONE:
            steps = (*before, draws.STEP, funds.STEP)
            cur.execute(drawing.sql_books(due), {"draws": drawn})
        statement = _post(chunk, due, retry_until(calendar(), day), steps, gives_back=gives_back)
        cur.execute(statement, {"cuts": cuts, "draws": drawn})
        rows, total, digest, written_off = cur.fetchone()
        if written_off:
            _tell_advisors(day, written_off)
    return ChunkResult(rows=rows, total=total, digest=digest)


def _due(chunk: Chunk) -> str:
    """Gross: every charge that should be paid by now, as a movement of the ledger; who is held back waits."""
    return f"""
    SELECT id, id AS source, id AS txn, firm_id, account_id, practice_id, currency, amount, due_on, starts, method,
           revision, {day_literal(chunk.day)} AS day, {chunk.run_id}::bigint AS run_id,
           {chunk.chunk_id}::bigint AS chunk_id
      FROM fees_charge
     WHERE {_waiting(chunk)} AND due_on <= {day_literal(chunk.day)}
       AND account_id NOT IN ({sql_held_back(chunk.day)})"""


def _waiting(chunk: Chunk, row: str = "") -> str:
    """As the index of waiting charges says it, so that a posting never reads those of the past."""
    within = among(f"{row}account_id", chunk.lo, chunk.hi, chunk.only)
    return f"{row}state IN ('due', 'deferred') AND {within}"


def _post(chunk: Chunk, due: str, last_try: date, steps: tuple[Step, ...], *, gives_back: bool) -> str:
    """Where nothing is cut, drawn, set off or given back, as almost always, the planner is not asked to think about it.

    A correction that waits for an earlier entry, up or down, has not been tried and is never written off for that: what
    it waits for is charged or ends.  Its tries are counted from the first night on which it no longer waits.
    """
    moved = sql_post("paying", kind=TransferKind.FEE.value, debit=BookKind.CLIENT, credit=BookKind.CLEARING)
    given_back = sql_post(
        "returning_now", kind=TransferKind.ADJUSTMENT.value, debit=BookKind.PAYEE, credit=BookKind.CLIENT
    )
    day, last = day_literal(chunk.day), day_literal(last_try)
    return f"""
    WITH decided AS MATERIALIZED ({cap.decided(chunk)}
    ), grouped AS MATERIALIZED ({drawing.GROUPED}
    ), due AS MATERIALIZED ({due}
    ), owed AS (SELECT * FROM due WHERE amount > 0
    ), {sql_through(steps, chunk, "owed")},
    set_off AS ({set_off.DECIDED if set_off.STEP in steps else set_off.NONE}),
    {_giving_back() if gives_back else NOTHING_BACK},
    collected AS ({moved}), given_back AS ({given_back}),
    moved AS (SELECT * FROM collected UNION ALL SELECT * FROM given_back),
    {drawing.sql_drawn() if draws.STEP in steps else drawing.NOTHING_DRAWN.format(moved="collected")},
    written AS (SELECT * FROM moved UNION ALL SELECT * FROM drawn),
    posted AS (
        UPDATE fees_charge c
           SET state = 'posted', posted_on = {day}, forgone = nullif(c.amount - m.signed, 0), set_off = f.off,
               reason = CASE WHEN m.signed = c.amount THEN ''
                             WHEN c.id IN (SELECT id FROM decided) THEN '{Reason.FEE_CAP.value}'
                             ELSE '{Reason.NOT_TAKEN.value}' END
          FROM (SELECT source, amount AS signed FROM collected UNION ALL SELECT source, -amount FROM given_back) m
          LEFT JOIN set_off f ON f.id = m.source
         WHERE c.id = m.source AND {_waiting(chunk, "c.")}
    ), put_off AS (
        UPDATE fees_charge c
           SET state = CASE WHEN s.is_last THEN 'written_off' ELSE 'deferred' END,
               forgone = CASE WHEN s.is_last THEN c.amount END,
               set_off = CASE WHEN s.is_last THEN s.off END,
               reason = s.reason,
               retry_until = CASE WHEN s.waited THEN {last} ELSE coalesce(c.retry_until, {last}) END
          FROM (SELECT w.id, s.reason, f.off, r.waited,
                       s.reason IN ({ENDING}) OR NOT r.waited AND coalesce(w.retry_until <= {day}, false) AS is_last
                  FROM (SELECT * FROM stopped UNION ALL SELECT * FROM kept_back) s
                  JOIN fees_charge w ON w.id = s.id AND {_waiting(chunk, "w.")}
                 CROSS JOIN LATERAL (SELECT '{Reason.EARLIER.value}' IN (s.reason, w.reason) AS waited) r
                  LEFT JOIN set_off f ON f.id = s.id) s
         WHERE c.id = s.id AND {_waiting(chunk, "c.")}
        RETURNING c.id, c.state, c.amount
    ){_cut(chunk) if cap.STEP in steps else ""}
    SELECT count(*), coalesce(sum(amount), 0), {sql_digest_of("written")},
           (SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM put_off
             WHERE state = 'written_off' AND amount > 0)
      FROM moved"""


def _cut(chunk: Chunk) -> str:
    return f""", cut AS (
        INSERT INTO fees_cut (charge_id, firm_id, account_id, practice_id, day, taken, windows, run_id)
        SELECT o.id, o.firm_id, o.account_id, o.practice_id, {day_literal(chunk.day)}, d.taken, d.windows,
               {chunk.run_id}
          FROM decided d JOIN owed o ON o.id = d.id
         WHERE d.id IN (SELECT source FROM collected) OR d.id IN (SELECT id FROM stop_cap)
    )"""


def _giving_back() -> str:
    """Entries below zero: what had not been taken is not given back, and nothing is while the fee waits.  A first
    entry, of trades below their commissions, has none before it."""
    return f"""
    lower AS (
        SELECT d.id, coalesce(bool_or(e.state IN ('due', 'deferred') AND p.id IS NULL), false) AS waits,
               sum(coalesce(e.forgone, 0) + coalesce(o.amount - p.amount, 0) + coalesce(back.amount, 0)) AS untaken
          FROM due d
          LEFT JOIN fees_charge e ON e.account_id = d.account_id AND e.practice_id = d.practice_id
               AND e.method = d.method AND e.starts = d.starts AND e.currency = d.currency AND e.revision < d.revision
          LEFT JOIN owed o ON o.id = e.id LEFT JOIN paying p ON p.id = e.id
          LEFT JOIN accounts_transfer back ON back.source = e.id AND back.kind = 'reversal'
         WHERE d.amount < 0 GROUP BY d.id
    ), returning_now AS (
        SELECT d.id, d.source, d.txn, d.firm_id, d.account_id, d.practice_id, d.currency,
               -d.amount - least(l.untaken, -d.amount) AS amount, d.day, d.run_id, d.chunk_id
          FROM due d JOIN lower l ON l.id = d.id
         WHERE NOT l.waits AND -d.amount > l.untaken
    ), kept_back AS (
        SELECT d.id, CASE WHEN l.waits THEN '{Reason.EARLIER.value}' ELSE '{Reason.NOT_TAKEN.value}' END AS reason
          FROM due d JOIN lower l ON l.id = d.id
         WHERE l.waits OR -d.amount <= l.untaken
    )"""


def _tell_advisors(day: date, charges: list[UUID]) -> None:
    """The advisor who is not paid learns of it, once."""
    news: dict[str, list[News]] = defaultdict(list)
    for charge in Charge.unscoped.filter(pk__in=charges).select_related("account").order_by("pk"):
        news[TITLES.get(charge.reason, WRITTEN_OFF_TITLE)].append(
            News(
                firm_id=charge.firm_id,
                practice_id=charge.practice_id,
                account_id=charge.account_id,
                natural_key=f"written off {charge.pk}",
                body=f"{charge.account.number}: {charge.amount} {charge.currency}, {charge.due_on}",
            )
        )
    for title, told in news.items():
        notify_many(news=told, kind=NotificationKind.MESSAGE, title=title, day=day)
