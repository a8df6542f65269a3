"""What must be true of draws before a firm's day is sealed: the engine decides them again from the night's cash."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from accounts.broker.feed.queries import FILE_TOLD
from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import Break, of_day
from accounts.ground.tree.models import Kind
from fees.engine.draw import Draw, collect
from fees.groups.queries import Purses, purses_of
from portal.lib.words import Sentence, gettext_noop

MSGID = gettext_noop("%(count)s fees of STL groups were not drawn from those who should pay; the first is %(sample)s.")
ZERO = Decimal(0)


class Posted(NamedTuple):
    """What one stage takes from masters, and which movements of the day were not there yet before it.

    `order` is that in which the stage tries `rows`; their draws are those of rows of the same table.
    """

    kind: str
    stage: str
    rows: str
    order: str
    since: str


_AFTER = "'adjustment', 'reimburse', 'borne', 'borne_back', 'reversal'"
# Invoices come before fees: what they moved was there already when fees were tried.
INVOICES = Posted(
    "invoice", "invoices", "fees_invoice", "c.business_day, c.submitted_at, c.id", f"'invoice', 'fee', 'draw', {_AFTER}"
)
FEES = Posted(
    "fee", "post", "fees_charge", "c.due_on, c.starts, c.method, c.practice_id, c.revision", f"'fee', {_AFTER}"
)
ALL = (INVOICES, FEES)


def draws_are_what_masters_lacked(run_id: int, day: date) -> list[Break]:
    """I34: each fee and invoice of an STL master drew on its subs what the engine says, and nothing else was drawn.

    A group whose cash was told anew after the postings is passed over: it was decided on what was known.
    """
    wrong: dict[int, list[str]] = defaultdict(list)
    with cursor() as cur:
        drawn = _drawn(cur, day)
        for posted in ALL:
            moved = _moved(cur, posted, day)
            for (firm, master, currency), rows in groupby(_taken(cur, posted, run_id, day), key=lambda row: row[:3]):
                taken = [row[3:] for row in rows]
                has = _before(purses_of(cur, master, currency, day), master, currency, moved)
                amounts = [amount for _, amount, _ in taken]
                expected = collect(amounts, master=has.master, subs=has.subs, may_borrow=has.may_borrow)
                for (pk, _, told_anew), one in zip(taken, expected, strict=True):
                    _, found = drawn.pop(pk, (firm, []))
                    if not told_anew and (one.waits or sorted(one.draws) != sorted(found)):
                        wrong[firm].append(str(pk))
    for pk, (firm, _) in drawn.items():
        wrong[firm].append(str(pk))
    return [
        Break("I34", firm, Sentence(MSGID, {"count": len(names), "sample": min(names)}))
        for firm, names in sorted(wrong.items())
    ]


def _taken(cur, posted: Posted, run_id: int, day: date) -> list[tuple]:
    """What masters paid: firm, master, currency, charge or invoice, amount, in the order in which they were tried; and
    whether the group's cash came after that."""
    cur.execute(
        f"""
        SELECT t.firm_id, t.account_id, t.currency, c.id, t.amount,
               EXISTS (SELECT 1 FROM broker_cashbalance b JOIN broker_statementfile f ON f.id = b.file_id
                        WHERE b.day <= %(day)s AND b.day > %(day)s::date - 10
                          AND b.account_id IN (SELECT m.id FROM accounts_account m
                                                WHERE m.id = t.account_id OR m.stl_id = t.account_id)
                          AND {FILE_TOLD} > (SELECT g.started_at FROM accounts_runstage g
                                                WHERE g.run_id = %(run)s AND g.name = '{posted.stage}'))
          FROM accounts_transfer t
          JOIN accounts_account a ON a.id = t.account_id AND a.kind = '{Kind.STL_MASTER.value}'
          JOIN {posted.rows} c ON c.id = t.source
         WHERE {of_day(day)} AND t.kind = '{posted.kind}'
         ORDER BY t.firm_id, t.account_id, t.currency, {posted.order}
        """,
        {"run": run_id, "day": day},
    )
    return cur.fetchall()


def _drawn(cur, day: date) -> dict[UUID, tuple[int, list[Draw]]]:
    """By charge or invoice, its firm and what was drawn for it."""
    cur.execute(
        "SELECT t.txn, t.firm_id, t.account_id, t.amount FROM accounts_transfer t"
        f" WHERE {of_day(day)} AND t.kind = 'draw'"
    )
    found: dict[UUID, tuple[int, list[Draw]]] = {}
    for charge, firm, account, amount in cur.fetchall():
        found.setdefault(charge, (firm, []))[1].append(Draw(account, amount))
    return found


def _moved(cur, posted: Posted, day: date) -> dict[tuple[int, str], Decimal]:
    """What the day did to the cash of groups from that stage on, by account and currency."""
    cur.execute(
        f"""
        SELECT b.account_id, b.currency, sum(CASE WHEN t.credit_id = b.id THEN t.amount ELSE -t.amount END)
          FROM accounts_transfer t
          JOIN accounts_book b ON b.id IN (t.debit_id, t.credit_id) AND b.kind = 'client'
          JOIN accounts_account a ON a.id = b.account_id
         WHERE {of_day(day)}
           AND (t.kind IN ({posted.since})
                OR t.kind = 'draw' AND EXISTS (SELECT 1 FROM {posted.rows} c WHERE c.id = t.txn))
           AND (a.kind = '{Kind.STL_MASTER.value}' OR a.stl_id IS NOT NULL)
         GROUP BY b.account_id, b.currency
        """
    )
    return {(account, currency): amount for account, currency, amount in cur.fetchall()}


def _before(has: Purses, master: int, currency: str, moved: dict[tuple[int, str], Decimal]) -> Purses:
    return has._replace(
        master=None if has.master is None else has.master - moved.get((master, currency), ZERO),
        subs={account: cash - moved.get((account, currency), ZERO) for account, cash in has.subs.items()},
    )
