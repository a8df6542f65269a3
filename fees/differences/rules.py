"""A difference in sentences, and what of a fee the agreed days alone would have cost.  No rows are read here."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT
from portal.lib.business_days import Calendar
from portal.lib.money import round_money
from portal.lib.periods import Period
from portal.lib.words import Sentence, gettext_noop

ANSWERS: dict[str, str] = {
    "signed": gettext_noop("The client signed %(signed)s; the schedule in force says %(agreed)s."),
    "conditions": gettext_noop("The ranges or conditions of this fee in the schedule are not those that were signed."),
    "unsigned_fee": gettext_noop("The schedule in force has this fee; the client has not signed it."),
    "fee_left_out": gettext_noop("The client signed this fee; the schedule in force does not have it."),
    "strategy": gettext_noop("The client signed “%(signed)s”; the schedule in force says “%(agreed)s”."),
    "commissions": gettext_noop("Commissions: the client signed “%(signed)s”; the schedule says “%(agreed)s”."),
    "other_fees": gettext_noop(
        "Other fees of the broker: the client signed “%(signed)s”; the schedule says “%(agreed)s”."
    ),
    "cap": gettext_noop("The client signed an invoice limit of %(signed)s a year; in force is %(agreed)s."),
    "flattened": gettext_noop("The schedule says %(signed)s; the night charges by %(agreed)s."),
    "joined_otherwise": gettext_noop("The night charges by other ranges, days or payees than the schedule says."),
    "not_joined": gettext_noop("The schedule has this fee; the night does not charge it."),
    "superseded": gettext_noop("Version %(version)s is still in force; a newer one was approved for %(since)s."),
    "signed_late": gettext_noop("In force since %(since)s, but signed on %(signed_on)s."),
    "other_document": gettext_noop("In force since %(since)s under a signature of another text."),
    "reused": gettext_noop("Version %(version)s takes more than the one before and carries its signature."),
    "line": gettext_noop("%(on)s was charged at %(agreed)s; agreed for that day: %(signed)s."),
    "outside": gettext_noop("%(on)s was charged, but the agreement does not cover that day."),
    "days": gettext_noop("%(billed)s business days were charged; the agreement covers %(covered)s of the period."),
    "rate": gettext_noop("Charged at %(agreed)s; agreed for the period: %(signed)s."),
    "charge_conditions": gettext_noop("Charged with another high-water mark or threshold than was agreed."),
    "version": gettext_noop("Charged under a version that did not apply then."),
    "sum": gettext_noop("The amount is not what the agreed terms make of the fee's own figures."),
    "unreadable": gettext_noop("What the fee was made from cannot be read."),
    "uncharged": gettext_noop(
        "A fee was agreed for the time from %(since)s to %(on)s; it was neither charged nor held."
    ),
    "execution": gettext_noop("The trade in %(symbol)s of %(on)s was not charged."),
}
NOTHING = "-"


class Stretch(NamedTuple):
    """The days of a period that one version covers while the account is open: `ends` not included."""

    starts: date
    ends: date


def sentence(detail: Mapping[str, object], reason: str) -> Sentence:
    """What differs, from the stored detail."""
    kind = str(detail.get("kind", ""))
    if kind == "line" and reason != "wrong_rate":
        kind = "outside"
    msgid = ANSWERS.get(kind)
    if msgid is None:
        return Sentence(gettext_noop("The fee differs from its agreement."), {})
    names = ("signed", "agreed", "version", "since", "signed_on", "on", "billed", "covered", "symbol")
    return Sentence(msgid, {name: _value(name, detail.get(name)) for name in names})


def covered(period: Period, stretches: Sequence[Stretch]) -> list[Stretch]:
    """The stretches cut to the period, in their order; empty ones are left out."""
    cut = (Stretch(max(one.starts, period.starts), min(one.ends, period.ends)) for one in stretches)
    return sorted(one for one in cut if one.starts < one.ends)


def reason_of(period: Period, stretches: Sequence[Stretch], *, billed: int, agreed: int, days: Calendar) -> str:
    """Why the days of a charge are not those agreed: too many at the start, too many at the end, or too few."""
    if billed < agreed:
        return "missing_days"
    inside = covered(period, stretches)
    if not inside:
        return "exit_refund"
    late = days.count(period.starts, inside[0].starts)
    return "start_proration" if late and billed - agreed <= late else "exit_refund"


def is_settled(*, right: Decimal, gross: Decimal, moved: Decimal) -> bool:
    """Whether a charge that was not as agreed has been put right: no more has moved than was right, and no less was
    asked for, whether or not the account could pay it."""
    return moved <= right <= gross


def agreed_part(
    *,
    exact: Decimal,
    days: Sequence[tuple[date, Decimal]],
    stretches: Sequence[Stretch],
    billed: int,
    agreed: int,
    currency: str,
) -> Decimal:
    """What the agreed days alone come to: the sum of their lines, or where one value was charged for all of them the
    part that they are of it.  `days` are the lines of an accrued charge, empty for others."""
    if days:
        inside = (amount for day, amount in days if any(one.starts <= day < one.ends for one in stretches))
        return round_money(sum(inside, Decimal(0)), currency)
    if not billed:
        return Decimal(0)
    return round_money(CONTEXT.divide(CONTEXT.multiply(exact, Decimal(agreed)), Decimal(billed)), currency)


def _value(name: str, value: object) -> object:
    if value is None:
        return NOTHING
    return date.fromisoformat(str(value)) if name in ("since", "signed_on", "on") else value
