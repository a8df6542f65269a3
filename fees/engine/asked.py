"""What every method asks for, and its stored terms as the engine reads them.

`PARAMETERS` is the one description from which forms, API, the command and the documentation are made.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fees.engine import hedge_fund, high_water, hurdle, profit, trade_unit
from fees.engine.hedge_fund import FundRate
from fees.engine.high_water import LONGEST_LOOK_BACK, Loss, Mark
from fees.engine.hurdle import Threshold, ThresholdKind
from fees.engine.limits import AMOUNT_PLACES, MAX_RATE, RATE_PLACES, problem
from fees.engine.parameters import Kind, Parameter, Values, described, read, stored
from fees.engine.profit import MAX_SHARE, Shield
from fees.engine.registry import EVERY, TELLS
from fees.engine.trade_unit import ASSET_CLASSES, MOST_PERCENT, MOST_PRICES, UNIT_PLACES, Markup, Price, TradeSchedule
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Method, Problem, Terms
from portal.lib.money import CURRENCIES
from portal.lib.words import gettext_noop

MOST_LOSSES = 40
MOST_KEYS = 60
MOST_FUNDS = 40
LONGEST_NAME = 60
MOST_RANGES = 5

_ANNUAL_RATE: dict[str, Any] = {"kind": Kind.SHARE, "least": Decimal(0), "most": MAX_RATE, "places": RATE_PLACES}
_PROFIT_SHARE: dict[str, Any] = {"kind": Kind.SHARE, "least": Decimal(0), "most": MAX_SHARE, "places": RATE_PLACES}
_MONEY: dict[str, Any] = {"kind": Kind.AMOUNT, "least": Decimal(0), "places": AMOUNT_PLACES}

_CURRENCY: dict[str, Any] = {
    "name": "currency",
    "kind": Kind.CHOICE,
    "choices": tuple((code, code) for code in CURRENCIES),
}

_RATE = Parameter(name="rate", label=gettext_noop("Annual percentage"), required=True, column=True, **_ANNUAL_RATE)
_FLAT = Parameter(name="flat", label=gettext_noop("Annual amount"), required=True, column=True, **_MONEY)
_RANGES = Parameter(
    name="ranges",
    kind=Kind.LIST,
    label=gettext_noop("Ranges"),
    help=gettext_noop("Each range begins where the one before it ends; leave the last upper end empty."),
    required=True,
    least=1,
    most=MOST_RANGES,
    column=True,
    parts=(
        Parameter(
            name="low",
            kind=Kind.AMOUNT,
            label=gettext_noop("From"),
            places=AMOUNT_PLACES,
            required=True,
            follows="high",
        ),
        Parameter(name="high", label=gettext_noop("To"), **_MONEY),
        Parameter(
            name="rate",
            kind=Kind.SHARE,
            label=gettext_noop("Annual percentage"),
            most=MAX_RATE,
            places=RATE_PLACES,
            required=True,
        ),
    ),
)
_MODE = Parameter(
    name="mode",
    kind=Kind.CHOICE,
    label=gettext_noop("How ranges apply"),
    default=MARGINAL,
    column=True,
    choices=(
        (MARGINAL, gettext_noop("Each range at its own rate")),
        (WHOLE_BALANCE, gettext_noop("Everything at the rate reached")),
    ),
)

_THRESHOLD = Parameter(
    name="threshold",
    kind=Kind.GROUP,
    label=gettext_noop("Performance threshold"),
    help=gettext_noop("Only the profit above it is charged."),
    parts=(
        Parameter(
            name="kind",
            kind=Kind.CHOICE,
            label=gettext_noop("Kind of threshold"),
            required=True,
            choices=(
                (ThresholdKind.PERCENT.value, gettext_noop("A return of the period in percent")),
                (ThresholdKind.AMOUNT.value, gettext_noop("An amount")),
                (ThresholdKind.BENCHMARK.value, gettext_noop("The return of a benchmark")),
            ),
        ),
        Parameter(
            name="figure",
            label=gettext_noop("Threshold"),
            help=gettext_noop("A return of the whole period, not of a year; or the amount."),
            fraction_when=("kind", ThresholdKind.PERCENT.value),
            **_MONEY | {"places": RATE_PLACES},
        ),
        Parameter(
            name="benchmark",
            kind=Kind.TEXT,
            label=gettext_noop("Benchmark"),
            help=gettext_noop("Its symbol as the price table knows it."),
            most=LONGEST_NAME,
            default="",
        ),
        Parameter(
            label=gettext_noop("Currency of the amount"),
            help=gettext_noop("Empty: that of the account. Another is turned into it at the period's last rate."),
            default="",
            **_CURRENCY,
        ),
    ),
)
_PROFIT = (
    Parameter(name="rate", label=gettext_noop("Percentage of the profit"), required=True, column=True, **_PROFIT_SHARE),
    _THRESHOLD,
    Parameter(
        name="look_back",
        kind=Kind.COUNT,
        label=gettext_noop("Look-back of the high-water mark, in periods"),
        help=gettext_noop("0: losses are not carried. Empty: they are carried for ever."),
        least=0,
        most=LONGEST_LOOK_BACK,
        default=0,
        null=True,
    ),
    Parameter(
        name="prorate",
        kind=Kind.FLAG,
        label=gettext_noop("Withdrawals shrink carried losses"),
        default=False,
    ),
    Parameter(
        name="losses",
        kind=Kind.LIST,
        label=gettext_noop("Losses of earlier periods"),
        most=MOST_LOSSES,
        parts=(
            Parameter(
                name="period",
                kind=Kind.TEXT,
                label=gettext_noop("Year or quarter"),
                help=gettext_noop("Like 2024 for an annual fee, 2024Q4 for a quarterly one."),
                required=True,
                most=6,
            ),
            Parameter(name="amount", label=gettext_noop("Amount"), required=True, **_MONEY),
        ),
    ),
)

_UNIT_MONEY: dict[str, Any] = {"kind": Kind.AMOUNT, "least": Decimal(0), "places": UNIT_PLACES}
_NAME: dict[str, Any] = {"kind": Kind.TEXT, "most": LONGEST_NAME, "default": ""}
_TRADE = (
    Parameter(
        name="schedules",
        kind=Kind.LIST,
        label=gettext_noop("Fees by kind of instrument and currency"),
        required=True,
        least=1,
        most=MOST_KEYS,
        parts=(
            Parameter(
                name="asset_class",
                kind=Kind.CHOICE,
                label=gettext_noop("Kind of instrument"),
                required=True,
                choices=ASSET_CLASSES,
            ),
            Parameter(label=gettext_noop("Currency"), required=True, **_CURRENCY),
            Parameter(
                name="kind",
                kind=Kind.CHOICE,
                label=gettext_noop("Kind of mark-up"),
                required=True,
                choices=(
                    (Markup.ABSOLUTE.value, gettext_noop("An amount a unit on top of the commission")),
                    (Markup.PERCENT.value, gettext_noop("A percentage of the commission on top of it")),
                    (Markup.ALL_IN.value, gettext_noop("A price a unit that includes the commission")),
                    (Markup.TICKET.value, gettext_noop("A flat amount a trade")),
                ),
            ),
            Parameter(
                name="figure",
                label=gettext_noop("Mark-up"),
                fraction_when=("kind", Markup.PERCENT.value),
                **_UNIT_MONEY | {"most": MOST_PERCENT * 1000, "places": RATE_PLACES},
            ),
            Parameter(
                name="prices",
                kind=Kind.LIST,
                label=gettext_noop("Prices by volume"),
                most=MOST_PRICES,
                parts=(
                    Parameter(name="up_to", label=gettext_noop("Up to"), **_UNIT_MONEY),
                    Parameter(name="price", label=gettext_noop("Price"), required=True, **_UNIT_MONEY),
                ),
            ),
            Parameter(name="exchange", label=gettext_noop("Exchange"), **_NAME),
            Parameter(name="product", label=gettext_noop("Product"), **_NAME),
            Parameter(name="minimum", label=gettext_noop("Least a trade"), **_MONEY),
            Parameter(
                name="maximum",
                label=gettext_noop("Most a trade"),
                fraction_when=("maximum_of_value", True),
                **_MONEY,
            ),
            Parameter(
                name="maximum_of_value",
                kind=Kind.FLAG,
                label=gettext_noop("The most is a percentage of the trade's value"),
                default=False,
            ),
        ),
    ),
)
_FUND = (
    Parameter(
        name="funds",
        kind=Kind.LIST,
        label=gettext_noop("Fees by fund"),
        required=True,
        least=1,
        most=MOST_FUNDS,
        parts=(
            Parameter(
                name="fund",
                label=gettext_noop("Fund"),
                help=gettext_noop("Its symbol in the statements."),
                required=True,
                **_NAME,
            ),
            Parameter(name="rate", label=gettext_noop("Annual percentage of the value"), **_ANNUAL_RATE),
            Parameter(name="profit_share", label=gettext_noop("Percentage of the profit"), **_PROFIT_SHARE),
        ),
    ),
)

_BY_FAMILY: dict[str, tuple[Parameter, ...]] = {
    "percent": (_RATE,),
    "blended": (_RANGES, _MODE),
    "flat": (_FLAT,),
    "profit": _PROFIT,
    "trade_unit": _TRADE,
    "hedge_fund": _FUND,
}
PARAMETERS: dict[int, tuple[Parameter, ...]] = {code: _BY_FAMILY[method.family] for code, method in EVERY.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Methods that ask for the same and of which one at most is agreed: a block of a form."""

    name: str
    title: str
    methods: tuple[Method, ...]
    parameters: tuple[Parameter, ...]


