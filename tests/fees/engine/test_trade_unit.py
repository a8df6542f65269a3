"""Fees per trade unit and allocation minimums: published cases, specificity, bounds and refusals."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fees.engine.allocation_minimum import commission, minimum
from fees.engine.trade_unit import (
    Markup,
    Price,
    Trade,
    TradeSchedule,
    charged_currency,
    choose,
    may_have,
    trade_fee,
    validate,
)


def schedule(kind: Markup, figure: str | None = None, **fields) -> TradeSchedule:
    given = {"asset_class": "STK", "currency": "USD"} | fields
    return TradeSchedule(kind=kind, figure=None if figure is None else Decimal(figure), **given)


def trade(quantity="100", *, commission="1", value="1000", **fields) -> Trade:
    given = {"asset_class": "STK", "currency": "USD"} | fields
    return Trade(quantity=Decimal(quantity), value=Decimal(value), commission=Decimal(commission), **given)


def test_p16_an_absolute_markup():
    fee = trade_fee(schedule(Markup.ABSOLUTE, "1", asset_class="OPT"), trade("1", asset_class="OPT"))

    assert (fee.client, fee.amount) == (2, 1)


def test_p17_and_p18_a_percentage_of_the_commission():
    assert trade_fee(schedule(Markup.PERCENT, "1", currency="EUR"), trade(commission="10", currency="EUR")).client == 20
    assert trade_fee(schedule(Markup.PERCENT, "2", asset_class="OPT"), trade("1", asset_class="OPT")).client == 3


def test_p20_minimum_maximum_and_maximum_of_the_value():
    canadian = {"currency": "CAD"}
    unit = schedule(Markup.ABSOLUTE, "0.001", **canadian)

    assert trade_fee(replace(unit, minimum=Decimal(1)), trade("100", **canadian)).amount == 1
    assert trade_fee(replace(unit, maximum=Decimal(5)), trade("10000", **canadian)).amount == 5
    by_value = replace(unit, maximum=Decimal("0.01"), maximum_of_value=True)
    assert trade_fee(by_value, trade("10000", value="300", **canadian)).amount == 3


def test_p26_a_currency_pair_is_charged_in_the_second_currency():
    assert charged_currency("CASH", "EUR.USD", "EUR") == "USD"
    assert charged_currency("STK", "BRK.B", "USD") == "USD"


def test_d29_an_all_in_price_leaves_the_advisor_what_the_commission_does_not_take():
    all_in = schedule(Markup.ALL_IN, prices=(Price(None, Decimal("0.01")),))

    fee = trade_fee(all_in, trade("500", commission="2.50"))
    assert (fee.client, fee.amount) == (5, Decimal("2.50"))

    fee = trade_fee(all_in, trade("500", commission="6.00"))
    assert (fee.client, fee.amount) == (5, -1)
    assert "the advisor pays" in fee.story[-1].msgid


def test_volume_breaks_price_each_unit_where_it_falls():
    # 1,000 at 0.010, 4,000 at 0.008, 500 at 0.005: 10 + 32 + 2.50
    steps = (Price(Decimal(1_000), Decimal("0.010")), Price(Decimal(5_000), Decimal("0.008")))
    all_in = schedule(Markup.ALL_IN, prices=(*steps, Price(None, Decimal("0.005"))))

    assert trade_fee(all_in, trade("5500", commission="0")).amount == Decimal("44.50")
    assert trade_fee(all_in, trade("1000", commission="0")).amount == 10


def test_a_ticket_is_the_same_for_every_size():
    assert trade_fee(schedule(Markup.TICKET, "9.95"), trade("1")).amount == Decimal("9.95")
    assert trade_fee(schedule(Markup.TICKET, "9.95"), trade("9999")).amount == Decimal("9.95")


def test_product_beats_exchange_beats_currency():
    wide = schedule(Markup.TICKET, "1")
    exchange = schedule(Markup.TICKET, "2", exchange="NYSE")
    product = schedule(Markup.TICKET, "3", product="IBM")
    known = [exchange, product, wide]

    assert choose(known, trade(exchange="NYSE", product="IBM")) == product
    assert choose(known, trade(exchange="NYSE", product="KO")) == exchange
    assert choose(known, trade(exchange="ARCA", product="KO")) == wide
    assert choose(known, trade(currency="EUR")) is None
    assert choose([exchange], trade(exchange="ARCA")) is None


@pytest.mark.parametrize("reason", ["is_liquidation", "closed_by_broker"])
def test_a_liquidation_or_a_close_by_the_broker_costs_no_fee(reason):
    fee = trade_fee(schedule(Markup.TICKET, "9.95"), trade(commission="4", **{reason: True}))

    assert (fee.client, fee.amount) == (4, 0)


@pytest.mark.parametrize(
    ("residence", "registered", "asset_class", "allowed"),
    [
        ("DEU", False, "STK", True),
        ("USA", False, "STK", False),
        ("USA", False, "FUT", False),
        ("USA", True, "FUT", True),
        ("USA", True, "STK", False),
        ("PRI", False, "STK", False),
        ("PRI", True, "FOP", True),
    ],
)
def test_us_residents_only_for_futures_of_registered_advisors(residence, registered, asset_class, allowed):
    answer = may_have(
        residence=residence,
        protectorates=frozenset({"PRI"}),
        commodity_registered=registered,
        asset_class=asset_class,
    )

    assert answer is allowed


@pytest.mark.parametrize(
    ("one", "key"),
    [
        (schedule(Markup.ABSOLUTE), "required"),
        (schedule(Markup.ABSOLUTE, "0.0001"), "too_fine"),
        (schedule(Markup.PERCENT, "100.1"), "too_high"),
        (schedule(Markup.TICKET, "1", minimum=Decimal(1)), "not_used"),
        (schedule(Markup.ALL_IN), "count"),
        (schedule(Markup.ALL_IN, "1", prices=(Price(None, Decimal(1)),)), "not_used"),
        (schedule(Markup.ALL_IN, prices=(Price(Decimal(5), Decimal(1)),)), "not_open"),
        (schedule(Markup.ABSOLUTE, "1", minimum=Decimal(5), maximum=Decimal(1)), "below_minimum"),
        (
            schedule(Markup.ABSOLUTE, "1", currency="EUR", maximum=Decimal("0.01"), maximum_of_value=True),
            "not_of_value",
        ),
        (schedule(Markup.ABSOLUTE, "1", prices=(Price(None, Decimal(1)),)), "not_used"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(one, key):
    assert [found.key for found in validate(one)] == [key]


@pytest.mark.parametrize(
    ("plan", "quantity", "price", "least"),
    [
        ("tiered", 50, "10.00", "0.25"),  # P12
        ("fixed", 50, "100.00", "1.00"),  # P14
        ("fixed", 50, "24.00", "0.60"),  # P15
        ("tiered", 50, "100.00", "0.35"),
    ],
)
def test_the_least_commission_of_an_allocation(plan, quantity, price, least):
    assert minimum(plan, quantity=Decimal(quantity), price=Decimal(price)) == Decimal(least)


def test_a_commission_above_the_minimum_stands():
    assert commission("fixed", rate=Decimal("0.005"), quantity=Decimal(1_000), price=Decimal(10)) == 5
    assert commission("fixed", rate=Decimal("0.005"), quantity=Decimal(10), price=Decimal(100)) == Decimal("0.50")
