"""A value corrected in a quarter that was charged by the former reading of earlier losses: that reading stays."""

from datetime import date
from decimal import Decimal

from accounts.ground.access.context import as_role
from fees.results.checks import carried_losses_follow_from_results
from fees.results.models import PeriodResult
from tests.fees.posting.profits import ANA, Q3, Q3_END, Q4_END, close, path, profit
from tests.fees.posting.test_held_results import Q4, gain, read_once


def test_no_fee_comes_from_a_correction_that_only_the_new_reading_would_charge(nights, monkeypatch):
    """5,000 agreed, 2,000 left of them, then 4,000 agreed and read as 4,000 more: 3,000 in the fourth quarter were free
    and left 3,000.  100.00 more leave 2,900; by the new reading they would cost 10 % of 3,100 less 1,000: 210.00."""
    nights.agree(ANA, profit("0.10", look_back=4, losses=[{"period": "2025Q2", "amount": "5000"}]), starts=Q3)
    nights.agree(ANA, profit("0.10", look_back=4, losses=[{"period": "2025Q2", "amount": "4000"}]), starts=Q4)
    path(nights, ANA, Q3, Q3_END, "100000", "103000")
    gain(nights, "103000", "106000", Q4, Q4_END)
    with monkeypatch.context() as before:
        before.setattr("fees.results.queries.losses_carried_in", read_once)
        close(nights, Q3_END)
        close(nights, Q4_END)
    nights.correct(ANA, Q4_END, "106100")
    late = date(2026, 1, 2)
    nights.value(ANA, late, "106100")

    close(nights, late)

    found = nights.revisions()
    assert [(one.starts, one.revision, one.amount) for one in found] == [(Q3, 0, 0), (Q4, 0, 0), (Q4, 1, 0)]
    with as_role("owner"):
        [after] = PeriodResult.unscoped.filter(revision=1)
    assert [Decimal(amount) for _period, amount in after.carried] == [2900]
    with as_role("night"):
        assert carried_losses_follow_from_results(nights.run(late).pk) == []
    assert all(nights.agrees(one) for one in found)
