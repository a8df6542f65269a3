"""The page that asks for the password again says which task it is about, and never more than the asker may know."""

import html
import json
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import get_resolver

from accounts.broker.feed.job import ensure_partitions
from accounts.broker.feed.models import NavDaily
from accounts.ground.access.gates import gate_of
from accounts.ground.runs.actions import hold_account
from fees.invoicing.models import Invoice
from portal.confirming.sentences import SENTENCES
from tests.house.scenery import dress


@pytest.fixture
def stage(world):
    dress(world)
    return world


def named(patterns, space=""):
    for one in patterns:
        if hasattr(one, "url_patterns"):
            yield from named(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name}", one.callback


def asked(client, path, data=None, **more):
    """The sentence of the page that asks, and its status."""
    answer = client.post(path, data or {}, **more)
    assert answer.status_code == 403
    return html.unescape(answer.content.decode())


def test_every_task_that_asks_has_its_sentence_and_no_other():
    asking = {name for name, view in named(get_resolver().url_patterns) if (mark := gate_of(view)) and mark.step_up}

    assert asking == set(SENTENCES)


ONE_PERCENT = {
    "strategy": "automatic", "on": ["percent", "flat"], "percent-method": "2", "percent-rate": "1.25",
    "flat-method": "23", "flat-flat": "6000", "cap_kind": "PERCENTOFNLV_CAP", "cap_rate": "2",
}  # fmt: skip

CASES = (
    ("ana", "/links/ask/U1000001/", {"master": "f200002", "title": "Brightwell LLC"},
     "Ask the advisor F200002, Brightwell LLC, to take account U1000001 Ruiz, Ana Kestrel"),
    ("alice", "/settings/users/new/confirm/", {"first_name": "Tom", "last_name": "Bell", "username": "tom"},
     "Invite Tom Bell as the user tom."),
    ("alice", "/settings/users/{tess}/rights/", {}, "Change the functions and accounts of tess."),
    ("alice", "/settings/users/{tess}/remove/", {}, "Remove the user tess."),
    ("alice", "/settings/users/{tess}/leave/", {"heir": "{vera}"}, "tess leaves; vera takes over everything."),
    ("alice", "/settings/users/{tess}/addresses/new/", {"network": "203.0.113.9"}, "Let tess work from 203.0.113.9"),
    ("alice", "/settings/roles/new/", {"name": "Treasury"}, "Make the role Treasury."),
    ("alice", "/settings/roles/{role}/", {"name": "x"}, "Change the role Northgate work"),
    ("alice", "/settings/roles/{role}/delete/", {}, "Remove the role Northgate work."),
    ("alice", "/settings/authorizations/rules/", {"approvals": "2"}, "asks for 2 approvals"),
    ("alice", "/settings/tokens/new/", {"name": "robot", "days": "7"}, "API token robot, which works for 7 days"),
    ("ana", "/trading/permissions/{permission}/sign/", {},
     "Sign the agreement on these trading permissions of account U1000001 Ruiz, Ana Kestrel: Mutual funds"),
    ("alice", "/trading/permissions/{permission}/decide/", {"answer": "approve"},
     "Approve these trading permissions of account U1000001 Ruiz, Ana Kestrel: Mutual funds"),
    ("alice", "/fees/configure/U1000001/send/", ONE_PERCENT,
     "Send these fee terms for account U1000001 Ruiz, Ana Kestrel: 1.25% a year (Percent of net liquidation value,"
     " monthly); 6,000.00 a year (Flat fee, quarterly); Invoices of a period may come to at most 2 % a year"),
    ("alice", "/fees/templates/new/", {**ONE_PERCENT, "name": "Plain"},
     "Keep the fee template Plain; no client's fees change. Its terms: 1.25% a year"),
    ("ana", "/approvals/fees/{proposal}/sign/", {"name": "Ana"},
     "Sign fee proposal 1 for account U1000001 Ruiz, Ana Kestrel: "),
    ("alice", "/fees/invoicing/{invoice}/", {"amount": "250"}, "Ruiz, Ana Kestrel from 100.00\xa0USD to 250.00\xa0USD"),
)  # fmt: skip


