"""A case as strictly read data: every field is known, numbers are decimals, and a mistake names its place."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fees.engine.limits import decimal_places
from portal.lib.money import CURRENCIES, minor_places
from portal.lib.periods import Frequency, Period, annual, daily, monthly, period_of, quarterly
from portal.lib.words import Sentence, english

MISSING = object()
LONGEST_NUMBER = 64
YEAR, MONTH, DAY = 4, 7, 10
# No month or quarter of the exchange has more business days.
MOST_DAYS = {Frequency.MONTHLY: 23, Frequency.QUARTERLY: 66}
# The exchange's calendar is known for these years.
FIRST_YEAR, LAST_YEAR = 1990, 2100


Check = Callable[[Decimal], None]


class BadCase(ValueError):
    """A case that cannot be worked out; the message says where and why."""


def zero_or_above(number: Decimal) -> None:
    if number < 0:
        raise BadCase("must be zero or above")


def above_zero(number: Decimal) -> None:
    if number <= 0:
        raise BadCase("must be above zero")


def in_money(currency: str, *further: Check) -> Check:
    """A check for amounts that were posted or are to be: no finer than the currency's unit."""

    def check(number: Decimal) -> None:
        places = minor_places(currency)
        if decimal_places(number) > places:
            raise BadCase(f"must have at most {places} decimal places, as {currency} has")
        for one in further:
            one(number)

    return check


