"""Mailboxes over the API: reviewed, asked for once a key, changed and ended, by who may."""

import pytest

from accounts.desk.mailboxes.models import Mailbox, MailboxCharge
from tests.house.written import fingerprint_of_rows

API = "/api/v1/mailboxes/"
JSON = {"content_type": "application/json"}
TWO = {"mailboxes": [{"address": "jane@northgate.com", "name": "Jane"},
                     {"address": "joe@northgate.com", "name": "Joe", "archive": True}]}  # fmt: skip


def post(client, path, said, key=None):
    return client.post(f"{API}{path}", said, **JSON, headers={"Idempotency-Key": key} if key else {})


def test_a_request_is_reviewed_and_made_once_a_key(browse, world):
    alice = browse("alice")
    review = post(alice, "review/", TWO).json()
    months = review[0]["dues"][0]["months"]
    assert [one["total"] for one in review] == [f"{months}.00", f"{4 * months}.00"]
    wrong = post(alice, "review/", {"mailboxes": [{"address": "a@gmail.com", "name": "A"}]}).json()
    assert "Public domains" in wrong[0]["problem"] and wrong[0]["total"] == "0.00"
    assert not Mailbox.unscoped.exists()

    order = {**TWO, "accepts": True, "total": f"{5 * months}.00"}
    assert post(alice, "request/", {**TWO, "accepts": True}, "k0").status_code == 400
    assert post(alice, "request/", {**order, "total": f"{5 * months + 1}.00"}, "k0").status_code == 409
    assert not Mailbox.unscoped.exists() and not MailboxCharge.unscoped.exists()
    assert post(alice, "request/", order).status_code == 400
    assert post(alice, "request/", {**order, "accepts": False}, "k1").status_code == 400
    assert post(alice, "request/", {**order, "practice": 1}, "k1").status_code == 400
    first = post(alice, "request/", order, "k1")
    assert first.status_code == 201 and post(alice, "request/", order, "k1").json() == first.json()
    assert post(alice, "request/", {**order, "mailboxes": TWO["mailboxes"][:1]}, "k1").status_code == 409
    assert post(alice, "request/", order, "k2").status_code == 409
    assert (Mailbox.unscoped.count(), MailboxCharge.unscoped.count()) == (2, 3)
    assert {one["address"] for one in alice.get(API).json()} == {"jane@northgate.com", "joe@northgate.com"}


def test_settings_the_check_and_the_end(boxes, browse):
    mailbox = boxes.active()
    alice, one = browse("alice"), f"{mailbox.pk}/"
    shown = alice.get(API + one).json()
    assert shown["charges"][0]["amount"] == "7.00" and shown["charges"][0]["derivation"].endswith("7.00\xa0USD")
    assert shown["archive_due"]["item"] == "archive"
    wanted = {"name": "Dr. Jane", "is_archived": True}
    assert alice.patch(f"{API}{one}settings/", wanted, **JSON).status_code == 409
    assert MailboxCharge.unscoped.count() == 1 and Mailbox.unscoped.get().name == "Jane Roe"
    wanted["charge"] = shown["archive_due"]["amount"]
    changed = alice.patch(f"{API}{one}settings/", wanted, **JSON).json()
    assert changed["mailbox"]["name"] == "Dr. Jane" and changed["archive_due"] is None
    assert len(changed["charges"]) == 2
    checked = post(alice, f"{one}check/", {}).json()
    assert checked["verdict"] == "unknown" and checked["records"][0]["value"] == "mx1.emailsrvr.com"
    assert alice.delete(f"{API}{one}settings/").status_code == 204
    assert alice.delete(f"{API}{one}settings/").status_code == 409
    assert alice.patch(f"{API}{one}settings/", {"name": "X"}, **JSON).status_code == 409


@pytest.mark.parametrize(
    ("name", "status"),
    [("bob", 404), ("mallory", 404), ("vera", 403), ("tess", 403), ("ana", 403), ("frank", 403), ("", 401)],
)
def test_nobody_else_changes_anything(boxes, browse, name, status):
    mailbox = boxes.active()
    before = fingerprint_of_rows()
    person, one = browse(name), f"{API}{mailbox.pk}/"
    answers = (
        person.patch(f"{one}settings/", {"name": "Mine", "is_archived": True}, **JSON),
        person.delete(f"{one}settings/"),
        person.get(one),
        person.post(f"{one}check/"),
    )
    assert all(answer.status_code in (status, 404) for answer in answers)
    assert fingerprint_of_rows() == before
