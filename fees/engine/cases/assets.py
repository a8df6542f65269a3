"""Cases of fees on assets and flat fees: percent, blended and flat, in all their frequencies."""

from datetime import date, timedelta
from decimal import Decimal

from fees.engine import flat
from fees.engine.arithmetic import NO_AMOUNT
from fees.engine.cases.form import BadCase, Form, period_name, shown, told, whole_periods
from fees.engine.charge import MissingNav, recompute
from fees.engine.explain import day_words, explain
from fees.engine.registry import BY_NAME, METHODS, validate, words
from fees.engine.timing import due_on
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Charge, NavPoint, Range, Terms
from portal.lib.business_days import Calendar, nyse
from portal.lib.money import round_money
from portal.lib.periods import Period
from portal.lib.words import english

# A flat fee is the same at any value above zero.
ANY_VALUE = Decimal(1)

FORM = """\
method     one of the names above
rate       annual, as a fraction: "0.01" is 1 % (percent)
flat       annual amount (flat fee)
ranges     [{"low": "0", "high": "1000000", "rate": "0.01"}, {"low": "1000000", "rate": "0.0075"}] (blended)
mode       "marginal" (default) or "whole_balance" (blended)
terms      instead of the four above: a list of versions, each with those fields and "starts", "ends" (not included)
period     "2025-09", "2025Q3", "2025", "2025-09-30", or {"starts": day, "ends": day not included}: one or several whole
           periods of the method; `charges` has what is posted for each, `amount` their sum
values     closing values by day: {"2025-09-30": "250000"}; or
value      one closing value for every day; a flat fee needs neither
enabled_from, enabled_until   first day of the agreement and first day after it (default: always)
business_days  the business days of the period as a list (default: the New York Stock Exchange's)
currency   default USD"""


def work_out(form: Form) -> dict[str, object]:
    """What the nights of a period post: a charge a day, month or quarter as the method has it, each rounded once."""
    method = BY_NAME[form.text("method")]
    period = form.period("period")
    wanted = whole_periods(form, method.frequency, period)
    calendar = calendar_of(form, period)
    currency = form.currency()
    terms = _terms(form, method.code, period)
    values = form.by_day("values")
    if form.has("value"):
        constant = form.decimal("value")
        values = dict.fromkeys(calendar.between(*period), constant) | values
    elif not values and method.family == flat.FAMILY:
        values = dict.fromkeys(calendar.between(*period), ANY_VALUE)
    form.done()
    charges, missing = [], []
    for one in wanted:
        nav = [NavPoint(day, values[day]) for day in calendar.between(*one) if day in values]
        try:
            charge = recompute(
                method=method.code, nav=nav, terms=terms, calendar=calendar, period=one, currency=currency
            )
        except MissingNav as error:
            missing += error.days
            continue
        charges += [] if charge is None else [charge]
    if missing:
        raise BadCase(_missing_words(missing))
    return _printed(charges, terms, calendar, currency)


def _missing_words(days: list[date]) -> str:
    others = f" and {len(days) - 1} more business days" if len(days) > 1 else ""
    return f'no net liquidation value for {days[0]}{others}: give each day in "values", or one "value" for all'


def calendar_of(form: Form, period: Period) -> Calendar:
    """The exchange's calendar, or one that has exactly the business days the case lists for its period."""
    years = period.starts.year - 1, period.ends.year + 1
    holidays = [day for day, _name in nyse(*years)]
    listed = form.days("business_days")
    if not listed:
        return Calendar(holidays, years=years)
    outside = [day for day in listed if not period.covers(day)]
    if outside:
        raise form.refuse(f"the business day {outside[0]} is outside the period")
    length = (period.ends - period.starts).days
    overrides = {period.starts + timedelta(days=step): False for step in range(length)}
    return Calendar(holidays, overrides | dict.fromkeys(listed, True), years=years)


def _terms(form: Form, method: int, period: Period) -> list[Terms]:
    starts, ends = form.day("enabled_from", period.starts), form.optional_day("enabled_until")
    if form.has("terms"):
        versions = [_version(one, method, number) for number, one in enumerate(form.rows("terms"), start=1)]
    else:
        versions = [_figures(form, method, component=1, starts=starts, ends=ends)]
    for one in versions:
        problems = validate(one)
        if problems:
            raise form.refuse("; ".join(f"{where}: {english(sentence)}" for where, _key, sentence in problems))
    return versions


def _version(form: Form, method: int, number: int) -> Terms:
    terms = _figures(form, method, component=number, starts=form.day("starts"), ends=form.optional_day("ends"))
    form.done()
    return terms


def _figures(form: Form, method: int, *, component: int, starts: date, ends: date | None) -> Terms:
    ranges = tuple(_range(one) for one in form.rows("ranges"))
    mode = form.text("mode", MARGINAL)
    if mode not in (MARGINAL, WHOLE_BALANCE):
        raise form.refuse(f"mode must be {MARGINAL} or {WHOLE_BALANCE}")
    return Terms(
        method=method,
        component=component,
        starts=starts,
        ends=ends,
        rate=form.optional_decimal("rate"),
        flat=form.optional_decimal("flat"),
        ranges=ranges,
        mode=mode,  # type: ignore[arg-type]
    )


def _range(form: Form) -> Range:
    found = Range(form.decimal("low"), form.optional_decimal("high"), form.decimal("rate"))
    form.done()
    return found


def _printed(charges: list[Charge], terms: list[Terms], calendar: Calendar, currency: str) -> dict[str, object]:
    answer: dict[str, object] = {
        "lines": [line for one in charges for line in _lines(one)],
        "fee_days": sum(len(one.accruals) or sum(part.days for part in one.segments) for one in charges),
        "exact": shown(sum((one.exact for one in charges), start=NO_AMOUNT)),
        "amount": shown(sum((one.amount for one in charges), start=round_money(NO_AMOUNT, currency))),
        "currency": currency,
        "charges": [_posted(one, terms, calendar) for one in charges],
    }
    if not charges:
        return answer | {"derivation": ["The fee was agreed on none of the business days of the period."]}
    if len(charges) > 1:
        agreed = dict.fromkeys(english(sentence) for one in terms for sentence in words(one))
        together = f"{len(charges)} charges, each rounded once, half up: together {answer['amount']} {currency}."
        return answer | {"derivation": [*agreed, together]}
    [charge] = charges
    answer |= {"due": _due(charge, calendar), "derivation": told(explain(charge, terms))}
    if charge.closing is not None:
        answer["closing"] = {"day": charge.closing.day.isoformat(), "nlv": shown(Decimal(charge.closing.nlv))}
    return answer


def _lines(charge: Charge) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = [
        {
            "day": one.day.isoformat(),
            "base": shown(one.base),
            "rate": shown(one.rate),
            "amount": shown(one.amount),
            "derivation": english(day_words(charge, one)),
        }
        for one in charge.accruals
    ]
    return lines + [
        {"days": one.days, "rate": shown(one.rate), "annual": shown(one.annual.normalize())} for one in charge.segments
    ]


def _posted(charge: Charge, terms: list[Terms], calendar: Calendar) -> dict[str, object]:
    return {
        "period": period_name(METHODS[charge.method].frequency, charge.period.starts),
        "exact": shown(charge.exact),
        "amount": shown(charge.amount),
        "due": _due(charge, calendar),
        "derivation": told(explain(charge, terms)),
    }


def _due(charge: Charge, calendar: Calendar) -> str:
    return due_on(calendar, calendar.previous(charge.period.ends)).isoformat()
