"""Above an amount another person approves: who may not, what a change asks again, and since when an amount holds."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse

from accounts.ground.access.context import as_role
from accounts.ground.notifications.models import Notification
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat, User
from fees.billing import actions
from fees.invoicing.actions import InvoiceRefused, cancel, change
from fees.invoicing.models import Invoice
from tests.fees.billing.conftest import ANA, FIRST, LAST, POSTS, night, second_person
from tests.fees.invoicing.conftest import at
from tests.world import PASSWORD

SECOND = date(2025, 10, 30)
# November's limit looks back on it.
OCTOBER = (date(2025, 10, 1), date(2025, 10, 28))


def test_above_the_threshold_another_person_approves_or_the_night_rejects(month):
    night(month, FIRST)
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(FIRST))
    on = at(SECOND)
    [large] = month.send("alice", (ANA, "100.00"), on=on)
    invoice = month.sent(ANA)[0]
    assert (large.is_accepted, invoice.needs_approval, invoice.approved_at) == (True, True, None)

    with month.acting("alice") as who, pytest.raises(actions.BillingRefused, match="cannot approve"):
        actions.approve(who=who, line=invoice, at=on)
    night(month, SECOND)

    [rejected] = month.sent(ANA)
    assert (rejected.state, rejected.reason, rejected.processed_on) == ("rejected", "not_approved", None)


def test_below_the_threshold_nobody_is_asked_and_a_change_above_it_asks_again(month):
    night(month, FIRST)
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(FIRST))
    on = at(SECOND)
    month.send("alice", (ANA, "99.99"), on=on)
    [invoice] = month.sent(ANA)
    assert not invoice.needs_approval
    with month.acting("alice") as who:
        change(who=who, invoice=invoice, amount="120", memo="", at=on)
    [invoice] = month.sent(ANA)
    assert (invoice.needs_approval, invoice.approved_at) == (True, None)


def test_who_approves_has_not_chosen_the_amount(month):
    night(month, FIRST)
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(FIRST))
    second_person(month)
    on = at(SECOND)
    month.send("alice", (ANA, "50"), on=on)
    [invoice] = month.sent(ANA)

    with month.acting("frank") as who:
        with pytest.raises(InvoiceRefused, match="Only who sent it"):
            change(who=who, invoice=invoice, amount="120", memo="More", at=on)
        with pytest.raises(actions.BillingRefused, match="does not wait"):
            actions.approve(who=who, line=invoice, at=on)
    [still] = month.sent(ANA)
    assert (still.amount, still.memo, still.needs_approval, still.changed_at) == (50, "", False, None)
    with month.acting("frank") as who:
        assert change(who=who, invoice=invoice, amount="99.99", memo="", at=on).amount == Decimal("99.99")


def test_another_person_changes_the_words_of_what_needs_approval_and_not_its_amount(month):
    """What was approved is the amount with its memo: other words ask again, the same ones do not. Whoever wrote one of
    them has had a hand in it, and another person approves."""
    night(month, FIRST)
    on = at(SECOND)
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(FIRST))
    second_person(month)
    month.send("alice", (ANA, "120"), on=on)
    [invoice] = month.sent(ANA)

    with month.acting("frank") as who:
        change(who=who, invoice=invoice, amount="120.00", memo="First words", at=on)
        with pytest.raises(actions.BillingRefused, match="Whoever changed it cannot approve it"):
            actions.approve(who=who, line=invoice, at=on)
    [untouched] = month.sent(ANA)
    assert (untouched.touched_by, untouched.approved_by_id) == ([month.world.users["frank"].pk], None)
    with month.acting("vera") as who:
        actions.approve(who=who, line=invoice, at=on)
    with month.acting("alice") as who:
        change(who=who, invoice=invoice, amount="120", memo=" First words ", at=on)
    [kept] = month.sent(ANA)
    assert (kept.memo, kept.approved_by_id) == ("First words", month.world.users["vera"].pk)
    with month.acting("alice") as who:
        change(who=who, invoice=invoice, amount="120", memo="Other words", at=on)
    [waits] = month.sent(ANA)
    assert (waits.memo, waits.amount, waits.needs_approval) == ("Other words", Decimal("120.00"), True)
    assert (waits.approved_by_id, waits.approved_at) == (None, None)
    with month.acting("frank") as who, pytest.raises(actions.BillingRefused, match="Whoever changed it"):
        actions.approve(who=who, line=invoice, at=on)
    with month.acting("vera") as who:
        actions.approve(who=who, line=invoice, at=on)
    with month.acting("frank") as who, pytest.raises(InvoiceRefused, match="Only who sent it"):
        change(who=who, invoice=invoice, amount="120.01", memo="", at=on)
    with month.acting("alice") as who:
        change(who=who, invoice=invoice, amount="121", memo="Other words", at=on)
    [asked_again] = month.sent(ANA)
    assert (asked_again.amount, asked_again.approved_by_id, asked_again.approved_at) == (Decimal("121.00"), None, None)


def test_the_database_keeps_who_touched_it_and_lets_none_of_them_approve(month):
    """Past the code: a page's login neither takes a name off nor approves what it has changed."""
    night(month, FIRST)
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(FIRST))
    second_person(month)
    month.send("alice", (ANA, "120"), on=at(SECOND))
    [invoice] = month.sent(ANA)
    frank = month.world.users["frank"].pk

    with month.acting("frank"):
        Invoice.unscoped.filter(pk=invoice.pk).update(memo="Mine")
        for wish, refusal in (
            ({"touched_by": []}, ProgrammingError),
            ({"approved_by_id": frank, "approved_at": at(SECOND)}, IntegrityError),
        ):
            with pytest.raises(refusal), transaction.atomic():
                Invoice.unscoped.filter(pk=invoice.pk).update(**wish)
    [still] = month.sent(ANA)
    assert (still.touched_by, still.approved_by_id) == ([frank], None)


