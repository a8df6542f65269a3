"""Mailboxes in the back office: moved on step by step, refused with a reason, and at prices with a day."""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from accounts.desk.mailboxes.models import Mailbox, MailboxCharge, MailboxRate
from accounts.ground.clock import exchange_today
from accounts.ground.requests.models import Request
from tests.house.written import fingerprint_of_rows

LIST = "/office/desk/mailbox/"


def act(office, name, mailbox):
    return office.post(LIST, {"action": name, "_selected_action": str(mailbox.pk), "from_row": "1"})


def test_each_step_has_its_button_and_no_step_is_left_out(boxes, office, world):
    mailbox = boxes.one()
    states = []
    for name in ("activate", "provision", "made", "provision", "activate"):
        assert act(office, name, mailbox).status_code == 302
        mailbox.refresh_from_db()
        states.append(mailbox.state)
    assert states == ["requested", "provisioning", "awaiting_mx", "awaiting_mx", "active"]
    assert "jane@northgate.com" in office.get(LIST).content.decode()
    assert office.get(f"{LIST}{mailbox.pk}/change/").status_code == 200
    assert "jane@northgate.com" in office.get("/office/desk/mailboxcharge/").content.decode()


def test_a_refusal_has_a_reason_and_gives_the_charge_back(boxes, office, browse):
    mailbox, page = boxes.one(), "/email/mailboxes/"
    address = f"{LIST}{mailbox.pk}/change/"
    assert "Reason for refusing" in office.get(address).content.decode()
    assert office.post(address, {"reason": ""}).status_code in (200, 422)
    assert MailboxCharge.unscoped.count() == 1
    assert office.post(address, {"reason": "The domain is not yours"}).status_code == 302
    mailbox.refresh_from_db()
    assert (mailbox.state, mailbox.reason) == ("rejected", "The domain is not yours")
    assert sum(one.charged for one in MailboxCharge.unscoped.all()) == D("0.00")
    assert "The domain is not yours" in browse("alice").get(f"{page}{mailbox.pk}/").content.decode()
    office.post(address, {"reason": "Again"})
    assert MailboxCharge.unscoped.count() == 2


def test_an_address_is_one_practices(boxes, office):
    """Two practices may ask for one address; only one of them gets it."""
    first, second = boxes.one("post@shared.com"), boxes.one("post@shared.com", name="bob")
    act(office, "provision", first)
    answer = office.post(LIST, {"action": "provision", "_selected_action": str(second.pk)}, follow=True)
    assert "Another practice has a mailbox" in answer.content.decode()
    assert Mailbox.unscoped.get(pk=second.pk).state == "requested"


def test_another_price_is_another_row_that_begins_later(office, boxes, world):
    """From 2040 on 1.50; what was charged before stays, and a price there is cannot be changed or dated back."""
    page = "/office/desk/mailboxrate/add/"
    for day in ("2025-09-01", exchange_today().isoformat()):
        answer = office.post(page, {"item": "mailbox", "starts": day, "amount": "1.50"})
        assert "A price begins tomorrow at the earliest." in answer.content.decode()
    assert MailboxRate.unscoped.count() == 2
    assert office.post(page, {"item": "mailbox", "starts": "2040-01-01", "amount": "1.50"}).status_code == 302
    before = boxes.one(at=datetime(2039, 12, 31, 16, tzinfo=UTC))
    after = boxes.one("joe@northgate.com", at=datetime(2040, 1, 1, 16, tzinfo=UTC))
    # December to April: 5 x 1.00; January to April: 4 x 1.50.
    assert MailboxCharge.unscoped.get(mailbox=before).amount == D("5.00")
    assert MailboxCharge.unscoped.get(mailbox=after).amount == D("6.00")
    old = MailboxRate.unscoped.order_by("pk").first()
    office.post(
        f"/office/desk/mailboxrate/{old.pk}/change/", {"item": "mailbox", "starts": "2000-01-01", "amount": "9"}
    )
    old.refresh_from_db(from_queryset=MailboxRate.unscoped.all())
    assert old.amount in (D("1.00"), D("3.00"))


def test_the_provider_is_told_of_what_the_practice_changed(boxes, office):
    """Each change of what the provider knows waits until the back office told it; a mere request never does."""
    mailbox, early = boxes.active(), boxes.one("joe@northgate.com")
    boxes.cancel(early)
    page = f"{LIST}{mailbox.pk}/change/"

    def waiting():
        rows = Request.unscoped.filter(natural_key__endswith=" provider", finished_at=None)
        assert ("The provider was told" in office.get(page).content.decode()) == rows.exists()
        return [one.detail["address"] for one in rows]

    assert waiting() == []
    for change in (
        lambda: boxes.archive(mailbox, True),
        lambda: boxes.archive(mailbox, False),
        lambda: boxes.cancel(mailbox),
    ):
        change()
        assert waiting() == ["jane@northgate.com"]
        assert act(office, "told", mailbox).status_code == 302
        assert waiting() == []
    act(office, "told", mailbox)
    assert Request.unscoped.filter(natural_key__endswith=" provider").count() == 1


@pytest.mark.parametrize("name", ["alice", "bob", "ana", "frank", ""])
def test_nobody_but_the_back_office_moves_a_mailbox(boxes, browse, name):
    mailbox = boxes.one()
    before = fingerprint_of_rows()
    for address, said in (
        (LIST, {"action": "provision", "_selected_action": str(mailbox.pk)}),
        (f"{LIST}{mailbox.pk}/change/", {"reason": "x"}),
        ("/office/desk/mailboxrate/add/", {"item": "mailbox", "starts": "2025-09-01", "amount": "0"}),
    ):
        assert browse(name).post(address, said).status_code in (302, 403, 404)
    assert fingerprint_of_rows() == before
