"""Fees on results, trades and funds are agreed by one description: read, refused and stored in the same form."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.utils import IntegrityError

from accounts.ground.access.context import enter, leave
from accounts.ground.people.models import Party
from fees.engine.agreement import increases
from fees.engine.asked import PARAMETERS, canonical, describe, read_terms
from fees.engine.high_water import Loss, Mark
from fees.engine.hurdle import Threshold, ThresholdKind
from fees.engine.profit import Shield
from fees.engine.registry import EVERY, EVERY_BY_NAME
from fees.engine.trade_unit import Markup, Price, TradeSchedule
from fees.schedules.models import Component, RunSchedule, Schedule
from fees.schedules.queries import others_beside, terms_of
from fees.schedules.rules import Figures, ScheduleRefused, agreement_of
from tests.fees.schedules.test_agree import JANUARY, MARCH, refusal

ANNUAL, QUARTER = EVERY_BY_NAME["PERCENTOFPROFIT"].code, EVERY_BY_NAME["PERCENTOFPROFIT_QUARTER"].code
TRADE, FUND = EVERY_BY_NAME["PERTRADE"].code, EVERY_BY_NAME["HEDGEFUND_QUARTERLY"].code
SHIELDED = {
    "threshold": {"kind": "percent", "figure": "0.0200"},
    "look_back": 4,
    "prorate": True,
    "losses": [{"period": "2024Q3", "amount": "5000"}, {"period": "2024Q4", "amount": "1000.00"}],
}
STOCKS = {"asset_class": "STK", "currency": "USD", "kind": "absolute_markup", "figure": "0.01"}


def profit(rate="0.20", method=QUARTER, **more) -> Figures:
    return Figures(method=method, rate=Decimal(rate), more=more)


def trades(*schedules) -> Figures:
    return Figures(method=TRADE, more={"schedules": list(schedules)})


def test_a_share_of_profit_is_stored_with_what_shields_the_client(agreed):
    schedule = agreed(profit(**SHIELDED), starts=JANUARY)

    component = Component.unscoped.get(schedule=schedule)
    assert component.rate == Decimal("0.20")
    assert component.terms == {
        "threshold": {"kind": "percent", "figure": "0.02"},
        "look_back": 4,
        "prorate": True,
        "losses": [{"period": "2024Q3", "amount": "5000"}, {"period": "2024Q4", "amount": "1000"}],
    }
    assert terms_of(component).more == Shield(
        threshold=Threshold(kind=ThresholdKind.PERCENT, figure=Decimal("0.02")),
        mark=Mark(look_back=4, prorate=True),
        initial=(Loss(2024 * 4 + 2, Decimal(5000)), Loss(2024 * 4 + 3, Decimal(1000))),
    )
    assert RunSchedule.unscoped.get(schedule=schedule).method == QUARTER


def test_losses_are_carried_not_at_all_unless_agreed_and_for_ever_where_null(agreed):
    plain = agreed(profit(), starts=JANUARY)
    ever = agreed(profit(look_back=None), starts=MARCH)

    assert Component.unscoped.get(schedule=plain).terms == {}
    assert terms_of(Component.unscoped.get(schedule=plain)).more == Shield()
    assert Component.unscoped.get(schedule=ever).terms == {"look_back": None}
    assert terms_of(Component.unscoped.get(schedule=ever)).more == Shield(mark=Mark(look_back=None))


def test_trades_are_stored_key_by_key(agreed):
    all_in = {
        "asset_class": "OPT", "currency": "USD", "kind": "absolute_amount",
        "prices": [{"up_to": "100", "price": "1"}, {"price": "0.5"}],
    }  # fmt: skip
    schedule = agreed(trades(STOCKS, all_in), starts=JANUARY)

    assert terms_of(Component.unscoped.get(schedule=schedule)).more == (
        TradeSchedule(asset_class="STK", currency="USD", kind=Markup.ABSOLUTE, figure=Decimal("0.01")),
        TradeSchedule(
            asset_class="OPT",
            currency="USD",
            kind=Markup.ALL_IN,
            prices=(Price(Decimal(100), Decimal(1)), Price(None, Decimal("0.5"))),
        ),
    )


ALL_IN = trades({**STOCKS, "kind": "absolute_amount", "prices": [{"price": "0.01"}], "figure": None})


def test_an_all_in_price_and_paid_commissions_are_not_agreed_together(agreed):
    """0.01 x 500 = 5.00 all in with a commission of 6.00 gives the client 1.00; paid as well, 6.00 more: the client
    would have had the trade for 1.00 less than nothing."""
    assert refusal(agreed, ALL_IN, starts=JANUARY, commissions_to_master=True) == {"all_in_price"}

    assert agreed(ALL_IN, starts=JANUARY, other_fees_to_master=True).other_fees_to_master
    assert agreed(trades(STOCKS), starts=MARCH, commissions_to_master=True).commissions_to_master


def test_two_payees_do_not_agree_them_beside_each_other_either(agreed, world):
    chidi, top = {"number": "U2000001"}, world["F100001"].practice
    agreed(trades(STOCKS), starts=JANUARY, practice=top, commissions_to_master=True, **chidi)

    assert refusal(agreed, ALL_IN, starts=MARCH, **chidi) == {"all_in_price"}

    agreed(trades(STOCKS), starts=MARCH, practice=top, **chidi)
    agreed(ALL_IN, starts=MARCH, **chidi)
    assert refusal(agreed, profit(), starts=MARCH, practice=top, commissions_to_master=True, **chidi) == {
        "all_in_price"
    }


@pytest.mark.parametrize(
    ("figures", "key"),
    [
        (profit("0.3001"), "too_high"),
        (profit("0"), "too_low"),
        (profit(look_back=401), "out_of_range"),
        (profit(look_back=-1), "out_of_range"),
        (profit(look_back="many"), "not_a_number"),
        (profit(colour="red"), "unknown"),
        (profit(prorate=True), "without_mark"),
        (profit(prorate="yes", look_back=4), "not_a_flag"),
        (profit(losses=[{"period": "2024Q4", "amount": "5"}]), "without_mark"),
        (profit(look_back=4, losses=[{"period": "2024", "amount": "5"}]), "unknown_period"),
        (profit(look_back=4, losses=[{"period": "2025Q1", "amount": "5"}]), "not_past"),
        (profit(look_back=4, losses=[{"period": "2024Q4", "amount": "-5"}]), "too_low"),
        (profit(look_back=4, losses=[{"period": "2024Q4", "amount": "1e3"}]), "not_a_number"),
        (profit(look_back=4, losses=[{"period": "2024Q4", "amount": 0.5}]), "not_a_number"),
        (profit(look_back=4, losses="all"), "not_a_list"),
        (profit(threshold={"kind": "percent"}), "required"),
        (profit(threshold={"kind": "wish", "figure": "1"}), "unknown_choice"),
        (profit(threshold={"kind": "benchmark"}), "required"),
        (profit(threshold={"kind": "benchmark", "benchmark": "SPX", "figure": "1"}), "not_used"),
        (profit(threshold="5"), "not_an_object"),
        (Figures(method=QUARTER, rate=Decimal("0.2"), flat=Decimal(5)), "not_used"),
        (trades(), "count"),
        (Figures(method=TRADE), "required"),
        (trades(STOCKS | {"figure": "0.0001"}), "too_fine"),
        (trades(STOCKS, STOCKS), "twice"),
        (trades(STOCKS | {"kind": "ticket", "minimum": "1"}), "not_used"),
        (trades(STOCKS | {"asset_class": "HAT"}), "unknown_choice"),
        (Figures(method=FUND, more={"funds": [{"fund": "ALPHA"}]}), "required"),
        (Figures(method=FUND, more={"funds": [{"fund": "A", "profit_share": "0.31"}]}), "too_high"),
        (Figures(method=1, rate=Decimal("0.01"), more={"look_back": 4}), "unknown"),
    ],
)
def test_terms_that_may_not_be_agreed_are_refused_and_nothing_is_written(agreed, figures, key):
    assert refusal(agreed, figures, starts=JANUARY) == {key}


def test_annual_and_quarterly_profit_stand_together_but_not_twice(agreed):
    agreed(profit(), profit(method=ANNUAL), starts=JANUARY)

    assert refusal(agreed, profit(), profit("0.1"), starts=MARCH) == {"several_profit_quarter"}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"method": 1, "rate": Decimal("0.01"), "terms": {"look_back": 4}}, "component_terms_of_its_method"),
        ({"method": QUARTER, "rate": Decimal("0.31"), "terms": {}}, "component_profit_share"),
        ({"method": QUARTER, "rate": None, "terms": {}}, "component_profit_share"),
        ({"method": TRADE, "terms": {}}, "component_trade_schedules"),
        ({"method": FUND, "terms": {}}, "component_funds"),
    ],
)
def test_the_database_refuses_them_too(agreed, fields, constraint):
    schedule = agreed(Figures(method=21, flat=Decimal(100)), starts=JANUARY)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Component.unscoped.create(schedule=schedule, **fields)


def test_every_method_says_what_it_asks_for_and_stores_it_in_one_form():
    assert set(PARAMETERS) == set(EVERY)
    assert {one["name"] for one in describe(QUARTER)} == {"rate", "threshold", "look_back", "prorate", "losses"}
    assert canonical(QUARTER, {"look_back": 0, "prorate": False, "losses": []}) == {}
    for more in (SHIELDED, {"look_back": None}, {"threshold": {"kind": "benchmark", "benchmark": "SPX"}}):
        once = canonical(QUARTER, more)
        assert canonical(QUARTER, once) == once
        assert read_terms(QUARTER, once) == read_terms(QUARTER, more)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (profit("0.10"), profit("0.20"), "The percentage of profit rises."),
        (profit(look_back=4), profit(), "High-water marking is removed or shortened, or withdrawals shrink it."),
        (profit(**SHIELDED), profit(**SHIELDED | {"threshold": None}),
         "The performance threshold is removed, lowered or replaced."),
        (trades(STOCKS), trades(STOCKS | {"figure": "0.02"}), "A fee per trade unit rises."),
        (profit("0.20"), profit("0.10", look_back=None), None),
    ],
)  # fmt: skip
def test_a_proposal_says_whether_it_takes_more(old, new, words):
    before, after = (
        agreement_of(strategy="automatic", components=[one], starts=date(2025, 1, 2)) for one in (old, new)
    )
    assert [one.msgid for one in increases(before, after)] == ([words] if words else [])


def test_the_command_agrees_them(agreed, tmp_path):
    document = tmp_path / "signed.pdf"
    document.write_bytes(b"signed")
    call_command(
        "agree", "U1000001", "--as", "alice", "--starts", "2025-01-02", "--method", "PERCENTOFPROFIT_QUARTER",
        "--rate", "20%", "--terms", '{"look_back": null}', "--signed-name", "Ana Ruiz",
        "--signed-at", "2024-12-30T12:00", "--document", str(document),
    )  # fmt: skip

    component = Component.unscoped.get(schedule=Schedule.unscoped.get())
    assert (component.method, component.rate, component.terms) == (QUARTER, Decimal("0.20"), {"look_back": None})


def test_the_refusal_names_the_field(agreed):
    with pytest.raises(ScheduleRefused) as refused:
        agreed(profit(look_back=4, losses=[{"period": "2024Q4", "amount": "0"}]), starts=JANUARY)

    assert [one.field for one in refused.value.problems] == ["components.0.losses.0.amount"]


@pytest.mark.parametrize("residence", ["USA", "PRI"])
def test_residents_of_the_united_states_pay_nothing_per_trade(agreed, world, residence):
    Party.unscoped.filter(rights__account=world["U1000001"]).update(residence=residence)

    assert refusal(agreed, trades(STOCKS), starts=JANUARY) == {"residence"}
    agreed(profit(), starts=JANUARY)


def test_a_payee_that_does_not_see_the_other_ones_terms_is_told_no_more_than_that(agreed, world, as_role):
    chidi, top = world["U2000001"], world["F100001"].practice
    agreed(ALL_IN, starts=JANUARY, number="U2000001", practice=top)
    with as_role("portal_web"):
        enter(world.users["bob"].pk)
        assert not Schedule.unscoped.filter(account=chidi, practice=top).exists()
        assert others_beside(chidi, chidi.practice, MARCH) == (False, True)
        assert others_beside(world["U1000001"], chidi.practice, MARCH) == (False, False)
        assert refusal(agreed, profit(), starts=MARCH, number="U2000001", commissions_to_master=True) == {
            "all_in_price"
        }
        enter(world.users["carol"].pk)
        assert others_beside(chidi, world["F200003"].practice, MARCH) == (False, False)
        leave()