@pytest.mark.parametrize("milder", [Decimal("500"), None])
def test_nobody_takes_the_second_person_away_within_two_business_days(month, milder):
    month.values(ANA, "100000", *OCTOBER)
    night(month, FIRST)
    with month.acting("alice") as who:
        for wanted in (Decimal("100"), milder, Decimal("90"), milder):
            rule = actions.choose_threshold(who=who, threshold=wanted, at=at(SECOND))
    assert (rule.threshold, rule.former, rule.holds_from) == (milder, Decimal("90"), POSTS)

    month.send("alice", (ANA, "120"), on=at(SECOND))
    [today] = month.sent(ANA)
    assert today.needs_approval
    with month.acting("alice") as who:
        cancel(who=who, invoice=today, at=at(SECOND))
    # After the cut-off of the 30th it is a line of the 31st, and after that of the 31st one of the 3rd of November.
    month.send("alice", (ANA, "130"), on=at(SECOND, 18))
    [sent] = month.send("alice", (ANA, "140"), on=at(LAST, 18))
    assert sent.is_accepted, sent.sentence
    assert [one.needs_approval for one in month.sent(ANA, state="pending")] == [True, False]


def test_one_minute_before_the_cut_off_the_second_person_is_there_for_a_whole_day_more(month):
    month.values(ANA, "100000", *OCTOBER)
    night(month, FIRST)
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(SECOND))
        actions.choose_threshold(who=who, threshold=None, at=at(SECOND, 17, 29, 59))
    for day, hour, minute in ((SECOND, 17, 30), (LAST, 17, 29), (LAST, 17, 30)):
        month.send("alice", (ANA, "120"), on=at(day, hour, minute))
    # The second is refused: one invoice a client and day.
    lines = [(one.business_day, one.needs_approval) for one in month.sent(ANA)]
    assert lines == [(LAST, True), (POSTS, False)]


def told() -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    with as_role("owner"):
        bell = Notification.unscoped.filter(natural_key__startswith="billing threshold").order_by("pk")
        mails = OutboxMessage.unscoped.filter(natural_key__startswith="billing threshold").order_by("recipient")
        return list(bell.values_list("practice__name", "title", "body")), list(mails.values_list("recipient", "body"))


def test_whoever_may_set_fees_hears_of_it_at_once_and_brings_the_stricter_one_back(month):
    """Frank of Northgate may set fees; tess may not, vera looks after some accounts only and could not object, and bob
    is of another practice."""
    month.values(ANA, "100000", *OCTOBER)
    night(month, FIRST)
    second_person(month)
    with as_role("owner"):
        Seat.unscoped.filter(user=month.world.users["vera"]).update(holdings="chosen")
        for name in ("alice", "bob", "frank", "tess", "vera"):
            User.objects.filter(pk=month.world.users[name].pk).update(email=f"{name}@example.com")
        User.objects.filter(pk=month.world.users["frank"].pk).update(language="ru")
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(SECOND))
        assert told() == ([], [])
        actions.choose_threshold(who=who, threshold=None, at=at(SECOND, 13))

    [(practice, title, body)], mails = told()
    assert practice == month.world[ANA].practice.name
    assert (title, body) == ("A second person will be asked less often to approve", "100.00 → —, 2025-11-03")
    assert [recipient.split("@")[0] for recipient, _ in mails] == ["alice", "frank"]
    assert "From 2025-11-03 on no second person" in mails[0][1] and "from 100.00 on" in mails[0][1]
    assert "С 2025-11-03" in mails[1][1] and "/fees/billing/" in mails[1][1]

    with month.acting("frank") as who:
        back = actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(SECOND, 14))
    assert (back.threshold, back.former, back.holds_from) == (Decimal("100"), None, None)
    assert len(told()[0]) == 1
    month.send("alice", (ANA, "100"), on=at(LAST, 18))
    assert [one.needs_approval for one in month.sent(ANA)] == [True]


def test_what_asks_more_often_holds_at_once_also_over_what_waits(month):
    night(month, FIRST)
    with month.acting("alice") as who:
        for wanted in (Decimal("100"), Decimal("500"), Decimal("100")):
            rule = actions.choose_threshold(who=who, threshold=wanted, at=at(SECOND))
    assert (rule.threshold, rule.former, rule.holds_from) == (Decimal("100"), None, None)


def test_the_page_says_from_when_a_milder_amount_holds(month, browse, password_field):
    night(month, FIRST)
    alice = browse("alice")
    for wanted in ("100", "500"):
        body = {"month": "2025-10", "threshold": wanted, password_field: PASSWORD}
        page = alice.post(reverse("fees:billing_threshold"), body, follow=True).content.decode()

    assert "a second person approves from 100.00; on that day and after it, from 500.00" in page
    assert "It holds from" in page and "who may set fees has been told" in page
    assert "The lower amount, chosen again, holds at once." in page


def test_an_approved_invoice_is_paid(month):
    night(month, FIRST)
    with month.acting("alice") as who:
        actions.choose_threshold(who=who, threshold=Decimal("100"), at=at(FIRST))
    second_person(month)
    on = at(SECOND)
    month.send("frank", (ANA, "120"), on=on)
    [invoice] = month.sent(ANA)
    with month.acting("alice") as who:
        actions.approve(who=who, line=invoice, at=on)
        with pytest.raises(actions.BillingRefused, match="does not wait"):
            actions.approve(who=who, line=invoice, at=on)
    night(month, SECOND)

    [paid] = month.sent(ANA)
    assert (paid.state, paid.approved_by_id) == ("processed", month.world.users["alice"].pk)