def _blocks() -> tuple[Block, ...]:
    together: dict[tuple[str, str], list[Method]] = {}
    for method in EVERY.values():
        together.setdefault((method.family, method.kin.name), []).append(method)
    shared = Counter(family for family, _kin in together)
    return tuple(
        Block(
            name=family if shared[family] == 1 else kin,
            title=methods[0].title if len(methods) == 1 else TELLS[methods[0].code].TITLE,
            methods=tuple(methods),
            parameters=_BY_FAMILY[family],
        )
        for (family, kin), methods in together.items()
    )


BLOCKS = _blocks()


def describe(method: int) -> list[dict[str, object]]:
    """What the method asks for, as data."""
    return described(PARAMETERS[method])


def read_terms(method: int, data: Mapping[str, object]) -> tuple[object, list[Problem]]:
    """The stored terms of a component as the engine's values (None for a method that stores none), and what is wrong
    with them."""
    parameters = _kept_together(method)
    values, problems = read(parameters, data)
    if problems or not parameters:
        return None, problems
    return {"profit": _shield, "trade_unit": _schedules, "hedge_fund": _funds}[EVERY[method].family](method, values)


def canonical(method: int, data: Mapping[str, object]) -> dict[str, object]:
    """Terms in the one form in which they are stored; data with problems stays as it was given."""
    values, problems = read(_kept_together(method), data)
    return dict(data) if problems else stored(_kept_together(method), values)


