"""Cases of fees on assets and flat fees: percent, blended and flat, in all their frequencies."""

from datetime import date, timedelta
from decimal import Decimal

from fees.engine.cases.form import BadCase, Form, shown, told
from fees.engine.charge import MissingNav, recompute
from fees.engine.explain import day_words, explain
from fees.engine.registry import BY_NAME, validate
from fees.engine.timing import due_on
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Charge, NavPoint, Range, Terms
from portal.lib.business_days import Calendar, nyse
from portal.lib.periods import Period
from portal.lib.words import Sentence, english

FORM = """\
method     one of the names above
rate       annual, as a fraction: "0.01" is 1 % (percent)
flat       annual amount (flat fee)
ranges     [{"low": "0", "high": "1000000", "rate": "0.01"}, {"low": "1000000", "rate": "0.0075"}] (blended)
mode       "marginal" (default) or "whole_balance" (blended)
terms      instead of the four above: a list of versions, each with those fields and "starts", "ends" (not included)
period     "2025-09", "2025Q3", "2025", "2025-09-30", or {"starts": day, "ends": day not included}
values     closing values by day: {"2025-09-30": "250000"}; or
value      one closing value for every day
enabled_from, enabled_until   first day of the agreement and first day after it (default: always)
business_days  the business days of the period as a list (default: the New York Stock Exchange's)
currency   default USD"""


def work_out(form: Form) -> dict[str, object]:
    """The charge of one period with a line a day or a stretch."""
    method = BY_NAME[form.text("method")].code
    period = form.period("period")
    calendar = calendar_of(form, period)
    currency = form.currency()
    terms = _terms(form, method, period)
    values = form.by_day("values")
    if form.has("value"):
        constant = form.decimal("value")
        values = dict.fromkeys(calendar.between(*period), constant) | values
    form.done()
    nav = [NavPoint(day, value) for day, value in sorted(values.items())]
    try:
        charge = recompute(method=method, nav=nav, terms=terms, calendar=calendar, period=period, currency=currency)
    except MissingNav as error:
        raise BadCase(str(error)) from None
    if charge is None:
        return {"lines": [], "exact": "0.00000000", "amount": "0.00", "derivation": []}
    return _printed(charge, terms, calendar)


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


def _printed(charge: Charge, terms: list[Terms], calendar: Calendar) -> dict[str, object]:
    last = calendar.previous(charge.period.ends)
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
    lines += [
        {"days": one.days, "rate": shown(one.rate), "annual": shown(one.annual.normalize())} for one in charge.segments
    ]
    story: list[Sentence] = explain(charge, terms)
    answer: dict[str, object] = {
        "lines": lines,
        "fee_days": len(charge.accruals) or sum(one.days for one in charge.segments),
        "exact": shown(charge.exact),
        "amount": shown(charge.amount),
        "currency": charge.currency,
        "due": due_on(calendar, last).isoformat(),
        "derivation": told(story),
    }
    if charge.closing is not None:
        answer["closing"] = {"day": charge.closing.day.isoformat(), "nlv": shown(Decimal(charge.closing.nlv))}
    return answer
