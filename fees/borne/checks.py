"""What must be true of the broker's charges that advisors offered to pay, before a firm's day is sealed."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from accounts.ground.ledger.checks import Break, breaks, of_day
from fees.borne.models import BorneCharge, ChargeKind
from fees.borne.queries import LATEST, UNDECIDED
from fees.borne.rules import Asked, comes_out, decide
from fees.engine.payer import Payer
from portal.lib.words import Sentence, gettext_noop


def every_borne_charge_moved_once(day: date) -> list[Break]:
    """I05: what the advisor pays has one movement of its amount to the client, what comes back to it one the other way,
    and each such movement has its charge."""
    return breaks(
        "I05",
        gettext_noop("%(count)s charges that advisors pay and movements do not match; the first is %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(id::text)
          FROM (SELECT coalesce(b.firm_id, t.firm_id) AS firm_id, coalesce(b.id, t.source) AS id
                  FROM (SELECT b.* FROM fees_bornecharge b WHERE b.day = %(day)s AND b.payer = 'master') b
                  FULL JOIN (SELECT t.*, CASE t.kind WHEN 'borne' THEN t.amount ELSE -t.amount END AS paid
                               FROM accounts_transfer t
                              WHERE {of_day(day)} AND t.kind IN ('borne', 'borne_back')) t ON t.source = b.id
                 WHERE (b.firm_id, b.account_id, b.practice_id, b.currency, b.amount)
                       IS DISTINCT FROM (t.firm_id, t.account_id, t.practice_id, t.currency, t.paid)) mismatch
         GROUP BY firm_id
        """,
        day=day,
    )


def broker_charges_are_paid_by_whom_they_should(day: date) -> list[Break]:
    """I25: one after another, the engine gives each charge the same payer and finds the same balance before it."""
    wrong: dict[int, list[str]] = defaultdict(list)
    by_practice: dict[int, list[BorneCharge]] = defaultdict(list)
    for one in BorneCharge.unscoped.filter(day=day).order_by("practice_id", "place"):
        by_practice[one.practice_id].append(one)
    for rows in by_practice.values():
        first = rows[0]
        purse = (first.master_currency, first.balance, first.usd_rate)
        asked = [
            Asked(
                kind=one.kind, trade_id=one.trade_id, line_id=one.line_id, firm_id=one.firm_id,
                account_id=one.account_id, day=one.charged_on, currency=one.currency, amount=one.amount,
                description="", rates={one.master_currency: one.rate}, revision=one.revision, borne=_borne(one),
            )
            for one in rows
        ]  # fmt: skip
        for one, decision in zip(rows, decide(asked, purse), strict=True):
            if (one.payer, one.balance) != (decision.payer.value, decision.balance):
                wrong[one.firm_id].append(str(one.pk))
    msgid = gettext_noop("%(count)s charges of the broker were paid by the wrong side; the first is %(sample)s.")
    return [
        Break("I25", firm, Sentence(msgid, {"count": len(names), "sample": min(names)}))
        for firm, names in sorted(wrong.items())
    ]


def _earlier(one: BorneCharge) -> "QuerySet[BorneCharge]":
    """What was decided about the same charge before."""
    same = {"trade_id": one.trade_id, "line_id": one.line_id, "block_id": one.block_id, "account_id": one.account_id}
    return BorneCharge.unscoped.filter(**same, kind=one.kind, revision__lt=one.revision)


def _borne(one: BorneCharge) -> Decimal:
    """What of it the advisor had paid."""
    if not one.revision:
        return Decimal(0)
    return _earlier(one).filter(payer=Payer.MASTER.value).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def allocation_minimums_come_out_again(day: date) -> list[Break]:
    """I28: what was decided of an allocation is, with what was decided before, what the engine makes of its figures."""
    wrong: dict[int, list[str]] = defaultdict(list)
    for one in BorneCharge.unscoped.filter(day=day, kind=ChargeKind.ALLOCATION).order_by("pk"):
        told = one.amount
        if one.revision:
            told += _earlier(one).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
        if not comes_out(one, told):
            wrong[one.firm_id].append(str(one.pk))
    msgid = gettext_noop("%(count)s allocation minimums come out differently; the first is %(sample)s.")
    return [
        Break("I28", firm, Sentence(msgid, {"count": len(names), "sample": min(names)}))
        for firm, names in sorted(wrong.items())
    ]


def every_broker_charge_was_decided(run_id: int, day: date) -> list[Break]:
    """I12: each charge of the day that an advisor offered to pay has its payer.

    What a statement brings after the night has accrued waits for the next one.
    """
    return breaks(
        "I12",
        gettext_noop("%(count)s charges of the broker have no payer; the first account is %(sample)s."),
        f"""
        SELECT w.firm_id, count(*), min(w.number)
          FROM ({UNDECIDED}) w
         WHERE w.day = %(day)s
           AND coalesce(w.changed_at, '-infinity') <= coalesce((
                   SELECT min(k.done_at) FROM accounts_runstage g JOIN accounts_runchunk k ON k.stage_id = g.id
                    WHERE g.run_id = %(run)s AND g.name = 'accrue'), 'infinity')
         GROUP BY w.firm_id
        """,
        run=run_id,
        day=day,
        since=day - LATEST,
    )
