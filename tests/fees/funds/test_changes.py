"""From which day a changed fee on a hedge fund may count: a first one at once, another with its period."""

from datetime import date

import pytest

from fees.schedules.rules import ScheduleRefused
from tests.fees.funds.conftest import ANA, MONTHLY, QUARTERLY, fund, on_funds

SEP, LATER = date(2025, 9, 1), date(2025, 10, 15)


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        pytest.param(on_funds(fund(rate="0.01")), on_funds(fund(rate="0.02")), date(2025, 11, 1), id="rate"),
        pytest.param(on_funds(fund(rate="0.01")), on_funds(fund(rate="0.01", share="0.1")), date(2025, 11, 1),
                     id="a share too"),
        pytest.param(on_funds(fund(rate="0.01"), method=MONTHLY), on_funds(fund(rate="0.01"), method=QUARTERLY),
                     date(2026, 1, 1), id="to quarters"),
        pytest.param(on_funds(fund(rate="0.01"), method=QUARTERLY), on_funds(fund(rate="0.01"), method=MONTHLY),
                     date(2026, 1, 1), id="to months"),
        pytest.param(on_funds(fund(rate="0.01"), method=QUARTERLY), on_funds(fund(rate="0.02"), method=QUARTERLY),
                     date(2026, 1, 1), id="rate of a quarter"),
    ],
)  # fmt: skip
def test_a_change_waits_for_the_period(nights, before, after, first):
    nights.agree(ANA, before, starts=SEP)

    with pytest.raises(ScheduleRefused) as refused:
        nights.agree(ANA, after, starts=LATER)

    assert [(one.key, one.sentence.params["day"]) for one in refused.value.problems] == [("inside_fund_period", first)]
    assert nights.agree(ANA, after, starts=first).version == 2


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(on_funds(fund(rate="0.01"), fund("BETA", rate="0.02")), id="another fund counts at once"),
        pytest.param(on_funds(fund("BETA", rate="0.02")), id="one is given up at once"),
        pytest.param(on_funds(fund(rate="0.010")), id="the same"),
    ],
)
def test_what_changes_no_fund_may_begin_on_any_day(nights, after):
    nights.agree(ANA, on_funds(fund(rate="0.01")), starts=SEP)

    assert nights.agree(ANA, after, starts=LATER).starts == LATER


def test_the_first_business_day_is_the_beginning_of_a_period(nights):
    """1 September 2025 was a holiday."""
    nights.agree(ANA, on_funds(fund(rate="0.01")), starts=date(2025, 8, 1))

    assert nights.agree(ANA, on_funds(fund(rate="0.02")), starts=date(2025, 9, 2)).version == 2


def test_what_was_given_up_inside_a_period_comes_back_at_another_rate_with_the_next(nights):
    """Given up on 15 October, it was still charged for in that month: 2 % begins in November, the same 1 % at once."""
    others, back = fund("BETA", rate="0.01"), date(2025, 10, 16)
    nights.agree(ANA, on_funds(fund(rate="0.01")), starts=SEP)
    nights.agree(ANA, on_funds(others), starts=LATER)

    with pytest.raises(ScheduleRefused) as refused:
        nights.agree(ANA, on_funds(fund(rate="0.02"), others), starts=back)

    assert [one.sentence.params["day"] for one in refused.value.problems] == [date(2025, 11, 1)]
    assert nights.agree(ANA, on_funds(fund(rate="0.01"), others), starts=back).version == 3
