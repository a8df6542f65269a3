"""What must be true of the broker's charges that advisors offered to pay, before a firm's day is sealed."""

from collections import defaultdict
from datetime import date

from accounts.ground.ledger.checks import Break, breaks, of_day
from fees.borne.models import BorneCharge
from fees.borne.queries import LATEST, UNDECIDED
from fees.borne.rules import Asked, decide
from portal.lib.words import Sentence, gettext_noop


def every_borne_charge_moved_once(day: date) -> list[Break]:
    """I05: what the advisor pays has one movement of its amount to the client, and each such movement its charge."""
    return breaks(
        "I05",
        gettext_noop("%(count)s charges that advisors pay and movements do not match; the first is %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(id::text)
          FROM (SELECT coalesce(b.firm_id, t.firm_id) AS firm_id, coalesce(b.id, t.source) AS id
                  FROM (SELECT b.* FROM fees_bornecharge b WHERE b.day = %(day)s AND b.payer = 'master') b
                  FULL JOIN (SELECT t.* FROM accounts_transfer t
                              WHERE {of_day(day)} AND t.kind = 'borne') t ON t.source = b.id
                 WHERE (b.firm_id, b.account_id, b.practice_id, b.currency, b.amount)
                       IS DISTINCT FROM (t.firm_id, t.account_id, t.practice_id, t.currency, t.amount)) mismatch
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
                description="", rates={one.master_currency: one.rate},
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
          LEFT JOIN broker_trade t ON t.id = w.trade_id LEFT JOIN broker_cashline l ON l.id = w.line_id
          LEFT JOIN broker_statementfile f ON f.id = coalesce(t.file_id, l.file_id)
         WHERE w.day = %(day)s
           AND coalesce(f.imported_at, '-infinity') <= coalesce((
                   SELECT min(k.done_at) FROM accounts_runstage g JOIN accounts_runchunk k ON k.stage_id = g.id
                    WHERE g.run_id = %(run)s AND g.name = 'accrue'), 'infinity')
         GROUP BY w.firm_id
        """,
        run=run_id,
        day=day,
        since=day - LATEST,
    )
