"""Pure decisions about a statement: what is an external flow, and whether the broker's figures agree with one another.

Source of the checks: statement plus components = ending value; ending value = last daily total; our return = theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portal.lib.business_days import Calendar, DayOutsideCalendar
from portal.lib.words import Sentence, gettext_noop

CENT = Decimal("0.01")
RETURN_TOLERANCE = Decimal("0.01")  # percentage points
# Flows are converted line by line, the broker's sum at once: a twentieth of a percent is rounding, more is a gap.
FLOW_TOLERANCE = Decimal("0.0005")
SATURDAY = 5

# A file gives either the one or the other view of gains; some give both, and then only one of them counts.
_SPLIT_GAINS = ("realized", "changeInUnrealized", "costAdjustments", "transferredPnlAdjustments")
_FLOWS = ("depositsWithdrawals", "internalCashTransfers", "assetTransfers")

# Why an account can be held by the feed, in words for the pending list.
REASONS = {
    "bad_value": gettext_noop("A value in the statement cannot be read"),
    "components": gettext_noop("The statement's changes do not add up to its ending value"),
    "ending_value": gettext_noop("The statement's ending value is not its last daily value"),
    "return": gettext_noop("The statement's return is not the one its values give"),
    "currency": gettext_noop("The statement is not in the account's base currency"),
    "conflict": gettext_noop("Two statements contradict each other"),
    "future": gettext_noop("The statement has values of days to come"),
    "oversized": gettext_noop("The statement has more rows than are accepted"),
    "database": gettext_noop("The statement cannot be stored"),
    "no_nav": gettext_noop("No net asset value has arrived"),
}
SUB_MISSING = gettext_noop("The net asset value of a sub account has not arrived")


@dataclass(frozen=True, slots=True)
class Changes:
    """One ChangeInNAV, read."""

    starts: date
    last_day: date
    starting: Decimal
    ending: Decimal
    components: Mapping[str, Decimal]
    twr: Decimal | None = None

    @property
    def flow(self) -> Decimal:
        """What the broker says came in from outside."""
        return sum((self.components.get(name, Decimal(0)) for name in _FLOWS), Decimal(0))


@dataclass(slots=True)
class Verdict:
    """What the checks found: at most one failure (reason and sentence), and what could not be checked."""

    reason: str = ""
    failure: Sentence | None = None
    unchecked: list[Sentence] = field(default_factory=list)

    def cannot(self, msgid: str, **params: object) -> None:
        self.unchecked.append(Sentence(msgid, params))


def is_business_day(calendar: Calendar, day: date) -> bool:
    """By the calendar; by the week in years it does not know, which lie before or after anything we bill."""
    try:
        return calendar.is_business_day(day)
    except DayOutsideCalendar:
        return day.weekday() < SATURDAY


def business_days(calendar: Calendar, starts: date, last_day: date) -> list[date]:
    days = (date.fromordinal(number) for number in range(starts.toordinal(), last_day.toordinal() + 1))
    return [day for day in days if is_business_day(calendar, day)]


def flow_day(calendar: Calendar, day: date) -> date:
    """The business day whose flow an amount belongs to: its own, or the next one."""
    while not is_business_day(calendar, day):
        day = date.fromordinal(day.toordinal() + 1)
    return day


def signed(amount: Decimal, direction: str) -> Decimal:
    """What goes out is negative, whether the file says so by the sign or by the direction alone."""
    return -amount if direction == "OUT" and amount > 0 else amount


def check(
    changes: Sequence[Changes],
    totals: Mapping[date, Decimal],
    flows: Mapping[date, Decimal] | None,
    calendar: Calendar,
) -> Verdict:
    """Every check the statement's sections allow. `flows` is None where the file does not let us know them."""
    verdict = Verdict()
    if not changes:
        verdict.cannot(gettext_noop("the file has no ChangeInNAV"))
    if not totals:
        verdict.cannot(gettext_noop("the file has no EquitySummaryInBase: it brings no net asset value"))
    for change in changes:
        for one in (_check_components, _check_ending):
            one(verdict, change, totals)
            if verdict.failure:
                return verdict
        _check_return(verdict, change, totals, flows, calendar)
        if verdict.failure:
            return verdict
    return verdict


