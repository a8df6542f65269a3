"""What texts and calls cost, and when a day's money for them is spent. US dollars; no rows, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# A country without a line costs as much as a message ever may, so that no spend is counted too low.
DEAREST = Decimal("0.20")


@dataclass(frozen=True)
class Price:
    """Of one country: a text, a call of at most a minute, and what a day there may cost (None: no limit of its own)."""

    text: Decimal = DEAREST
    call: Decimal = DEAREST
    a_day: Decimal | None = None

    def of(self, channel: str) -> Decimal:
        """What one message costs."""
        return self.call if channel == "voice" else self.text


@dataclass(frozen=True)
class Spent:
    """What has left within a day, in the order of `app_codes_spent`."""

    everywhere: Decimal
    country: Decimal


def read(lines: Iterable[str]) -> dict[str, Price]:
    """The table from lines such as `US=0.01/0.02` or, with a limit of its own, `GB=0.05/0.10/15`.

    Raises `ValueError` for any other line: a price that is misread is a budget that does not hold.
    """
    found = {}
    for line in lines:
        country, _equals, said = line.partition("=")
        parts = said.split("/")
        try:
            amounts = [Decimal(one) for one in parts]
        except InvalidOperation:
            amounts = []
        is_whole = len(country) == 2 and country.isupper() and len(amounts) in (2, 3)
        if not is_whole or country in found or not all(one.is_finite() and one >= 0 for one in amounts):
            raise ValueError(f"a line of prices is COUNTRY=text/call or COUNTRY=text/call/day, not {line!r}")
        found[country] = Price(*amounts)
    return found


def price_of(table: Mapping[str, Price], country: str) -> Price:
    """The line of a country, or the dearest."""
    return table.get(country, Price())


def over_budget(spent: Spent, price: Price, cost: Decimal, *, a_day: Decimal) -> str:
    """Whose money would be overspent by one more message: `day`, `country`, or "" where there is enough."""
    if spent.everywhere + cost > a_day:
        return "day"
    if price.a_day is not None and spent.country + cost > price.a_day:
        return "country"
    return ""


def is_half(spent: Spent, cost: Decimal, *, a_day: Decimal) -> bool:
    """Whether this message brings the day past half of its money, which the back office hears of beforehand."""
    return spent.everywhere * 2 < a_day <= (spent.everywhere + cost) * 2
