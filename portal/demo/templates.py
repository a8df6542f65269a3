"""The fee templates that the demo firm's practices keep: the usual terms, terms in ranges, and a share of profits."""

from datetime import datetime
from decimal import Decimal

from accounts.ground.access.context import acting
from fees.engine.registry import EVERY_BY_NAME
from fees.engine.types import Range
from fees.patterns import actions, queries
from fees.proposals.rules import Wanted
from fees.schedules.models import Strategy
from fees.schedules.rules import Figures
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan


def keep_missing(firm: Plan, *, at: datetime) -> int:
    """Templates for every practice that has only the blank one; how many were made.  The first is the default."""
    kept = 0
    for user in cast_of(firm).users.values():
        with acting(user) as who:
            if who is None or queries.own(who).count() > 1:
                continue
            for place, (name, component) in enumerate(_offered()):
                wanted = Wanted(strategy=Strategy.AUTOMATIC, components=(component,))
                actions.create(who=who, name=name, wanted=wanted, is_default=place == 0, at=at)
                kept += 1
    return kept


def _offered() -> list[tuple[str, Figures]]:
    edges = [Decimal(0), Decimal(250_000), Decimal(1_000_000)]
    rates = [Decimal("0.0110"), Decimal("0.0085"), Decimal("0.0050")]
    ranges = tuple(Range(low, high, rate) for low, high, rate in zip(edges, [*edges[1:], None], rates, strict=True))
    profit = {"threshold": {"kind": "percent", "figure": "0.02"}, "look_back": 4}
    return [
        ("Standard", Figures(method=_code("PERCENTOFEQUITY_EOM"), rate=Decimal("0.0100"))),
        ("In ranges", Figures(method=_code("BLENDEDPERCENTOFEQUITY_MONTHLY"), ranges=ranges)),
        ("Share of profit", Figures(method=_code("PERCENTOFPROFIT_QUARTER"), rate=Decimal("0.15"), more=profit)),
    ]


def _code(name: str) -> int:
    return EVERY_BY_NAME[name].code