def test_the_page_says_what_is_confirmed(browse, stage):
    rows = {
        **{who: seat.pk for who, seat in stage.seats.items()},
        "role": stage.rows["role"]["F100001"],
        "permission": stage.rows["permission request"]["U1000001"],
        "proposal": stage.rows["proposal"]["U1000001"],
        "invoice": stage.rows["invoice"]["U1000001"],
    }
    for name, path, data, sentence in CASES:
        said = {key: value.format(**rows) if isinstance(value, str) else value for key, value in data.items()}

        assert sentence in asked(browse(name), path.format(**rows), said), path


def test_an_invoice_is_told_with_its_amount_by_a_program_too(browse, stage):
    body = json.dumps([{"account": "u1000001", "amount": "1250.5"}, {"account": "U9000001", "amount": "7"}])
    answer = browse("alice").post(
        "/api/v1/invoices/send/", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="a-key-of-alice"
    )

    assert answer.status_code == 403
    assert answer.json()["detail"] == "Send 2 invoices: U1000001 Ruiz, Ana Kestrel: 1,250.50\xa0USD …"


def test_in_russian(browse, world):
    world.users["alice"].language = "ru"
    world.users["alice"].save(update_fields=["language"])
    alice = browse("alice")
    alice.cookies["django_language"] = "ru"

    page = asked(alice, f"/settings/users/{world.seats['tess'].pk}/remove/")
    assert "Удалить пользователя tess." in page


HIDDEN = (
    ("alice", "/fees/configure/U9000001/send/"),
    ("bob", "/settings/users/{tess}/remove/"),
    ("bob", "/settings/roles/{role}/delete/"),
    ("mallory", "/fees/invoicing/{invoice}/"),
    ("nina", "/approvals/fees/{proposal}/sign/"),
)


def test_what_may_not_be_seen_is_not_told(browse, stage):
    rows = {
        "tess": stage.seats["tess"].pk,
        "role": stage.rows["role"]["F100001"],
        "proposal": stage.rows["proposal"]["U1000001"],
        "invoice": stage.rows["invoice"]["U1000001"],
    }
    for name, path in HIDDEN:
        page = asked(browse(name), path.format(**rows))

        assert 'class="notice"' not in page, path
        assert not {"Kestrel", "Otter", "tess", "Northgate"} & set(page.replace(".", " ").split())
    assert Invoice.unscoped.get(pk=rows["invoice"]).amount == Decimal(100)


def test_the_back_office_reads_what_it_decides(client, world):
    """Which account, which value and which amount; never just that something is decided."""
    client.force_login(world.users["olga"])
    hold = hold_account(
        account=world["U1000001"], day=date(2026, 11, 19), stage="accrue", reason="no_nav", detail="", title="No value"
    )
    ensure_partitions(date(2026, 11, 18), date(2026, 11, 19))
    NavDaily.unscoped.create(
        nav_date=date(2026, 11, 18), account_id=hold.account_id, nlv=Decimal("1234.5"), currency="USD"
    )
    night = "/office/nights/2026-11-19/decide/"

    carry = asked(client, night, {"act": "carry", "hold": hold.pk, "reason": "x"})
    assert "Use 1,234.50\N{NO-BREAK SPACE}USD, the value of the day before, for account U1000001" in carry
    assert "Pause the night of 2026-11-19." in asked(client, night, {"act": "pause", "reason": "x"})
    other = asked(client, "/office/nights/decide/", {"act": "hold", "day": "2026-11-20", "account": "u2000001"})
    assert "Hold account U2000001 back from the night of 2026-11-20." in other
    # A hold is looked for on the day, as the page does it, and who names two accounts hears of neither.
    astray = {"act": "hold", "day": "2026-11-20", "hold": hold.pk, "account": "u2000001"}
    assert "Hold account U2000001 back" in asked(client, "/office/nights/decide/", astray)
    both = asked(client, night, {"act": "hold", "hold": f" {hold.pk} ", "account": "u2000001", "reason": "x"})
    assert "Hold account" not in both
    take_back, first, second = "/office/reconciliation/take-back/", str(uuid4()), str(uuid4())
    assert f"the movement {first}" in asked(client, take_back, {"what": f"rejected|{first}"})
    both = asked(client, take_back, {"what": f"rejected|{first}", "reference": second})
    assert "the movement" not in both
    note = asked(client, "/office/reconciliation/note/", {"what": "rejected|x", "note": "Asked on Monday"})
    assert "Note about a difference of the reconciliation: Asked on Monday" in note
