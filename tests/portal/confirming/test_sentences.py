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
    ("alice", "/settings/users/new/confirm/",
     {"first_name": "Tom", "last_name": "Bell", "username": "tom", "email": "tom@example.test", "standing": "member",
      "ability": ["trade", "fees"], "is_security_officer": "on"},
     "Invite Tom Bell by mail to tom@example.test as the user tom: all accounts; security officer; Trading (1 of 3:"
     " Trade button and workstation); Client Management (1 of 4: Client fees)."),
    ("alice", "/settings/users/{tess}/rights/", {}, "From now on tess has: all accounts; no functions."),
    ("alice", "/settings/users/{tess}/rights/",
     {"group": ["funding"], "holdings": "chosen", "accounts": "u1000002, U1000001 U9000001"},
     "From now on tess has: 2 accounts: U1000001, U1000002; Funding (all 4)."),
    ("alice", "/settings/users/{tess}/rights/", {"access_role": "{role}", "is_account_representative": "on"},
     "From now on tess has: all accounts; the role Northgate work; account representative; "),
    ("alice", "/settings/users/{tess}/rights/", {"holdings": "types", "account_types": ["client"]},
     "From now on tess has: accounts of these types: client; no functions."),
    ("alice", "/settings/users/{tess}/remove/", {}, "Remove the user tess."),
    ("alice", "/settings/users/{tess}/leave/", {"heir": "{vera}"}, "tess leaves; vera takes over everything."),
    ("alice", "/settings/users/{tess}/addresses/new/", {"network": "203.0.113.9"},
     "Let tess work from 203.0.113.9/32, and from nowhere"),
    ("alice", "/settings/users/{tess}/addresses/new/", {"network": "2001:4860:1:2::7"},
     "Let tess work from 2001:4860:1:2::/64, and from nowhere"),
    ("alice", "/settings/roles/new/", {"name": "Treasury", "ability": ["transfer_funds"]},
     "Make the role Treasury: Funding (1 of 4: Transfer funds)."),
    ("alice", "/settings/roles/{role}/", {"name": "x", "ability": ["tax"]},
     "The role Northgate work, and with it everybody who is bound to it, has from now on: Reporting (1 of 4: Tax"
     " documents)."),
    ("alice", "/settings/roles/{role}/delete/", {}, "Remove the role Northgate work."),
    ("alice", "/settings/authorizations/rules/", {"approvals": "2", "kind": ["add_user"], "seat": ["{tess}", "{vera}"]},
     "Ask for 2 approvals by others: Adding a user. Who may approve: tess, vera."),
    ("alice", "/settings/tokens/new/", {"name": "robot", "days": "7", "ability": ["fees"]},
     "Make the API token robot, which works for 7 days without you: Client Management (1 of 4: Client fees)."),
    ("alice", "/settings/tokens/new/", {"name": "robot", "days": "9999"},
     "Make the API token robot, which works for 30 days without you: no functions."),
    ("alice", "/settings/brand/", {"name": "North", "host": " Clients.Example.COM. "},
     "Show your clients the name North, also at the address clients.example.com."),
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
        said = {key: filled(value, rows) for key, value in data.items()}

        assert sentence in asked(browse(name), path.format(**rows), said), path


def filled(value, rows):
    return value.format(**rows) if isinstance(value, str) else [one.format(**rows) for one in value]


BY_PROGRAM = (
    ("put", "users/{tess}/",
     {"abilities": ["email", "password", "trade"], "holdings": "chosen", "accounts": ["u1000001"]},
     "From now on tess has: 1 account: U1000001; Trading (1 of 3: Trade button and workstation)."),
    ("post", "tokens/new/", {"name": "robot", "abilities": ["tax"], "days": 1},
     "Make the API token robot, which works for 1 day without you: Reporting (1 of 4: Tax documents)."),
    ("post", "roles/", {"name": "Till", "abilities": ["bank_information"]},
     "Make the role Till: Funding (1 of 4: Bank information)."),
    ("post", "authorizations/rules/", {"kinds": ["change_rights"], "approvals": 1, "authorizers": [0]},
     "Ask for 1 approval by others: Changing a user's rights. Who may approve: \N{EM DASH}."),
)  # fmt: skip


def test_a_program_is_told_what_it_grants(browse, stage):
    alice, tess = browse("alice"), stage.seats["tess"].pk
    for method, path, body, sentence in BY_PROGRAM:
        answer = getattr(alice, method)(
            f"/api/v1/{path.format(tess=tess)}", json.dumps(body), content_type="application/json"
        )

        assert (answer.status_code, answer.json().get("detail")) == (403, sentence), path


def test_two_grants_are_never_told_alike(browse, stage):
    """One function or account more, another role, a day longer: each says other words, which the phone answers for."""
    tess = stage.seats["tess"].pk
    wishes = [
        {"ability": ["trade"]}, {"ability": ["allocation"]}, {"ability": ["trade", "tax"]}, {"group": ["trading"]},
        {"ability": ["trade"], "holdings": "chosen", "accounts": "U1000001"},
        {"ability": ["trade"], "holdings": "chosen", "accounts": "U1000002"},
        {"ability": ["trade"], "is_security_officer": "on"}, {"access_role": stage.rows["role"]["F100001"]},
    ]  # fmt: skip
    told = [asked(browse("alice"), f"/settings/users/{tess}/rights/", wish) for wish in wishes]
    assert len({page.split('class="note" dir="auto">')[1].split("</p>")[0] for page in told}) == len(wishes)


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
