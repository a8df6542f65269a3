"""Charges beside what was agreed for their periods: those that are not as agreed and have not been put right."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from accounts.ground.days.queries import calendar
from accounts.ground.runs.models import Run
from fees.adjustments.night import WAITS, worked_out
from fees.adjustments.queries import revisions
from fees.differences import charged
from fees.differences.apart import Suspect, suspects
from fees.differences.found import Found
from fees.differences.rules import Stretch, agreed_part, covered, is_settled, reason_of
from fees.engine.investments import MissingValuation
from fees.posting.models import WAITING, Charge
from portal.lib.periods import Period

# Charges that reach beyond the closing of an account are looked at each night for so long after it.
LATEST = timedelta(days=400)
NEVER = date.max


def charges(cur, run: Run, day: date, lo: int, hi: int) -> Iterator[Found]:
    """Charges that are not as agreed, unless what was too much has been given back and what was too little charged.

    What was charged and taken back since was billed: its days are not missing.
    """
    cur.execute(charged.past_closing(day, day - LATEST, lo, hi))
    again = {pk for (pk,) in cur.fetchall()}
    cur.execute(charged.open_charges(lo, hi))
    again |= {pk for (pk,) in cur.fetchall()}

    def rows(methods: str) -> str:
        return charged.looked_at(run.pk, lo, hi, methods, again=sorted(again))

    counted = _counted(cur, rows(charged.ON_VALUE), day, lo, hi)
    suspected = _suspected(cur, rows)
    cur.execute("SELECT clock_timestamp()")
    (at,) = cur.fetchone()
    wanted = sorted({*counted, *suspected})
    for charge in Charge.unscoped.filter(pk__in=wanted).select_related("account").order_by("pk"):
        suspect = suspected.get(charge.pk) or _of_days(cur, charge, *counted[charge.pk])
        found = _found(cur, charge, suspect, at)
        if found:
            yield found


def _counted(cur, rows: str, day: date, lo: int, hi: int) -> dict[UUID, tuple[int, int]]:
    cur.execute(charged.first_day(rows))
    (first,) = cur.fetchone()
    since = min(first or day, day - LATEST)
    listed = [one.isoformat() for one in calendar().between(since, day + timedelta(days=7))]
    cur.execute(charged.billed_days(rows, "'{" + ",".join(listed) + "}'::date[]", lo, hi))
    return {pk: (billed, agreed) for pk, billed, agreed in cur.fetchall()}


def _suspected(cur, rows: Callable[[str], str]) -> dict[UUID, Suspect]:
    """Those that differ in more than their days."""
    cur.execute(f"SELECT c.id FROM ({rows(charged.APART)}) c ORDER BY c.id")
    apart = [pk for (pk,) in cur.fetchall()]
    found = dict(suspects(cur, apart))
    cur.execute(charged.rounded_otherwise(rows(f"{charged.ON_VALUE}, {charged.APART}")))
    for (pk,) in cur.fetchall():
        found.setdefault(pk, Suspect("wrong_rate", {"kind": "sum"}))
    cur.execute(charged.rates_of_segments(rows(charged.PERIOD_END)))
    for pk, is_stale, signed, applied in cur.fetchall():
        if is_stale:
            found[pk] = Suspect("stale_schedule", {"kind": "version"})
        elif signed is None:
            found[pk] = Suspect("wrong_rate", {"kind": "sum"})
        else:
            found[pk] = Suspect("wrong_rate", {"kind": "rate", "signed": signed, "agreed": applied})
    return found


def _of_days(cur, charge: Charge, billed: int, agreed: int) -> Suspect:
    period = Period(charge.starts, charge.ends)
    stretches = covered(period, _stretches(cur, charge))
    right = agreed_part(
        exact=charge.exact,
        days=_lines(charge),
        stretches=stretches,
        billed=billed,
        agreed=agreed,
        currency=charge.currency,
    )
    reason = reason_of(period, stretches, billed=billed, agreed=agreed, days=calendar())
    return Suspect(reason, {"kind": "days", "billed": billed, "covered": agreed}, right)


def _found(cur, charge: Charge, suspect: Suspect, at: datetime) -> Found | None:
    all_of_it = revisions(charge)
    right = _right(charge, all_of_it, suspect, at)
    # What was written off or cut is forgone and never moves; what is to be given back has not moved while it waits.
    moves = (one.taken for one in all_of_it if one.amount > 0 or one.state not in WAITING)
    moved = sum(moves, Decimal(0)) - _taken_back(cur, charge)
    gross = sum((one.amount for one in all_of_it), Decimal(0))
    if right is not None and is_settled(right=right, gross=gross, moved=moved):
        return None
    return Found(
        firm_id=charge.firm_id,
        account_id=charge.account_id,
        practice_id=charge.practice_id,
        currency=charge.currency,
        reason=suspect.reason,
        method=charge.method,
        subject=f"charge {charge.pk}",
        expected=None if right is None else str(right),
        found=str(moved if right is None or moved > right else gross),
        detail=suspect.detail,
    )


def _right(charge: Charge, all_of_it: Sequence[Charge], suspect: Suspect, at: datetime) -> Decimal | None:
    """What the period should have cost, by everything known now; by what was known then where a value is missing."""
    if suspect.right is not None and len(all_of_it) == 1:
        return suspect.right
    try:
        return worked_out(charge, revision=len(all_of_it), at=at).fee.amount
    except (*WAITS, MissingValuation):
        return suspect.right


def _stretches(cur, charge: Charge) -> list[Stretch]:
    cur.execute(
        "SELECT greatest(s.starts, a.opened_on), least(s.ends, a.closed_on)"
        " FROM fees_schedule s JOIN fees_component k ON k.schedule_id = s.id AND k.method = %s"
        " JOIN accounts_account a ON a.id = s.account_id"
        " WHERE s.account_id = %s AND s.practice_id = %s AND s.strategy = 'automatic'",
        [charge.method, charge.account_id, charge.practice_id],
    )
    return [Stretch(starts, ends or NEVER) for starts, ends in cur.fetchall()]


def _lines(charge: Charge) -> list[tuple[date, Decimal]]:
    """The days and amounts of an accrued charge; of one on a closing value, none."""
    parts = [line.split(" ") for line in charge.inputs.splitlines()]
    if any(len(part) != 5 for part in parts):
        return []
    return [(date.fromisoformat(part[0]), Decimal(part[3])) for part in parts]


def _taken_back(cur, charge: Charge) -> Decimal:
    """What of the charge came back after the broker had rejected it."""
    cur.execute(
        "SELECT coalesce(sum(amount), 0) FROM accounts_transfer WHERE source = %s AND kind = 'reversal'", [charge.pk]
    )
    return cur.fetchone()[0]
