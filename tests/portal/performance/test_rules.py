"""Time-weighted return by the published convention: flows count at the end of their day."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.performance.rules import DayValue, months_before, returns, since

FIRST = date(2026, 3, 2)


def values(*rows: tuple[str, str]) -> list[DayValue]:
    return [
        DayValue(FIRST.replace(day=2 + place), Decimal(nlv), Decimal(flow)) for place, (nlv, flow) in enumerate(rows)
    ]


# A deposit of 50,000.00 on the third day, a withdrawal of 30,196.98 on the fifth.
WORKED = values(
    ("100000.00", "0"), ("101000.00", "0"), ("152510.00", "50000.00"), ("150984.90", "0"), ("120787.92", "-30196.98")
)


def test_daily_returns_of_the_worked_case():
    points = returns(WORKED)

    assert [round(point.daily * 100, 5) for point in points] == [
        Decimal(text) for text in ("0", "1.00000", "1.49505", "-1.00000", "0.00000")
    ]


def test_the_plot_ends_at_the_worked_value_and_return():
    last = returns(WORKED)[-1]

    assert last.nlv == Decimal("120787.92")
    assert round(last.total * 100, 2) == Decimal("1.48")


def test_the_unrounded_return_tells_the_end_of_day_convention_from_the_start_of_day_one():
    assert round(returns(WORKED)[-1].total * 100, 4) == Decimal("1.4849")


def test_a_day_after_nothing_returns_nothing_and_the_series_goes_on():
    points = returns(values(("0", "0"), ("5000.00", "5000.00"), ("5050.00", "0")))

    assert [point.total for point in points] == [0, 0, Decimal("0.01")]


def test_an_incomplete_day_is_left_out_and_its_flow_counts_on_the_next():
    whole = values(("1000", "0"), ("1500", "500"), ("1650", "0"))
    gap = [whole[0], DayValue(whole[1].day, Decimal(700), Decimal(500), is_complete=False), whole[2]]

    points = returns(gap)

    assert [point.day for point in points] == [whole[0].day, whole[2].day]
    assert points[-1].daily == Decimal("0.15")


def test_a_range_begins_at_the_last_value_on_or_before_its_first_day():
    kept = since(WORKED, date(2026, 3, 4))

    assert kept[0].day == date(2026, 3, 4)
    assert returns(kept)[0].total == 0


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 20), 12, date(2025, 11, 20)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 3, date(2025, 10, 15)),
    ],
)
def test_months_before(day: date, months: int, expected: date):
    assert months_before(day, months) == expected


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=20), st.lists(st.integers(-(10**6), 10**6), min_size=20))
def test_flows_alone_never_earn_anything(start: list[int], flows: list[int]):
    nlv = Decimal(start[0] + 21 * 10**6)
    rows = []
    for place, flow in enumerate(flows[:20]):
        nlv += flow
        rows.append(DayValue(date.fromordinal(FIRST.toordinal() + place), nlv, Decimal(flow)))

    assert returns(rows)[-1].total == 0