def check(terms: Terms) -> list[Problem]:
    """What is wrong with terms of a method that stands apart, beyond what the form of its data says."""
    family = EVERY[terms.method].family
    unused = ("flat", "ranges") if family == "profit" else ("rate", "flat", "ranges")
    msgid = gettext_noop("This method does not use this figure; leave it empty.")
    found = [problem(name, "not_used", msgid) for name in unused if getattr(terms, name) not in (None, ())]
    if family == "profit":
        found += profit.validate(terms.rate)
        found += _losses_before(terms)
    return found


def _kept_together(method: int) -> tuple[Parameter, ...]:
    return tuple(one for one in PARAMETERS[method] if not one.column)


def _shield(method: int, values: Values) -> tuple[Shield, list[Problem]]:
    problems = []
    threshold = None
    if values["threshold"] is not None:
        given = values["threshold"]
        threshold = Threshold(
            kind=ThresholdKind(given["kind"]),
            figure=given["figure"],
            benchmark=given["benchmark"] or "",
            currency=given["currency"] or "",
        )
        problems += [one._replace(field=f"threshold.{_name(one.field)}") for one in hurdle.validate(threshold)]
    look_back = values["look_back"]
    mark = None if look_back == 0 else Mark(look_back=look_back, prorate=values["prorate"])
    losses = []
    for place, one in enumerate(values["losses"]):
        number = high_water.number_of(EVERY[method].frequency, one["period"])
        if number is None:
            msgid = gettext_noop("Give the period as 2024 for an annual fee, as 2024Q4 for a quarterly one.")
            problems.append(problem(f"losses.{place}.period", "unknown_period", msgid))
        else:
            losses.append(Loss(number, one["amount"]))
    if losses and mark is None:
        msgid = gettext_noop("Earlier losses count only with a high-water mark; set its look-back.")
        problems.append(problem("losses", "without_mark", msgid))
    if mark is None and values["prorate"]:
        msgid = gettext_noop("Only a high-water mark carries losses that withdrawals could shrink.")
        problems.append(problem("prorate", "without_mark", msgid))
    return Shield(threshold=threshold, mark=mark, initial=tuple(sorted(losses))), problems


def _name(field: str) -> str:
    return "figure" if field == "threshold" else field


def _losses_before(terms: Terms) -> list[Problem]:
    shield = terms.more
    if not isinstance(shield, Shield):
        return []
    first = high_water.ordinal(EVERY[terms.method].frequency, terms.starts)
    msgid = gettext_noop("An earlier loss is of a period before the fee begins.")
    late = [place for place, loss in enumerate(shield.initial) if loss.period >= first]
    return [problem("losses", "not_past", msgid)] if late else []


def _schedules(method: int, values: Values) -> tuple[tuple[TradeSchedule, ...], list[Problem]]:
    found, problems, known = [], [], set()
    for place, one in enumerate(values["schedules"]):
        prices = tuple(Price(part["up_to"], part["price"]) for part in one["prices"])
        schedule = TradeSchedule(**{**one, "kind": Markup(one["kind"]), "prices": prices})
        problems += [part._replace(field=f"schedules.{place}.{part.field}") for part in trade_unit.validate(schedule)]
        key = (schedule.asset_class, schedule.currency, schedule.exchange, schedule.product)
        if key in known:
            msgid = gettext_noop("Two of the fees are for the same instruments.")
            problems.append(problem(f"schedules.{place}", "twice", msgid))
        known.add(key)
        found.append(schedule)
    return tuple(found), problems


def _funds(method: int, values: Values) -> tuple[tuple[FundRate, ...], list[Problem]]:
    found, problems, known = [], [], set()
    for place, one in enumerate(values["funds"]):
        rate = FundRate(one["fund"], one["rate"], one["profit_share"])
        problems += [
            part._replace(field=f"funds.{place}.{part.field}")
            for part in hedge_fund.validate(rate.rate, rate.profit_share)
        ]
        if rate.fund in known:
            problems.append(problem(f"funds.{place}.fund", "twice", gettext_noop("Name each fund once.")))
        known.add(rate.fund)
        found.append(rate)
    return tuple(found), problems