def _check_components(verdict: Verdict, change: Changes, totals: Mapping[date, Decimal]) -> None:
    parts = {name: amount for name, amount in change.components.items() if amount}
    gap = change.ending - change.starting - sum(parts.values(), Decimal(0))
    tolerance = CENT * max(1, len(parts))
    if abs(gap) <= tolerance:
        return
    if "mtm" in parts:
        doubled = sum((parts.get(name, Decimal(0)) for name in _SPLIT_GAINS), Decimal(0))
        if doubled and abs(gap + doubled) <= tolerance:
            return
    verdict.reason = "components"
    verdict.failure = Sentence(
        gettext_noop("from %(starting)s to %(ending)s the components leave a difference of %(gap)s"),
        {"starting": change.starting, "ending": change.ending, "gap": gap},
    )


def _check_ending(verdict: Verdict, change: Changes, totals: Mapping[date, Decimal]) -> None:
    within = [day for day in totals if change.starts <= day <= change.last_day]
    if not within:
        if totals:
            verdict.cannot(gettext_noop("the file has no daily value within its ChangeInNAV"))
        return
    last = max(within)
    if abs(change.ending - totals[last]) > CENT:
        verdict.reason = "ending_value"
        verdict.failure = Sentence(
            gettext_noop("the ending value is %(ending)s, the daily value of %(day)s is %(total)s"),
            {"ending": change.ending, "day": last.isoformat(), "total": totals[last]},
        )


def _check_return(
    verdict: Verdict,
    change: Changes,
    totals: Mapping[date, Decimal],
    flows: Mapping[date, Decimal] | None,
    calendar: Calendar,
) -> None:
    within = sorted(day for day in totals if change.starts <= day <= change.last_day)
    if not within:
        return
    # An account has no values before its first deposit and after its last withdrawal.
    first = change.starts if change.starting else within[0]
    last = change.last_day if totals[within[-1]] else within[-1]
    missing = len(set(business_days(calendar, first, last)) - set(within))
    if change.twr is None:
        verdict.cannot(gettext_noop("the ChangeInNAV has no twr to compare the return with"))
    elif flows is None:
        verdict.cannot(gettext_noop("the file does not have the lines behind its flows, so no return can be reckoned"))
    elif missing:
        verdict.cannot(gettext_noop("%(days)s daily values are missing, so no return can be reckoned"), days=missing)
    else:
        ours = time_weighted(change.starting, [(day, totals[day], flows.get(day, Decimal(0))) for day in within])
        if ours is None:
            verdict.cannot(gettext_noop("a value below zero lies in between, so no return can be reckoned"))
        elif abs(ours - change.twr) > RETURN_TOLERANCE:
            verdict.reason = "return"
            verdict.failure = Sentence(
                gettext_noop("the daily values give a return of %(ours)s %%, the statement says %(theirs)s %%"),
                {"ours": format(ours, ".4f"), "theirs": format(change.twr, ".4f")},
            )


def time_weighted(starting: Decimal, days: Sequence[tuple[date, Decimal, Decimal]]) -> Decimal | None:
    """The return of the days (day, value, flow) in percent, flows at the end of their day; None if it means nothing.

    After a value of zero the series starts again with the next day.
    """
    product, before = Decimal(1), starting
    for _, total, flow in days:
        if before < 0:
            return None
        if before > 0:
            product *= (total - flow) / before
        before = total
    return (product - 1) * 100


def known_flows(
    lines: Mapping[date, Decimal], changes: Sequence[Changes], days: Sequence[date], *, has_sections: bool
) -> dict[date, Decimal] | None:
    """The flow of every day of the statement, where its sections tell; None where they do not.

    Sections without rows are often left out of a file, so the broker's own sum decides whether the lines are all there.
    """
    if not changes:
        return dict(lines) if has_sections else None
    stated = sum((change.flow for change in changes), Decimal(0))
    found = sum(lines.values(), Decimal(0))
    if abs(stated - found) <= max(CENT * (len(lines) + 1), abs(stated) * FLOW_TOLERANCE):
        return dict(lines)
    if not lines and len(days) == 1:
        return {days[0]: stated}
    return None
