"""The simulation of goals: the cases of the paper, closed forms, bands and their edges, seeds."""

from datetime import date
from decimal import Decimal

import pytest

from portal.tools.goals.rules import Aim, Band, Kind, band, check, inflated, months_until, payments, plan_of
from portal.tools.goals.simulation import closed_form, simulate

TODAY = date(2026, 11, 20)
PER_MILLE = Decimal("0.001")


def aim(**more):
    said = {
        "name": "House",
        "kind": Kind.HOUSE.value,
        "amount": Decimal(100000),
        "starts_on": date(2031, 11, 20),
        "mean": Decimal("0.07"),
        "volatility": Decimal(0),
    }
    return Aim(**{**said, **more})


def test_goal_1_without_risk_the_result_is_the_closed_form():
    plan = plan_of(aim(), Decimal(100000), TODAY)
    found = simulate(plan, seed=1)

    assert inflated(Decimal(100000), 60) == Decimal("115927.41")
    assert payments(aim(), TODAY) == {60: Decimal("115927.41")}
    assert round(found.middle[-1], 2) == 140255.17
    assert (found.probability, closed_form(plan)) == (1, 1)
    assert band(Decimal(1)) == Band.ON_TARGET


def test_goal_2_the_simulation_comes_close_to_the_closed_form():
    goal = aim(amount=Decimal(120000), starts_on=date(2036, 11, 20), volatility=Decimal("0.10"))
    plan = plan_of(goal, Decimal(100000), TODAY)

    found = simulate(plan, seed=20)

    assert payments(goal, TODAY) == {120: Decimal("161269.97")}
    assert round(closed_form(plan), 4) == 0.6809
    assert abs(found.probability - 0.6809) <= 0.015
    assert band(Decimal(str(found.probability))) == Band.MANAGEABLE
    assert found.low[-1] < found.middle[-1] < found.high[-1]


def test_goal_7_contributions_rise_with_prices_once_a_year():
    goal = aim(amount=Decimal(1), contribution=Decimal(500))

    assert round(simulate(plan_of(goal, Decimal(100000), TODAY), seed=1).middle[-1], 2) == 177903.29


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("100", Band.ON_TARGET),
        ("75.01", Band.ON_TARGET),
        ("75", Band.MANAGEABLE),
        ("50", Band.MANAGEABLE),
        ("49.99", Band.AT_RISK),
        ("25", Band.AT_RISK),
        ("24.99", Band.OFF_TARGET),
        ("1", Band.OFF_TARGET),
        ("0.99", Band.NOT_ACHIEVABLE),
        ("0", Band.NOT_ACHIEVABLE),
    ],
)
def test_bands_and_their_edges(percent, expected):
    assert band(Decimal(percent) / 100) == expected


def test_the_same_seed_gives_the_same_number():
    plan = plan_of(aim(volatility=Decimal("0.14")), Decimal(90000), TODAY)
    assert simulate(plan, seed=7) == simulate(plan, seed=7)
    assert simulate(plan, seed=7) != simulate(plan, seed=8)


def test_the_middle_path_is_the_median_of_the_law():
    """Half of all paths lie below S exp(12 m T): 100,000 in ten years at 7 and 10 percent, 187,122."""
    goal = aim(amount=Decimal(1), starts_on=date(2036, 11, 20), volatility=Decimal("0.10"))
    found = simulate(plan_of(goal, Decimal(100000), TODAY), seed=3)
    assert abs(found.middle[-1] / 187122 - 1) < 0.015


def test_college_is_paid_four_times():
    """100 in two years: 100 x 1.03^2, ^3, ^4, ^5."""
    goal = aim(kind=Kind.COLLEGE.value, amount=Decimal(100), starts_on=date(2028, 11, 20))
    assert payments(goal, TODAY) == {
        24: Decimal("106.09"),
        36: Decimal("109.27"),
        48: Decimal("112.55"),
        60: Decimal("115.93"),
    }


def test_retirement_pays_each_month_less_social_security():
    goal = aim(
        kind=Kind.RETIREMENT.value,
        amount=Decimal(3000),
        social_security=Decimal(1000),
        starts_on=date(2027, 11, 20),
        years=2,
    )
    due = payments(goal, TODAY)
    assert (min(due), max(due), len(due)) == (12, 35, 24)
    assert (due[12], due[23], due[24]) == (Decimal("2060.00"), Decimal("2060.00"), Decimal("2121.80"))


def test_a_plan_without_return_pays_until_nothing_is_left():
    """24 payments, the first twelve of 2,060.00, the others of 2,121.80: 50,181.60 is enough, a cent less is not."""
    goal = aim(
        kind=Kind.RETIREMENT.value,
        amount=Decimal(2000),
        starts_on=date(2027, 11, 20),
        years=2,
        mean=Decimal(0),
    )
    assert simulate(plan_of(goal, Decimal("50181.60"), TODAY), seed=1).probability == 1
    assert simulate(plan_of(goal, Decimal("50181.59"), TODAY), seed=1).probability == 0


def test_contributions_end_when_the_goal_begins():
    goal = aim(kind=Kind.COLLEGE.value, amount=Decimal(100), contribution=Decimal(10), starts_on=date(2028, 11, 20))
    plan = plan_of(goal, Decimal(0), TODAY)
    assert [bool(one) for one in plan.inflows] == [True] * 24 + [False] * 36


def test_months():
    assert months_until(date(2031, 11, 20), TODAY) == 60
    assert months_until(date(2026, 11, 30), TODAY) == 1
    assert months_until(date(2027, 1, 1), TODAY) == 2


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("name", {"name": " "}),
        ("kind", {"kind": "yacht"}),
        ("amount", {"amount": Decimal(0)}),
        ("amount", {"amount": Decimal(10) ** 13}),
        ("contribution", {"contribution": Decimal(-1)}),
        ("starts_on", {"starts_on": date(2026, 11, 19)}),
        ("starts_on", {"starts_on": date(2077, 1, 1)}),
        ("years", {"kind": "retirement"}),
        ("mean", {"mean": Decimal("0.51")}),
        ("volatility", {"volatility": Decimal("1.01")}),
    ],
)
def test_what_cannot_be(field, said):
    assert set(check(aim(**said), Decimal(1), TODAY)) == {field}
    assert check(aim(), Decimal(1), TODAY) == {}
