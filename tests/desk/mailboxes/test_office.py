"""Mailboxes in the back office: moved on step by step, refused with a reason, and at prices with a day."""

from decimal import Decimal as D

import pytest

from accounts.desk.mailboxes.models import Mailbox, MailboxCharge, MailboxRate
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


def test_another_price_is_another_row(office, boxes, world):
    """From January on 1.50; what was charged before stays, and a price there is cannot be changed."""
    office.post("/office/desk/mailboxrate/add/", {"item": "mailbox", "starts": "2025-09-01", "amount": "1.50"})
    assert MailboxRate.unscoped.count() == 3
    boxes.one()
    assert MailboxCharge.unscoped.get().amount == D("10.50")  # October to April: 7 x 1.50
    old = MailboxRate.unscoped.first()
    office.post(
        f"/office/desk/mailboxrate/{old.pk}/change/", {"item": "mailbox", "starts": "2000-01-01", "amount": "9"}
    )
    old.refresh_from_db(from_queryset=MailboxRate.unscoped.all())
    assert old.amount in (D("1.00"), D("3.00"))


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
