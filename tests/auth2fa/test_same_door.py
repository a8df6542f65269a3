"""One door for pages, API and back office; which tasks are confirmed; and what its pages say to do."""

import html
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from auth2fa.devices.models import Device, Kind, RememberedBrowser
from tests.auth2fa.kit import enrolled
from tests.auth2fa.test_door import CODE, is_in, password
from tests.house.routes import routes

# The list of sensitive tasks (decision 0028): the beginnings of the addresses that change them, on pages and API.
SENSITIVE = {
    "fee terms to a client, increases among them": (
        "fees/configure/{number}/send/",
        "api/v1/accounts/{number}/fee-terms/send/",
    ),
    "fee templates": (
        *("fees/templates/new/", "fees/templates/{template}/", "fees/templates/{template}/default/"),
        *("fees/templates/{template}/delete/", "api/v1/fee-templates/", "api/v1/fee-templates/{template}/"),
        "api/v1/fee-templates/{template}/default/",
    ),
    "fee terms from a template": ("fees/templates/jobs/{task}/send/", "api/v1/fee-template-jobs/{task}/send/"),
    "fee terms from a what-if": ("fees/what-if/{trial}/send/", "api/v1/fee-what-ifs/{trial}/send/"),
    "fee terms that came back signed on paper": (
        "fees/proposals/{pk}/returned/",
        "api/v1/fee-proposals/{pk}/papers/",
    ),
    "fee terms signed": ("approvals/fees/{pk}/sign/", "api/v1/fee-proposals/{pk}/sign/"),
    "invoices, one or a file": ("fees/invoicing/send/", "api/v1/invoices/send/", "fees/invoicing/{pk}/"),
    "reimbursements": ("fees/reimburse/send/", "api/v1/reimbursements/send/", "fees/reimburse/{pk}/"),
    "users": (
        "settings/users/new/confirm/",
        "api/v1/users/new/",
        "settings/users/{seat}/rights/",
        "api/v1/users/{seat}/",
    ),
    "roles": ("settings/roles/new/", "api/v1/roles/", "settings/roles/{role}/", "api/v1/roles/{role}/"),
    "rules of approval": ("settings/authorizations/rules/", "api/v1/authorizations/rules/"),
    "approvals": ("settings/authorizations/{authorization}/approve/", "api/v1/authorizations/{authorization}/approve/"),
    "whoever leaves": ("settings/users/{seat}/leave/", "api/v1/users/{seat}/leave/"),
    "IP restrictions": ("settings/users/{seat}/addresses/new/", "api/v1/users/{seat}/addresses/new/"),
    "IP restrictions lifted": (
        "settings/users/{seat}/addresses/{address}/remove/",
        "api/v1/users/{seat}/addresses/{address}/",
    ),
    "devices": (
        "settings/security/devices/new/",
        "api/v1/devices/new/",
        "settings/security/codes/",
        "api/v1/devices/codes/",
    ),
    "devices revoked": ("settings/security/devices/{device}/revoke/", "api/v1/devices/{device}/"),
    "API tokens": ("settings/tokens/new/", "api/v1/tokens/new/"),
    "names and addresses before clients": ("settings/brand/", "api/v1/brand/"),
    "opting out": ("settings/security/opt-out/sign/", "api/v1/opt-out/sign/"),
    "trading permissions": ("trading/permissions/{pk}/decide/", "api/v1/permission-requests/{pk}/answer/"),
}


@pytest.mark.parametrize("task", SENSITIVE)
def test_what_is_sensitive_is_confirmed_on_pages_and_api_alike(task):
    gates = {one.template: one.gate for one in routes()}
    assert {address: gates[address].step_up for address in SENSITIVE[task]} == dict.fromkeys(SENSITIVE[task], True)


@pytest.mark.parametrize("name", ["alice", "olga"])
def test_between_password_and_device_nothing_opens(world, name):
    held = enrolled(world.users[name], Kind.APP)
    client, answer = password(name)
    assert answer["Location"] == CODE
    for path in ("/", "/accounts/", "/office/", "/office/accounts/user/"):
        assert client.get(path)["Location"].startswith("/sign-in/login/"), path
    for path in ("/api/v1/accounts/", "/api/v1/devices/"):
        assert client.get(path).status_code == 401, path
    assert client.post(CODE, {"code": held.answer(None)}).status_code == 302
    assert client.get("/api/v1/devices/").status_code == 200
    assert client.get("/office/").status_code == (200 if name == "olga" else 404)


@pytest.mark.parametrize("state", [{"disabled_at": True}, {"locked_until": True}])
def test_wrong_answers_elsewhere_keep_nobody_out_of_a_browser_that_is_remembered(world, settings, state):
    settings.REMEMBERED_BROWSER_DAYS = 30
    alice = world.users["alice"]
    held = enrolled(alice, Kind.APP)
    client, _answer = password()
    client.post(CODE, {"code": held.answer(None), "remember": "on"})
    assert is_in(client) and RememberedBrowser.unscoped.count() == 1
    client.post("/sign-in/logout/")
    later = timezone.now() + timedelta(minutes=15)
    Device.unscoped.update(wrong=50, **dict.fromkeys(state, later))
    _client, answer = password(client=client)
    assert answer["Location"] == "/" and is_in(client)
    _stranger, answer = password()
    assert answer["Location"] != "/", "a browser that is not remembered stays out"


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        (
            Kind.PHONE,
            ("On an iPhone", "use Touch ID or Face ID", "On an Android phone", "Type your PIN and the challenge code"),
        ),
        (Kind.CARD, ("On the card", "until PIN> appears", "When CHALLNG> appears, type the six digits")),
    ],
)
def test_each_device_has_its_own_steps_beside_the_challenge(world, kind, steps):
    enrolled(world.users["alice"], kind)
    client, _answer = password()
    page = html.unescape(client.get(CODE).content.decode())
    assert [step for step in steps if step not in page] == []


def test_the_help_goes_through_what_to_try_in_order(db):
    page = Client().get("/sign-in/help/").content.decode()
    places = [
        page.index(words)
        for words in ("Use a phone key", "Restart your telephone", "Have yourself called", "Ask your provider")
    ]
    assert places == sorted(places)
