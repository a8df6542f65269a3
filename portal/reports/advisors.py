"""Values and returns by advisor: the accounts of each as one, and the proof that every way of adding them up agrees."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from accounts.ground.amounts import money_words
from accounts.ground.dates import day_text
from accounts.ground.tree.models import HOLDING_KINDS
from portal.lib.money import CONTEXT, round_display
from portal.performance.rules import DayValue
from portal.reports.periods import Span
from portal.reports.queries import Asked
from portal.reports.returns import Measured, measure

ZERO = Decimal(0)


@dataclass(frozen=True)
class Advisor:
    """One practice with what its accounts came to as one; `closed` is when the last of them was closed, if none is
    open."""

    name: str
    number: int
    closed: date | None
    values: list[DayValue] = field(default_factory=list)

    def measured(self, asked: Asked, span: Span) -> Measured | None:
        """Its accounts as one over a span."""
        began = self.values[0].day if self.values else None
        return measure(self.values, span, asked.expected(span, began, self.closed))

    def on(self, day: date) -> Decimal | None:
        """What they were worth on a day on which none of them lacks its value."""
        return next((one.nlv for one in self.values if one.day == day and one.is_complete), None)


def advisors(asked: Asked, span: Span) -> list[Advisor]:
    """Those who look after the accounts, by name."""
    rows = asked.rows.order_by().values_list("practice__name", "practice_id")
    found = rows.annotate(
        number=Count("pk", filter=Q(kind__in=HOLDING_KINDS)),
        last=Max("closed_on"),
        living=Count("pk", filter=Q(closed_on=None)),
    )
    values = asked.by_practice(span)
    return [
        Advisor(name, number, None if living else closed, values.get(practice, []))
        for name, practice, number, closed, living in found.order_by("practice__name", "practice_id")
    ]


def proof(
    asked: Asked,
    day: date,
    together: Iterable[DayValue],
    by_practice: Mapping[tuple[int, str], Decimal],
    of_advisors: Iterable[Advisor] = (),
) -> list[str]:
    """Three ways to one value of a day, in words: each advisor's accounts, every account by itself, all as one."""
    whole = next((one.nlv for one in together if one.day == day), None)
    if whole is None:
        return []
    by_currency: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for (_practice, currency), value in by_practice.items():
        by_currency[currency] += value
    shown = [one.on(day) for one in of_advisors]
    by_advisor = _worth(asked, day, ((currency, value) for (_practice, currency), value in by_practice.items()))
    three = [
        sum((one for one in shown if one is not None), ZERO) if shown and None not in shown else by_advisor,
        _worth(asked, day, by_currency.items()),
        whole,
    ]
    by, client, one = (money_words(value, asked.currency) for value in three)
    if round_display(max(three) - min(three), 8):
        words = _(
            "The sums of %(day)s differ: by advisor %(advisor)s, by client %(client)s, all as one %(one)s. Tell the"
            " back office, and do not rely on this report."
        )
    else:
        words = _("Values of %(day)s by advisor %(advisor)s, by client %(client)s, all as one %(one)s: the same.")
    return [words % {"day": day_text(day), "advisor": by, "client": client, "one": one}]


def _worth(asked: Asked, day: date, sums: Iterable[tuple[str, Decimal]]) -> Decimal:
    """Values by currency as one sum at the day's rates; what has no rate is in no sum."""
    known = list(sums)
    at = asked.rates_on(day, (currency for currency, _value in known))
    return sum((CONTEXT.multiply(value, at[currency]) for currency, value in known if currency in at), ZERO)
