"""What a query of client data asks for, read from an address: AND between fields, OR inside one. No rows, no pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.http import QueryDict

from accounts.ground.tree.models import HOLDERS, Margin, Status
from portal.lib.money import BadDecimal, parse_decimal
from portal.lib.words import gettext_noop
from portal.performance.rules import months_before

ONE_DAY = timedelta(days=1)
MOST_CHOSEN = 30
LONGEST = timedelta(days=366 * 3)
NUMBER = gettext_noop("This is not a number.")
PERIOD = gettext_noop("Say from which day until which day, three years at most.")


class Kind(StrEnum):
    """What is asked about."""

    PERFORMANCE = "performance"
    SYMBOL = "symbol"
    VOLUME = "volume"
    ATTRIBUTES = "attributes"


PERIODS = ("mtd", "qtd", "ytd", "1y", "custom")
# The fields of each kind, by the names that stand in addresses.
FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.PERFORMANCE: ("period", "from", "until", "return_least", "return_most", "value_least", "value_most"),
    Kind.SYMBOL: (
        *("symbol", "asset", "how", "period", "from", "until"),
        *("quantity_least", "quantity_most", "value_least", "value_most"),
    ),
    Kind.VOLUME: ("period", "from", "until", "trades_least", "shares_least", "notional_least"),
    Kind.ATTRIBUTES: (
        *("type", "status", "margin", "currency", "permission", "age_least", "age_most"),
        *("idle_days", "cash_least"),
    ),
}
CHOICES = {
    "type": HOLDERS,
    "status": tuple(Status.values),
    "margin": tuple(Margin.values),
}


@dataclass(frozen=True)
class Criteria:
    """A query as it was asked, and what is wrong with it by field."""

    kind: Kind
    said: dict[str, list[str]]
    starts: date
    last: date
    problems: dict[str, str]

    def text(self, name: str) -> str:
        return next(iter(self.said.get(name, ())), "")

    def chosen(self, name: str) -> Sequence[str]:
        return self.said.get(name, ())

    def number(self, name: str) -> Decimal | None:
        """A limit; None where there is none."""
        found = self.text(name)
        return parse_decimal(found, digits=20, places=6) if found else None

    def allows(self, value: Decimal | None, name: str, *, scale: int = 1) -> bool:
        """Whether a value lies between the limits of a field, both included."""
        least, most = self.number(f"{name}_least"), self.number(f"{name}_most")
        if least is None and most is None:
            return True
        if value is None:
            return False
        found = value * scale
        return (least is None or found >= least) and (most is None or found <= most)

    @property
    def query(self) -> str:
        """The part of an address that is kept under a name."""
        address = QueryDict(mutable=True)
        address["kind"] = self.kind.value
        for name, values in self.said.items():
            address.setlist(name, values)
        return address.urlencode()


def read(query: QueryDict, today: date) -> Criteria:
    """The criteria of an address; what cannot be read is a problem and limits nothing."""
    asked = query.get("kind", "")
    kind = Kind(asked) if asked in set(Kind) else Kind.PERFORMANCE
    said: dict[str, list[str]] = {}
    problems: dict[str, str] = {}
    for name in FIELDS[kind]:
        values = [one.strip()[:40] for one in query.getlist(name)[:MOST_CHOSEN] if one.strip()]
        if name in CHOICES:
            values = [one for one in values if one in CHOICES[name]]
        if name.endswith(("_least", "_most", "_days")):
            try:
                for one in values[:1]:
                    parse_decimal(one, digits=20, places=6)
            except BadDecimal:
                problems[name] = NUMBER
                values = []
        if values:
            said[name] = values if name in (*CHOICES, "currency") else values[:1]
    starts, last = _span(said, today, problems)
    return Criteria(kind, said, starts, last, problems)


def _span(said: dict[str, list[str]], today: date, problems: dict[str, str]) -> tuple[date, date]:
    """From the close of the day before the period until its last day."""
    period = next(iter(said.get("period", ())), "ytd")
    if period == "custom":
        try:
            first, last = (date.fromisoformat(said[name][0]) for name in ("from", "until"))
        except (KeyError, ValueError):
            problems["period"] = PERIOD
            return today - ONE_DAY, today
        if not ONE_DAY <= last - first + ONE_DAY <= LONGEST or first.year < 1990:
            problems["period"] = PERIOD
            return today - ONE_DAY, today
        return first - ONE_DAY, last
    if period == "1y":
        return months_before(today, 12), today
    month = {"mtd": today.month, "qtd": (today.month - 1) // 3 * 3 + 1}.get(period, 1)
    return date(today.year, month, 1) - ONE_DAY, today