class Form:
    """One JSON object.  Whoever reads it calls `done` at the end, which refuses fields that nobody asked for."""

    def __init__(self, data: object, place: str = "") -> None:
        if not isinstance(data, dict):
            raise BadCase(f"{place or 'the case'} must be an object")
        self._data: dict[str, Any] = data
        self._place = place
        self._read: set[str] = set()

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None

    def is_null(self, name: str) -> bool:
        """Whether the field is given as null, which is not the same as not given."""
        self._read.add(name)
        return name in self._data and self._data[name] is None

    def decimal(self, name: str, default: object = MISSING, check: Check | None = None) -> Decimal:
        return self._typed(name, default, _checked(check))

    def optional_decimal(self, name: str, check: Check | None = None) -> Decimal | None:
        return self._typed(name, None, _checked(check))

    def integer(
        self, name: str, default: object = MISSING, *, least: int | None = None, most: int | None = None
    ) -> int:
        found: int = self._typed(name, default, self._integer)
        if most is not None and not (least or 0) <= found <= most:
            raise BadCase(f"{self._at(name)} must be from {least or 0} to {most}")
        if least is not None and found < least:
            raise BadCase(f"{self._at(name)} must be {least} or more")
        return found

    def text(self, name: str, default: object = MISSING) -> str:
        return self._typed(name, default, self._text)

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self._typed(name, default, self._flag)

    def day(self, name: str, default: object = MISSING) -> date:
        return self._typed(name, default, _day)

    def optional_day(self, name: str) -> date | None:
        return self._typed(name, None, _day)

    def choice(self, name: str, kind: Callable[[str], Any], default: object = MISSING) -> Any:
        return self._typed(name, default, lambda value: kind(self._text(value)))

    def currency(self) -> str:
        code = self.text("currency", "USD")
        if code not in CURRENCIES:
            raise BadCase(f"{self._at('currency')} must be one of {', '.join(CURRENCIES)}")
        return code

    def period(self, name: str, default: object = MISSING) -> Period:
        return self._typed(name, default, self._period)

    def part(self, name: str) -> "Form":
        self._read.add(name)
        return Form(self._data.get(name), self._at(name))

    def some_rows(self, name: str) -> list["Form"]:
        """A list that must have something in it."""
        found = self.rows(name)
        if not found:
            raise BadCase(f"{self._at(name)} is missing")
        return found

    def rows(self, name: str) -> list["Form"]:
        return [Form(one, f"{self._at(name)}[{place}]") for place, one in enumerate(self._list(name))]

    def decimals(self, name: str, check: Check | None = None) -> list[Decimal]:
        return [self._guarded(_checked(check), one, f"{name}[{place}]") for place, one in enumerate(self._list(name))]

    def days(self, name: str) -> list[date]:
        return [self._guarded(_day, one, f"{name}[{place}]") for place, one in enumerate(self._list(name))]

    def by_day(self, name: str) -> dict[date, Decimal]:
        """An object of days and amounts."""
        self._read.add(name)
        given = self._data.get(name, {})
        if not isinstance(given, dict):
            raise BadCase(f"{self._at(name)} must be an object of days and amounts")
        return {
            self._guarded(_day, day, f"{name}.{day}"): self._guarded(_decimal, value, f"{name}.{day}")
            for day, value in given.items()
        }

    def done(self) -> None:
        unknown = sorted(set(self._data) - self._read)
        if unknown:
            raise BadCase(f"{self._at(unknown[0])} is not a field of this case")

    def refuse(self, message: str) -> BadCase:
        return BadCase(f"{self._place or 'the case'}: {message}")

    def _at(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _list(self, name: str) -> list[Any]:
        self._read.add(name)
        given = self._data.get(name) or []
        if not isinstance(given, list):
            raise BadCase(f"{self._at(name)} must be a list")
        return given

    def _typed(self, name: str, default: object, read: Callable[[Any], Any]) -> Any:
        self._read.add(name)
        value = self._data.get(name)
        if value is None:
            if default is MISSING:
                raise BadCase(f"{self._at(name)} is missing")
            return default
        return self._guarded(read, value, name)

    def _guarded(self, read: Callable[[Any], Any], value: object, name: str) -> Any:
        try:
            return read(value)
        except (ValueError, InvalidOperation) as error:
            reason = str(error) if isinstance(error, BadCase) else f"cannot be {str(value)[:LONGEST_NUMBER]!r}"
            raise BadCase(f"{self._at(name)} {reason}") from None

    @staticmethod
    def _integer(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadCase("must be a whole number")
        return value

    @staticmethod
    def _text(value: object) -> str:
        if not isinstance(value, str):
            raise BadCase("must be text")
        return value

    @staticmethod
    def _flag(value: object) -> bool:
        if not isinstance(value, bool):
            raise BadCase("must be true or false")
        return value

    def _period(self, value: object) -> Period:
        if isinstance(value, str):
            return named_period(value)
        form = Form(value, "period")
        found = Period(form.day("starts"), form.day("ends"))
        form.done()
        if found.ends <= found.starts:
            raise BadCase("must end after it starts")
        return found


def named_period(text: str) -> Period:
    """2025, 2025Q3, 2025-09 or 2025-09-30 as a period."""
    year, _, quarter = text.partition("Q")
    if quarter:
        if quarter not in {"1", "2", "3", "4"}:
            raise BadCase("must be like 2025, 2025Q3, 2025-09 or 2025-09-30")
        return quarterly(_known_year(date(int(year), int(quarter) * 3, 1)))
    if len(text) == YEAR:
        return annual(_known_year(date(int(text), 1, 1)))
    if len(text) == MONTH:
        return monthly(_day(f"{text}-01"))
    if len(text) == DAY:
        return daily(_day(text))
    raise BadCase("must be like 2025, 2025Q3, 2025-09 or 2025-09-30")


def period_name(frequency: Frequency, day: date) -> str:
    """The period that contains the day, as `named_period` reads it."""
    if frequency == Frequency.QUARTERLY:
        return f"{day.year}Q{(day.month + 2) // 3}"
    return day.isoformat()[: {Frequency.ANNUAL: YEAR, Frequency.MONTHLY: MONTH}.get(frequency, DAY)]


def whole_periods(form: Form, frequency: Frequency, period: Period) -> list[Period]:
    """The periods of a method that a longer one is made of; a part of one is charged by no night."""
    found = [period_of(frequency, period.starts)]
    while found[-1].ends < period.ends:
        found.append(period_of(frequency, found[-1].ends))
    if (found[0].starts, found[-1].ends) != period:
        unit = {Frequency.MONTHLY: "month", Frequency.QUARTERLY: "quarter", Frequency.ANNUAL: "year"}[frequency]
        raise form.refuse(
            f"the method is charged by the whole {unit}, such as {period_name(frequency, period.starts)}; "
            "where it was agreed for a part of that, say so with enabled_from"
        )
    return found


def told(story: Iterator[Sentence] | list[Sentence] | tuple[Sentence, ...]) -> list[str]:
    """A derivation in plain words."""
    return [english(one) for one in story]


def shown(number: Decimal) -> str:
    """A figure as it is printed: plain digits, never an exponent."""
    return format(number, "f")


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise BadCase("must be a number")
    text = str(value)
    if len(text) > LONGEST_NUMBER or any(sign in text for sign in " _"):
        raise BadCase("must be a number written in plain digits")
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        raise BadCase("must be a finite number")
    return number


def _checked(check: Check | None) -> Callable[[Any], Decimal]:
    def read(value: object) -> Decimal:
        number = _decimal(value)
        if check:
            check(number)
        return number

    return read


def _day(value: object) -> date:
    if not isinstance(value, str) or len(value) != DAY:
        raise BadCase("must be a day like 2025-09-30")
    return _known_year(date.fromisoformat(value))


def _known_year(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadCase(f"must be within the years {FIRST_YEAR} to {LAST_YEAR}")
    return day
