"""The fees of an STL group are worked out on what the master and its subs are worth together.

Every figure is worked by hand from section 5 of the fee specification and the formulas of section 1.
"""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role
from accounts.ground.runs.models import Hold
from fees.accrual.models import Accrual
from fees.posting.models import ChargeState
from fees.schedules.rules import Figures, ScheduleRefused
from tests.fees.groups.conftest import MASTER, ONE
from tests.fees.posting.nights import figures, ranges

FIRST, LAST = date(2025, 9, 2), date(2025, 9, 30)
# September 2025 has 21 business days, the first of them the 2nd.
SEPTEMBER = date(2025, 9, 1)
Q3 = date(2025, 7, 1)


def accrued(day):
    with as_role("owner"):
        return [(one.base, one.amount) for one in Accrual.unscoped.filter(accrual_date=day).order_by("account_id")]


def test_a_percentage_is_of_the_whole_group(group):
    """(100,000 + 60,000 + 40,000) x 1.2 % / 252 = 9.52380952 a day; 21 of them are 199.99999992."""
    group.agree(MASTER, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), starts=SEPTEMBER)
    group.worth_between(FIRST, LAST, "100000", "60000", "40000")

    seal = group.nights(FIRST, LAST)

    charge = group.charge(MASTER)
    assert seal.problem == ""
    assert accrued(LAST) == [(Decimal("200000.0000"), Decimal("9.52380952"))]
    assert (charge.exact, charge.amount) == (Decimal("199.99999992"), Decimal("200.00"))


def test_ranges_look_at_the_whole_group(group):
    """1 % to 150,000 and 0.5 % above, on 200,000: 1,500 + 250 = 1,750 a year; x 21 / 252 = 145.83333333."""
    tiers = ranges(("0", "150000", "0.01"), ("150000", None, "0.005"))
    group.agree(MASTER, figures("BLENDEDPERCENTOFEQUITY_EOM", ranges=tiers), starts=SEPTEMBER)
    group.worth(LAST, "100000", "60000", "40000")

    seal = group.night(LAST)

    charge = group.charge(MASTER)
    assert seal.problem == ""
    assert (charge.exact, charge.amount) == (Decimal("145.83333333"), Decimal("145.83"))


def test_profit_is_the_groups_and_what_moves_inside_is_no_flow(group):
    """200,000 at the start, 10,000 handed to a sub, 5,000 paid in, 211,000 at the end: 6,000 of profit, 20 % of it."""
    group.agree(MASTER, Figures(method=32, rate=Decimal("0.20")), starts=Q3)
    group.worth_between(date(2025, 6, 30), date(2025, 7, 31), "100000", "60000", "40000")
    group.worth(date(2025, 8, 1), "90000", "70000", "40000", flows=("-10000", "10000", "0"))
    group.worth_between(date(2025, 8, 4), date(2025, 8, 29), "90000", "70000", "40000")
    group.worth(date(2025, 9, 2), "95000", "70000", "40000", flows=("5000", "0", "0"))
    group.worth_between(date(2025, 9, 3), date(2025, 9, 29), "95000", "70000", "40000")
    group.worth(LAST, "95000", "74000", "42000")

    seal = group.night(LAST)

    charge = group.charge(MASTER)
    assert seal.problem == ""
    assert (charge.exact, charge.amount) == (Decimal("1200.00000000"), Decimal("1200.00"))


def test_the_rolling_cap_looks_at_the_whole_group(group):
    """The master itself holds nothing: of its own value the cap would leave no fee at all."""
    group.agree(MASTER, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=SEPTEMBER)
    group.worth_between(FIRST, LAST, "0", "160000", "40000")
    group.night(LAST)
    group.worth(date(2025, 10, 1), "0", "160000", "40000")

    group.post(date(2025, 10, 1))

    charge = group.charge(MASTER)
    assert (charge.amount, charge.state, charge.forgone) == (Decimal("166.67"), ChargeState.POSTED, None)


def test_the_master_waits_until_every_sub_has_a_value(group):
    """A sum without one of its parts is never billed: the master is held, and is made up for when the value comes."""
    group.agree(MASTER, figures("PERCENTOFEQUITY", rate="0.0126"), starts=LAST)
    group.worth(LAST, "100000", None, "40000")
    group.hold(ONE, LAST)
    group.hold(MASTER, LAST)

    group.night(LAST)
    assert accrued(LAST) == []

    group.value(ONE, LAST, "60000")
    with as_role("owner"):
        Hold.unscoped.filter(account__number=ONE).update(retry_asked_at="2025-10-01T12:00:00Z")
    group.worth(date(2025, 10, 1), "100000", "60000", "40000")
    group.night(date(2025, 10, 1))
    assert accrued(LAST) == [(Decimal("200000.0000"), Decimal("10.00000000"))]


def test_the_proof_adds_the_group_up_again(group):
    group.agree(MASTER, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), starts=SEPTEMBER)
    group.worth_between(FIRST, LAST, "100000", "60000", "40000")
    group.nights(FIRST, LAST)

    assert all(group.agrees(one) for one in group.revisions(MASTER))


def test_a_corrected_value_of_a_sub_adjusts_the_masters_fee(group):
    """EOM 1 % on 200,000 is 166.67; a sub was worth 30,000 less: 170,000 x 1 % x 21 / 252 = 141.67, so 25.00 back."""
    group.agree(MASTER, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=SEPTEMBER)
    group.worth(LAST, "100000", "60000", "40000")
    group.night(LAST)
    group.correct(ONE, LAST, "30000")
    group.worth(date(2025, 10, 1), "100000", "60000", "40000")

    seal = group.night(date(2025, 10, 1))

    assert seal.problem == ""
    assert group.charge(MASTER, revision=1).amount == Decimal("-25.00")
    assert group.charge(MASTER, revision=0).amount == Decimal("166.67")
    assert all(group.agrees(one) for one in group.revisions(MASTER))


def test_a_sub_agrees_no_fees_of_its_own(group):
    with pytest.raises(ScheduleRefused) as refused:
        group.agree(ONE, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=SEPTEMBER)
    assert [(one.field, one.key) for one in refused.value.problems] == [("account", "stl_sub")]
