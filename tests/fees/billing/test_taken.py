"""What the desk counts of a fee, when a closed month has changed, and forecasts whose worker was lost."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from accounts.ground.runs.models import Run
from accounts.ground.tree.models import Account, Margin
from fees.billing import actions, queries
from fees.billing.forecast import ForecastRefused, forecast
from fees.billing.models import BillingLock
from fees.billing.rules import Month, Sums
from fees.billing.showing import is_changed
from tests.fees.billing.conftest import ANA
from tests.fees.invoicing.conftest import Desk, at
from tests.fees.posting.nights import figures

OPENED, BEFORE, DAY, DUE = date(2025, 9, 3), date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 3)
OCTOBER = Month(date(2025, 10, 1))
# 7.2 % a month of an average of 10,000, as in the published example of the rolling cap.
TAKEN = Decimal("721.69")


@pytest.fixture
def capped(world, as_role) -> Desk:
    """A fee of 1,000.00 for one day of an account that is 30 days old when it is posted, and has paid nothing."""
    desk = Desk(world, as_role)
    desk.agree(ANA, figures("ANNUALFLATFEE", flat="252000"), starts=DAY, ends=DAY + timedelta(days=1))
    desk.values(ANA, "10000", OPENED, DUE)
    _owner(Account.unscoped.filter(number=ANA).update, opened_on=OPENED, funded_on=OPENED, margin_kind=Margin.MARGIN)
    desk.whole_night(BEFORE)
    return desk


def _owner(act, **values):
    with as_role("owner"):
        return act(**values)


def test_the_desk_and_its_forecast_count_what_the_rolling_cap_lets_be_taken(capped):
    _owner(Run.unscoped.update, state="done")
    account = capped.world[ANA]

    found = forecast(practice=account.practice_id, accounts=[account.pk], month=OCTOBER, at=at(BEFORE))

    assert found.fees == {(account.pk, "USD"): TAKEN}
    for day in (DAY, DUE):
        capped.whole_night(day)
    charge = capped.charge(ANA, starts=DAY)
    assert (charge.amount, charge.taken) == (Decimal("1000.00"), TAKEN)
    with capped.acting("alice") as who:
        assert queries.totals(who, OCTOBER, DUE)["USD"].total == TAKEN


def sums(**told: str) -> Sums:
    return Sums(**{name: Decimal(amount) for name, amount in told.items()})


@pytest.mark.parametrize(
    ("now", "has_changed"),
    [
        ({"USD": sums(projected="40", pending="30")}, False),
        # The quarter has closed: its charge counts for another month.
        ({"USD": sums(pending="30")}, False),
        ({"USD": sums(processed="10", reconciled="20"), "EUR": sums(projected="5")}, False),
        ({"USD": sums(projected="40", pending="29.99")}, True),
        ({"USD": sums(pending="30"), "EUR": sums(pending="5")}, True),
        ({}, True),
    ],
)
def test_a_closed_month_has_changed_when_what_it_asked_for_has(now, has_changed):
    then = {"USD": sums(projected="40", pending="30").told(), "CHF": sums(projected="7").told()}

    assert is_changed(BillingLock(figures=then), now) is has_changed


def running_since(capped, ago: timedelta) -> Job:
    with capped.acting("alice") as who:
        job = actions.ask_forecast(who=who, month=OCTOBER, at=timezone.now())
        assert jobs.start(job=job, at=timezone.now() - ago)
    return job


def test_a_forecast_whose_worker_was_lost_has_failed_and_can_be_asked_for_again(capped, browse):
    job = running_since(capped, timedelta(hours=1, minutes=1))
    alice = browse("alice")

    assert alice.get(reverse("api_billing_forecast"), {"month": "2025-10"}).json()["state"] == "failed"
    page = alice.get(f"{reverse('fees:billing')}?month=2025-10").content.decode()
    assert "was interrupted" in page and "being worked out" not in page

    alice.post(reverse("fees:billing_forecast"), {"month": "2025-10"})

    with as_role("owner"):
        assert list(Job.unscoped.order_by("created_at").values_list("state", flat=True)) == ["failed", "waiting"]
        assert Job.unscoped.get(pk=job.pk).message == queries.LOST


def test_a_forecast_that_nobody_begins_is_not_waited_for_for_ever(capped, browse):
    with capped.acting("alice") as who:
        job = actions.ask_forecast(who=who, month=OCTOBER, at=timezone.now())
    alice, page = browse("alice"), f"{reverse('fees:billing')}?month=2025-10"
    assert "being worked out" in alice.get(page).content.decode()
    _owner(Job.unscoped.filter(pk=job.pk).update, created_at=timezone.now() - timedelta(minutes=10, seconds=1))

    shown = alice.get(page).content.decode()
    assert queries.NOT_BEGUN in shown and "being worked out" not in shown and "load delay" not in shown

    alice.post(reverse("fees:billing_forecast"), {"month": "2025-10"})

    with as_role("owner"):
        assert list(Job.unscoped.order_by("created_at").values_list("state", flat=True)) == ["cancelled", "waiting"]


def test_a_forecast_that_takes_too_long_says_so(capped):
    _owner(Run.unscoped.update, state="done")
    account = capped.world[ANA]
    asked = {"practice": account.practice_id, "accounts": [account.pk], "month": OCTOBER, "at": at(BEFORE)}

    with pytest.raises(ForecastRefused, match="took too long"):
        forecast(**asked, may_go_on=lambda: False)


def test_a_forecast_at_work_is_not_asked_for_twice(capped, browse):
    job = running_since(capped, timedelta(minutes=59))

    asked = browse("alice").post(reverse("api_billing_forecast"), {"month": "2025-10"}, content_type="application/json")

    assert (asked.json()["id"], asked.json()["state"]) == (str(job.pk), "running")
