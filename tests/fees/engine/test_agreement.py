"""Which changes of an agreement are increases that wait for the client, and which apply by themselves."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fees.engine.agreement import Agreement, CapKind, FundTerms, InvoiceCap, ProfitTerms, Strategy, increases
from fees.engine.high_water import Loss, Mark
from fees.engine.hurdle import Threshold, ThresholdKind
from fees.engine.registry import BY_NAME
from fees.engine.trade_unit import Markup, Price, TradeSchedule
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Range, Terms

STARTS = date(2026, 1, 1)


def percent(rate: str, name: str = "PERCENTOFEQUITY_EOM") -> Terms:
    return Terms(method=BY_NAME[name].code, starts=STARTS, rate=Decimal(rate))


def blend(*steps: tuple[str, str | None, str], mode=MARGINAL) -> Terms:
    ranges = tuple(
        Range(Decimal(low), None if high is None else Decimal(high), Decimal(rate)) for low, high, rate in steps
    )
    return Terms(method=BY_NAME["BLENDEDPERCENTOFEQUITY"].code, starts=STARTS, ranges=ranges, mode=mode)


def profit(share="0.20", **fields) -> ProfitTerms:
    return ProfitTerms(method=32, share=Decimal(share), **fields)


def hurdle(figure="0.05", kind=ThresholdKind.PERCENT) -> Threshold:
    return Threshold(kind=kind, figure=Decimal(figure))


def ticket(figure="5", **fields) -> TradeSchedule:
    given = {"asset_class": "STK", "currency": "USD"} | fields
    return TradeSchedule(kind=Markup.TICKET, figure=Decimal(figure), **given)


def agreed(**fields) -> Agreement:
    return Agreement(strategy=Strategy.AUTOMATIC, **fields)


STEPS = (("0", "1000000", "0.01"), ("1000000", None, "0.0075"))
INCREASES = {
    "automatic": (Agreement(strategy=Strategy.NONE), agreed(components=(percent("0.01"),))),
    "from direct billing": (Agreement(strategy=Strategy.DIRECT), agreed()),
    "component added": (agreed(), agreed(components=(percent("0.01"),))),
    "rate": (agreed(components=(percent("0.01"),)), agreed(components=(percent("0.010001"),))),
    "frequency, although the rate falls": (
        agreed(components=(percent("0.01"),)),
        agreed(components=(percent("0.005", "PERCENTOFEQUITY_MONTHLY"),)),
    ),
    "a tier": (
        agreed(components=(blend(*STEPS),)),
        agreed(components=(blend(("0", "1000000", "0.011"), ("1000000", None, "0.0075")),)),
    ),
    "the open range": (
        agreed(components=(blend(*STEPS),)),
        agreed(components=(blend(("0", "1000000", "0.009"), ("1000000", None, "0.0080")),)),
    ),
    "a bound moved up": (
        agreed(components=(blend(*STEPS),)),
        agreed(components=(blend(("0", "2000000", "0.01"), ("2000000", None, "0.0075")),)),
    ),
    "the higher rate from the first dollar": (
        agreed(components=(blend(("0", "1000000", "0.01"), ("1000000", None, "0.02")),)),
        agreed(components=(blend(("0", "1000000", "0.01"), ("1000000", None, "0.02"), mode=WHOLE_BALANCE),)),
    ),
    "share of profit": (agreed(profit=(profit("0.20"),)), agreed(profit=(profit("0.21"),))),
    "threshold removed": (agreed(profit=(profit(threshold=hurdle()),)), agreed(profit=(profit(),))),
    "threshold lowered": (
        agreed(profit=(profit(threshold=hurdle("0.05")),)),
        agreed(profit=(profit(threshold=hurdle("0.04")),)),
    ),
    "benchmark replaced": (
        agreed(profit=(profit(threshold=Threshold(kind=ThresholdKind.BENCHMARK, benchmark="SPX")),)),
        agreed(profit=(profit(threshold=Threshold(kind=ThresholdKind.BENCHMARK, benchmark="NDX")),)),
    ),
    "mark removed": (agreed(profit=(profit(mark=Mark(look_back=4)),)), agreed(profit=(profit(),))),
    "look-back shortened": (
        agreed(profit=(profit(mark=Mark(look_back=None)),)),
        agreed(profit=(profit(mark=Mark(look_back=40)),)),
    ),
    "proration switched on": (
        agreed(profit=(profit(mark=Mark(look_back=4)),)),
        agreed(profit=(profit(mark=Mark(look_back=4, prorate=True)),)),
    ),
    "earlier losses reduced": (
        agreed(profit=(profit(mark=Mark(look_back=4), initial=(Loss(1, Decimal(100)),)),)),
        agreed(profit=(profit(mark=Mark(look_back=4), initial=(Loss(1, Decimal(99)),)),)),
    ),
    "ticket": (agreed(trades=(ticket("5"),)), agreed(trades=(ticket("5.01"),))),
    "ceiling of a trade removed": (
        agreed(trades=(ticket(maximum=Decimal(9)),)),
        agreed(trades=(ticket(),)),
    ),
    "special price removed": (
        agreed(trades=(ticket("5"), ticket("1", product="IBM"))),
        agreed(trades=(ticket("5"),)),
    ),
    "volume break moved": (
        agreed(trades=(replace(ticket(), kind=Markup.ALL_IN, figure=None, prices=(Price(None, Decimal("0.01")),)),)),
        agreed(trades=(replace(ticket(), kind=Markup.ALL_IN, figure=None, prices=(Price(None, Decimal("0.02")),)),)),
    ),
    "fund": (
        agreed(funds=(FundTerms(fund="A", method=51, rate=Decimal("0.01")),)),
        agreed(funds=(FundTerms(fund="A", method=51, rate=Decimal("0.01"), profit_share=Decimal("0.1")),)),
    ),
    "invoice cap raised": (
        agreed(invoice_cap=InvoiceCap(kind=CapKind.MONTHLY, rate=Decimal("0.01"))),
        agreed(invoice_cap=InvoiceCap(kind=CapKind.MONTHLY, rate=Decimal("0.02"))),
    ),
    "commissions back to the client": (agreed(commissions_to_master=True), agreed()),
    "other fees back to the client": (agreed(other_fees_to_master=True), agreed()),
}
DECREASES = {
    "nothing changed": (agreed(components=(percent("0.01"),)), agreed(components=(percent("0.01"),))),
    "rate falls": (agreed(components=(percent("0.01"),)), agreed(components=(percent("0.009"),))),
    "component removed": (agreed(components=(percent("0.01"),)), agreed()),
    "no fee at all": (agreed(components=(percent("0.01"),)), Agreement(strategy=Strategy.NONE)),
    "a tier falls": (
        agreed(components=(blend(*STEPS),)),
        agreed(components=(blend(("0", "1000000", "0.01"), ("1000000", None, "0.0070")),)),
    ),
    "threshold added": (agreed(profit=(profit(),)), agreed(profit=(profit(threshold=hurdle()),))),
    "threshold raised": (
        agreed(profit=(profit(threshold=hurdle("0.05")),)),
        agreed(profit=(profit(threshold=hurdle("0.06")),)),
    ),
    "mark added": (agreed(profit=(profit(),)), agreed(profit=(profit(mark=Mark(look_back=4)),))),
    "look-back for ever": (
        agreed(profit=(profit(mark=Mark(look_back=4)),)),
        agreed(profit=(profit(mark=Mark(look_back=None)),)),
    ),
    "ceiling added": (agreed(trades=(ticket(),)), agreed(trades=(ticket(maximum=Decimal(9)),))),
    "invoice cap lowered": (
        agreed(invoice_cap=InvoiceCap(kind=CapKind.MONTHLY, rate=Decimal("0.02"))),
        agreed(invoice_cap=InvoiceCap(kind=CapKind.MONTHLY, rate=Decimal("0.01"))),
    ),
    "charges move to the master": (agreed(), agreed(commissions_to_master=True, other_fees_to_master=True)),
}


@pytest.mark.parametrize(("old", "new"), INCREASES.values(), ids=INCREASES.keys())
def test_an_increase_waits_for_the_client(old, new):
    assert len(increases(old, new)) >= 1


@pytest.mark.parametrize(("old", "new"), DECREASES.values(), ids=DECREASES.keys())
def test_a_decrease_applies_by_itself(old, new):
    assert increases(old, new) == []
