"""The year to date of each contact of a page, as the reports reckon it: one question for the values of all of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.broker.rates.queries import rates
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.dates import day_text
from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import SHELLS, Account
from crm.contacts.returned import RECKONED, Returned
from portal.lib.periods import annual
from portal.performance.rules import DayValue
from portal.reports.periods import Span
from portal.reports.queries import HELD, Asked
from portal.reports.returns import measure
from portal.reports.sums import as_one, values_of
from portal.reports.wishes import Kind, Wish

Values = Mapping[int, Sequence[DayValue]]


def year_to_date(who: Who, held: Mapping[UUID, Sequence[Account]], sealed: date) -> dict[UUID, Returned]:
    """The time-weighted return of the accounts of each, as one, since the year began.

    One account is measured in its own currency; several in the one that they share, or in the firm's. A business day
    without a value leaves no return: what flowed on it is not known. An account that owes none, as one that is not
    funded yet, counts for nothing; one without the right to its reports leaves no return of the others.
    """
    span = Span(annual(sealed).starts, sealed)
    counted = {key: [one for one in accounts if _counts(one, span)] for key, accounts in held.items()}
    counted = {key: accounts for key, accounts in counted.items() if accounts}
    if not who.can("report"):
        return {key: Returned(None, _("Reports are not among your rights")) for key in counted}
    every = {one.pk for accounts in counted.values() for one in accounts}
    readable = set(scope(who, Account, "report").filter(pk__in=every).values_list("pk", flat=True))
    found: dict[UUID, Returned] = {}
    for key in list(counted):
        if shut := [one.number for one in counted[key] if one.pk not in readable]:
            words = _("Reports are not among your rights: %(accounts)s")
            found[key] = Returned(None, words % {"accounts": _named(shut)})
            del counted[key]
    values, _said = values_of(who, list(readable), span)
    asked = Asked(who, Wish(Kind.PERFORMANCE), sealed, calendar())
    for key, accounts in counted.items():
        # Where none of them owes a value, all are named.
        counted[key] = [one for one in accounts if _owes(asked, one, values.get(one.pk, ()), span)] or accounts
    known = rates(_exchanged(counted.values(), values))
    return found | {key: _returned(asked, accounts, values, span, known) for key, accounts in counted.items()}


def _counts(account: Account, span: Span) -> bool:
    """Whether an account has been one within the span."""
    is_over = account.closed_on is not None and account.closed_on <= span.first
    return account.status in HELD and account.kind not in SHELLS and not is_over


def _owes(asked: Asked, account: Account, known: Sequence[DayValue], span: Span) -> bool:
    """Whether an account has a value within the span, or should have one."""
    if known and known[-1].day >= span.first:
        return True
    began = account.funded_on or (known[0].day if known else None)
    return began is not None and bool(asked.expected(span, began, account.closed_on))


def _named(numbers: Iterable[str]) -> str:
    return ", ".join(numbers)


def _currency(accounts: Sequence[Account]) -> str:
    shared = {one.base_currency for one in accounts}
    return shared.pop() if len(shared) == 1 else accounts[0].firm.base_currency


def _exchanged(every: Iterable[Sequence[Account]], values: Values) -> Iterable[tuple[str, str, date]]:
    """The rates that sums of several currencies need."""
    for accounts in every:
        into = _currency(accounts)
        for account in accounts:
            if account.base_currency != into:
                yield from ((account.base_currency, into, one.day) for one in values.get(account.pk, ()))


def _returned(
    asked: Asked,
    accounts: Sequence[Account],
    values: Values,
    span: Span,
    known: Mapping[tuple[str, str, date], Decimal | None],
) -> Returned:
    unknown = [one.number for one in accounts if not any(day.day >= span.first for day in values.get(one.pk, ()))]
    if unknown:
        return Returned(None, _("No value this year: %(accounts)s") % {"accounts": _named(unknown)})
    if len(accounts) == 1:
        known_days = values[accounts[0].pk]
        one = asked.measured(accounts[0], known_days, span)
    else:
        known_days = as_one(accounts, values, _currency(accounts), known)
        one = measure(known_days, span, asked.expected(span, known_days[0].day, _all_closed(accounts)))
    missing = list(one.missing) if one else []
    if one and not one.has_base and known_days[0].day < span.first:
        # There were values before the year, and none that is whole: it does not begin with the first of its own.
        missing.insert(0, known_days[0].day)
    if missing:
        words = ngettext(
            "A value, or a rate of exchange, is missing on %(count)s business day: %(day)s",
            "Values, or rates of exchange, are missing on %(count)s business days, first on %(day)s",
            len(missing),
        )
        return Returned(None, words % {"count": len(missing), "day": day_text(missing[0])})
    if one is None or one.by_time is None:
        return Returned(None, _("The value was below zero"))
    return Returned(one.by_time)


def _all_closed(accounts: Sequence[Account]) -> date | None:
    """The day on which the last of them was closed, if none is open."""
    closed = [one.closed_on for one in accounts if one.closed_on is not None]
    return max(closed) if len(closed) == len(accounts) else None


RECKONED.append(year_to_date)
