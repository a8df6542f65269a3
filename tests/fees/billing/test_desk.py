"""The billing desk: a month from what accrues to what is booked, its forecast, approval by another, and closing it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.ground.access.context import as_role, cursor
from accounts.ground.access.scope import scope
from accounts.ground.jobs.models import Job
from accounts.ground.runs.models import Run
from accounts.ground.tree.models import Account
from fees.billing import actions, queries
from fees.billing.forecast import ForecastRefused, forecast
from fees.billing.models import BillingLock, BillingRule
from fees.billing.rules import Month
from fees.invoicing.actions import InvoiceRefused, cancel
from fees.invoicing.models import Invoice
from fees.posting.models import Charge
from fees.reimbursements.models import Reimbursement
from tests.fees.billing.conftest import ANA, FIRST, LAST, POSTS, night
from tests.fees.invoicing.conftest import at
from tests.world import PASSWORD

OCTOBER = Month(date(2025, 10, 1))
SECOND = date(2025, 10, 30)
PAGE = reverse("fees:billing")


def grid(desk, month: Month, sealed: date):
    with desk.acting("alice") as who:
        found = queries.exceptions(who, month, sealed)
        accounts = list(scope(who, Account).filter(number=ANA))
        [line] = queries.lines(who, month, accounts, sealed, found)
        return line, queries.totals(who, month, sealed)


def counts() -> tuple[int, ...]:
    with as_role("owner"), cursor() as cur:
        found = []
        for table in ("accounts_run", "fees_accrual", "fees_charge", "accounts_transfer", "broker_navdaily"):
            cur.execute(f"SELECT count(*) FROM {table}")
            found.append(cur.fetchone()[0])
        return tuple(found)


def test_what_accrues_is_projected_until_it_closes(month):
    for day in month.days(FIRST, SECOND):
        night(month, day)

    line, totals = grid(month, OCTOBER, SECOND)

    # 252,000 x 1 % / 252 on each of two days.
    assert (line.sums.projected, line.sums.pending, line.sums.processed) == (Decimal("20.00"), 0, 0)
    assert totals["USD"].total == Decimal("20.00")
    assert totals["USD"].before == 0


def test_a_month_that_closed_is_pending_then_processed_and_compared_with_the_month_before(month):
    for day in month.days(FIRST, POSTS):
        night(month, day)

    line, _totals = grid(month, OCTOBER, LAST)
    assert (line.sums.projected, line.sums.pending, line.sums.processed) == (0, Decimal("30.00"), 0)
    line, _totals = grid(month, OCTOBER, POSTS)
    # Three business days under these terms.
    assert (line.sums.projected, line.sums.pending, line.sums.processed) == (0, 0, Decimal("30.00"))
    line, _totals = grid(month, Month(date(2025, 11, 1)), POSTS)
    assert (line.sums.projected, line.sums.before, line.sums.variance) == (
        Decimal("10.00"),
        Decimal("30.00"),
        Decimal("-20.00"),
    )


def test_a_forecast_is_what_the_nights_then_bill_and_saves_nothing(month):
    days = month.days(FIRST, LAST)
    for day in days[:1]:
        night(month, day)
    with as_role("owner"):
        Run.unscoped.update(state="done")
    before = counts()

    found = forecast(practice=month.world[ANA].practice_id, accounts=[month.world[ANA].pk], month=OCTOBER, at=at(LAST))

    assert found.fees == {(month.world[ANA].pk, "USD"): Decimal("30.00")}
    assert (found.nights, found.held) == (2, {})
    assert counts() == before
    for day in days[1:]:
        night(month, day)
    with as_role("owner"):
        assert Charge.unscoped.get(account__number=ANA).amount == Decimal("30.00")


def test_no_forecast_while_a_night_is_at_work_or_when_none_is_left(month):
    night(month, FIRST)
    asked = {"practice": month.world[ANA].practice_id, "accounts": [month.world[ANA].pk], "at": at(LAST)}
    with as_role("owner"):
        Run.unscoped.update(state="running")
    with pytest.raises(ForecastRefused, match="at work"):
        forecast(month=OCTOBER, **asked)
    with as_role("owner"):
        Run.unscoped.update(state="done")
    with pytest.raises(ForecastRefused, match="nothing left"):
        forecast(month=Month(date(2025, 9, 1)), **asked)


def test_a_held_account_is_an_error_and_keeps_the_month_open(month):
    night(month, FIRST)
    month.hold(ANA, FIRST)

    line, _totals = grid(month, OCTOBER, FIRST)
    assert [(one.code, one.is_error) for one in line.exceptions] == [("held", True)]
    with month.acting("alice") as who, pytest.raises(actions.BillingRefused, match="1 errors"):
        actions.close_month(who=who, month=OCTOBER, reason="", sealed=LAST, at=at(POSTS))
    with month.acting("alice") as who:
        lock = actions.close_month(who=who, month=OCTOBER, reason="Waits for the broker", sealed=LAST, at=at(POSTS))
    assert (lock.reason, lock.figures) == (
        "Waits for the broker",
        {"USD": {"projected": "10.00", "pending": "0", "processed": "0", "reconciled": "0"}},
    )


def test_a_month_is_closed_once_its_last_business_day_is_sealed(month):
    for day in month.days(FIRST, SECOND):
        night(month, day)

    with month.acting("alice") as who:
        for sealed, why in ((None, "No night"), (SECOND, "once the night of 2025-10-31 is sealed")):
            with pytest.raises(actions.BillingRefused, match=why):
                actions.close_month(who=who, month=OCTOBER, reason="Now", sealed=sealed, at=at(LAST))
    with as_role("owner"):
        assert not BillingLock.unscoped.exists()


def test_notes_never_push_errors_off_the_end(month, monkeypatch):
    night(month, FIRST)
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("10"), at=at(FIRST))
    month.send("alice", (ANA, "20"), on=at(SECOND))
    account = month.world[ANA]
    with as_role("owner"):
        Reimbursement.unscoped.create(
            firm_id=account.firm_id, account=account, practice_id=account.practice_id, amount=Decimal(5),
            currency="USD", business_day=SECOND, submitted_at=at(SECOND), state="rejected", reason="over_50pct",
            submitted_by=month.world.users["alice"],
        )  # fmt: skip
    monkeypatch.setattr(queries, "MOST_EXCEPTIONS", 1)

    with month.acting("alice") as who:
        assert [one.code for one in queries.exceptions(who, OCTOBER, SECOND)] == ["given_rejected"]


def test_who_looks_after_some_accounts_decides_nothing_for_the_practice(month, browse):
    """Vera has two accounts of Northgate."""
    for day in month.days(FIRST, LAST):
        night(month, day)
    told = {"month": OCTOBER, "at": at(POSTS)}
    with month.acting("vera") as who:
        for act in (
            lambda: actions.choose_threshold(who=who, threshold=Decimal(5), at=at(LAST)),
            lambda: actions.close_month(who=who, reason="", sealed=LAST, **told),
        ):
            with pytest.raises(actions.BillingRefused, match="some of the accounts"):
                act()
    with as_role("owner"):
        assert not BillingRule.unscoped.exists() and not BillingLock.unscoped.exists()
    with month.acting("alice") as who:
        actions.close_month(who=who, reason="", sealed=LAST, **told)
    with month.acting("vera") as who, pytest.raises(actions.BillingRefused, match="some of the accounts"):
        actions.open_month(who=who, **told)
    with as_role("owner"):
        assert BillingLock.unscoped.get().opened_at is None
    page = browse("vera").get(f"{PAGE}?month=2025-10").content.decode()
    assert "Who looks after all accounts" in page
    assert 'name="threshold"' not in page and "Open the month again" not in page


def test_a_person_without_a_practice_of_their_own_has_a_desk_without_more(month):
    with month.acting("alice") as who:
        standing = queries.standing_of(replace(who, practice_id=None), OCTOBER)
    assert standing == queries.Standing(False, False, False, None)


def test_nothing_is_invoiced_or_changed_in_a_closed_month(month):
    night(month, FIRST)
    [sent] = month.send("alice", (ANA, "20"), on=at(SECOND))
    assert sent.is_accepted
    with month.acting("alice") as who:
        actions.close_month(who=who, month=OCTOBER, reason="", sealed=LAST, at=at(POSTS))

    [verdict] = month.send("alice", (ANA, "10"), on=at(LAST))
    assert verdict.reason == "period_locked"
    with month.acting("alice") as who, pytest.raises(InvoiceRefused, match="is closed"):
        cancel(who=who, invoice=Invoice.unscoped.get(pk=sent.invoice), at=at(SECOND))
    [still] = month.sent(ANA)
    assert (still.state, still.amount) == ("pending", Decimal("20.00"))


def test_who_closed_a_month_cannot_open_it_not_even_past_the_page(month):
    night(month, FIRST)
    with month.acting("alice") as who:
        lock = actions.close_month(who=who, month=OCTOBER, reason="", sealed=LAST, at=at(POSTS))
        with pytest.raises(actions.BillingRefused, match="cannot open it"):
            actions.open_month(who=who, month=OCTOBER, at=at(FIRST))
    from django.db import IntegrityError, transaction

    with as_role("owner"), pytest.raises(IntegrityError), transaction.atomic():
        BillingLock.unscoped.filter(pk=lock.pk).update(opened_at=at(FIRST), opened_by=lock.locked_by_id)


def test_the_page_shows_the_month_and_asks_few_questions(month, browse, django_assert_max_num_queries):
    for day in month.days(FIRST, SECOND):
        night(month, day)
    alice = browse("alice")
    alice.get(PAGE)

    page = alice.get(f"{PAGE}?month=2025-10").content.decode()

    assert "20.00" in page
    assert "once the night of its last business day is sealed" in page
    with django_assert_max_num_queries(12 + 6):  # the frame's own, and the context of the transaction
        alice.get(f"{PAGE}?month=2025-10")


def test_the_page_closes_and_asks_for_the_password(month, browse, password_field):
    for day in month.days(FIRST, SECOND):
        night(month, day)
    alice = browse("alice")
    alice.post(reverse("fees:close_month"), {"month": "2025-10", password_field: PASSWORD})
    page = alice.get(f"{PAGE}?month=2025-10").content.decode()
    assert "The month can be closed once the night of" in page
    night(month, LAST)
    alice.post(reverse("fees:close_month"), {"month": "2025-10"})
    with as_role("owner"):
        assert not BillingLock.unscoped.exists()

    alice.post(reverse("fees:close_month"), {"month": "2025-10", password_field: PASSWORD})

    with as_role("owner"):
        assert BillingLock.unscoped.get().month == OCTOBER.first
    assert "Open the month again" in alice.get(f"{PAGE}?month=2025-10").content.decode()


@pytest.mark.parametrize("name", ["ana", "tess", "olga"])
def test_who_may_not_set_fees_has_no_desk_and_changes_nothing(month, browse, password_field, name):
    reader = browse(name)

    assert reader.get(PAGE).status_code == 403
    for action in ("billing_forecast", "billing_threshold", "close_month", "open_month"):
        body = {"month": "2025-10", "threshold": "5", password_field: PASSWORD}
        assert reader.post(reverse(f"fees:{action}"), body).status_code == 403
    with as_role("owner"):
        assert not BillingLock.unscoped.exists() and not BillingRule.unscoped.exists() and not Job.unscoped.exists()


def test_the_api_says_the_same(month, browse):
    for day in month.days(FIRST, LAST):
        night(month, day)
    alice = browse("alice")
    sure = {"Confirm-Password": PASSWORD}

    told = alice.get(reverse("api_billing"), {"month": "2025-10"}).json()
    [line] = [one for one in told["lines"] if one["account"] == ANA]
    assert (line["pending"], line["currency"], told["is_closed"]) == ("30.00", "USD", False)
    lock = reverse("api_billing_lock")
    body = {"month": "2025-10"}
    assert alice.put(lock, body, content_type="application/json").status_code == 403
    assert alice.put(lock, body, content_type="application/json", headers=sure).status_code == 204
    refused = alice.delete(lock, body, content_type="application/json", headers=sure)
    assert refused.status_code == 400 and "closed a month cannot open it" in refused.content.decode()
    chosen = alice.put(
        reverse("api_billing_threshold"), {"threshold": "250.00"}, content_type="application/json", headers=sure
    )
    assert chosen.json() == {"threshold": "250.00", "holds_from": None}
    asked = alice.post(reverse("api_billing_forecast"), body, content_type="application/json")
    assert asked.status_code == 202
    assert alice.get(reverse("api_billing_forecast"), body).json()["state"] == "waiting"
