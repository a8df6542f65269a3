"""From where a user may work: set by the primary user, confirmed by mail, obeyed from the next restart on (SEC-6)."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import enter
from accounts.ground.addresses.actions import MOST, confirm, number_of
from accounts.ground.addresses.models import AddressRule
from accounts.ground.addresses.rules import BadAddress
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people import actions as people
from tests.world import PASSWORD

OFFICE, HOME = "203.0.113.9", "198.51.100.7"
STEP_UP = {"_password": PASSWORD}


@pytest.fixture
def there(world):
    """Where the addresses of alice's colleague tess are; both have mail."""
    for name in ("alice", "tess", "vera"):
        world.users[name].email = f"{name}@example.org"
        world.users[name].save(update_fields=["email"])
    return f"/settings/users/{world.seats['tess'].pk}/addresses/"


@pytest.fixture
def restricted(world):
    """`restricted("tess")`: may work from the office only, since yesterday."""

    def make(name, network=f"{OFFICE}/32"):
        seat, now = world.seats[name], timezone.now()
        return AddressRule.unscoped.create(
            firm_id=seat.firm_id, seat=seat, network=network, added_by=seat.user,
            added_at=now - timedelta(days=2), starts_at=now - timedelta(days=1),
        )  # fmt: skip

    return make


def sign_in(name, address):
    client = Client(REMOTE_ADDR=address)
    answer = client.post("/sign-in/login/", {"login": name, "password": PASSWORD})
    return answer.status_code == 302, client


def only():
    return AddressRule.unscoped.get()


def test_added_confirmed_scheduled_active_removed(browse, there, world):
    alice = browse("alice")

    assert alice.post(f"{there}new/", {"network": OFFICE, **STEP_UP}).status_code == 302
    assert only().state(timezone.now()) == "pending"
    [mail] = OutboxMessage.unscoped.all()
    number = re.search(r"\b\d{8}\b", mail.body)[0]
    assert mail.recipient == world.users["alice"].email

    assert alice.post(f"{there}{only().pk}/confirm/", {"number": number}).status_code == 302
    rule, now = only(), timezone.now()
    assert now < rule.starts_at <= now + timedelta(hours=25)
    assert (rule.state(now), rule.state(rule.starts_at)) == ("scheduled", "active")
    assert sign_in("tess", HOME)[0]

    AddressRule.unscoped.update(starts_at=now - timedelta(hours=1))
    assert not sign_in("tess", HOME)[0]
    assert sign_in("tess", OFFICE)[0]

    assert alice.post(f"{there}{rule.pk}/remove/", STEP_UP).status_code == 302
    rule = only()
    assert rule.state(timezone.now()) == "active"
    assert rule.state(rule.ends_at) == "removed"
    assert not sign_in("tess", HOME)[0]


def test_who_is_signed_in_elsewhere_is_stopped_at_the_next_request(restricted):
    _in, home = sign_in("vera", HOME)
    assert home.get("/accounts/").status_code == 200

    restricted("vera")

    answer = home.get("/accounts/")
    assert answer.status_code == 403
    assert "network address" in answer.content.decode()
    assert home.get("/api/v1/accounts/").status_code == 403
    assert home.get("/accounts/", REMOTE_ADDR=OFFICE).status_code == 200
    assert home.get("/accounts/", REMOTE_ADDR=f"::ffff:{OFFICE}").status_code == 200
    assert home.get("/accounts/", REMOTE_ADDR="").status_code == 403


def test_of_two_seats_the_chosen_one_alone_is_not_for_this_address(restricted, world):
    """The sentence names the address, and the other seat can be chosen from there."""
    people.seat_advisor(user=world.users["vera"], master=world["F900001"])
    seats = {seat.firm_id: seat.pk for seat in world.users["vera"].seats(manager="unscoped").all()}
    _in, home = sign_in("vera", HOME)
    home.post("/seat/", {"seat": world.seats["vera"].pk})
    assert home.get("/accounts/").status_code == 200
    restricted("vera")

    for page in (home.get("/accounts/"), home.get("/"), home.get("/api/v1/accounts/")):
        assert page.status_code == 403
        assert "network address in the seat that you have chosen" in page.content.decode()
        assert "no seat" not in page.content.decode()
    assert home.get("/accounts/", REMOTE_ADDR=OFFICE).status_code == 200

    assert 'href="/seat/"' in home.get("/accounts/").content.decode()
    other = seats[world["F900001"].firm_id]
    assert f'value="{other}"' in home.get("/seat/").content.decode()
    home.post("/seat/", {"seat": other})
    assert home.get("/accounts/").status_code == 200


def test_who_has_no_seat_at_all_reads_that(restricted, world):
    _in, home = sign_in("vera", HOME)
    restricted("vera")
    world.users["vera"].seats(manager="unscoped").update(is_active=False)

    assert "no seat at any firm" in home.get("/accounts/").content.decode()


def test_the_refused_owner_of_the_password_is_told_and_the_page_says_nothing(there, restricted, world):
    restricted("tess")

    right = Client(REMOTE_ADDR=HOME).post("/sign-in/login/", {"login": "tess", "password": PASSWORD})
    wrong = Client(REMOTE_ADDR=HOME).post("/sign-in/login/", {"login": "tess", "password": "wrong"})

    def errors(answer):
        return answer.context["form"].non_field_errors()

    assert errors(right) == errors(wrong)
    [mail] = OutboxMessage.unscoped.all()
    assert (mail.recipient, HOME in mail.body) == (world.users["tess"].email, True)


def test_a_token_obeys_too(browse, restricted):
    form = {"name": "robot", "days": "30", "ability": ["view_accounts"], "_password": PASSWORD}
    made = browse("alice").post("/settings/tokens/new/", form).content.decode()
    secret = made.split('class="secret">')[1].split("<")[0].strip()
    headers = {"Authorization": f"Bearer {secret}"}
    restricted("alice")

    assert Client(REMOTE_ADDR=HOME).get("/api/v1/accounts/", headers=headers).status_code == 401
    assert Client(REMOTE_ADDR=OFFICE).get("/api/v1/accounts/", headers=headers).status_code == 200


def test_without_mail_there_is_no_number_and_so_no_address(browse, there, world):
    world.users["alice"].email = ""
    world.users["alice"].save(update_fields=["email"])

    assert browse("alice").post(f"{there}new/", {"network": OFFICE, **STEP_UP}).status_code == 422
    assert not AddressRule.unscoped.exists()


def test_nobody_else_is_restricted_with_a_colleague(restricted):
    restricted("vera")

    assert not sign_in("vera", HOME)[0]
    assert sign_in("alice", HOME)[0]


@pytest.mark.parametrize("typed", ["192.168.1.5", "10.0.0.0/8", "0.0.0.0/0", "nonsense", "", "\0", "9" * 900])
def test_what_is_no_address_on_the_internet_changes_nothing(browse, there, typed):
    answer = browse("alice").post(f"{there}new/", {"network": typed, **STEP_UP})

    assert answer.status_code in (400, 422)
    assert not AddressRule.unscoped.exists() and not OutboxMessage.unscoped.exists()


def test_five_wrong_numbers_end_it(browse, there):
    alice = browse("alice")
    alice.post(f"{there}new/", {"network": OFFICE, **STEP_UP})
    rule = only()
    wrong = "00000000" if number_of(rule) != "00000000" else "11111111"
    as_json = {"content_type": "application/json"}
    api = f"/api/v1{there.removeprefix('/settings')}{rule.pk}/confirm/"

    assert [alice.post(f"{there}{rule.pk}/confirm/", {"number": wrong}).status_code for _ in range(3)] == [422] * 3
    assert [alice.post(api, {"number": wrong}, **as_json).status_code for _ in range(2)] == [400] * 2

    assert only().wrong_numbers == 5
    assert alice.post(f"{there}{rule.pk}/confirm/", {"number": number_of(rule)}).status_code == 422
    assert only().starts_at is None


def test_a_number_is_of_one_address_and_dies_after_a_day(browse, there, as_role, world):
    alice = browse("alice")
    alice.post(f"{there}new/", {"network": OFFICE, **STEP_UP})
    alice.post(f"{there}new/", {"network": HOME, **STEP_UP})
    first, second = AddressRule.unscoped.all()

    assert alice.post(f"{there}{second.pk}/confirm/", {"number": number_of(first)}).status_code == 422
    with as_role("portal_web"):
        who = enter(world.users["alice"].pk)
        late, in_time = first.added_at + timedelta(hours=24, seconds=1), first.added_at + timedelta(hours=24)
        with pytest.raises(BadAddress):
            confirm(who=who, rule=first, number=number_of(first), at=late)
        assert confirm(who=who, rule=first, number=number_of(first), at=in_time).starts_at


def test_oneself_is_not_shut_out_by_mistake(browse, there, world):
    alice = browse("alice")
    own = f"/settings/users/{world.seats['alice'].pk}/addresses/"

    assert alice.post(f"{own}new/", {"network": OFFICE, **STEP_UP}, REMOTE_ADDR=HOME).status_code == 422
    assert not AddressRule.unscoped.exists()
    assert alice.post(f"{own}new/", {"network": HOME, **STEP_UP}, REMOTE_ADDR=HOME).status_code == 302
    taken = alice.post(f"{own}new/", {"network": OFFICE, "accepts": "on", **STEP_UP}, REMOTE_ADDR="198.51.100.8")
    assert taken.status_code == 302
    assert AddressRule.unscoped.count() == 2


def test_the_list_has_an_end_and_knows_what_is_on_it(browse, there, restricted):
    alice = browse("alice")
    for last in range(MOST):
        restricted("tess", f"203.0.113.{last}/32")

    assert alice.post(f"{there}new/", {"network": "203.0.113.77", **STEP_UP}).status_code == 422
    alice.post(f"{there}{AddressRule.unscoped.first().pk}/remove/", STEP_UP)
    assert alice.post(f"{there}new/", {"network": "203.0.113.5/32", **STEP_UP}).status_code == 422
    assert AddressRule.unscoped.filter(removed_at=None).count() == MOST - 1


@pytest.mark.parametrize(
    ("name", "status"), [("bob", 404), ("mallory", 404), ("tess", 403), ("ana", 404), ("frank", 403)]
)
def test_nobody_else_sets_them(browse, there, restricted, name, status):
    rule = restricted("tess", "198.51.100.0/24")
    before = AddressRule.unscoped.values().get()
    person = browse(name)
    person.defaults["REMOTE_ADDR"] = HOME

    answers = [
        person.get(there),
        person.post(f"{there}new/", {"network": OFFICE, **STEP_UP}),
        person.post(f"{there}{rule.pk}/confirm/", {"number": number_of(rule)}),
        person.post(f"{there}{rule.pk}/remove/", STEP_UP),
        person.delete(f"/api/v1{there.removeprefix('/settings')}{rule.pk}/"),
    ]

    # Without the password the last one is asked for it, whoever asks.
    assert [answer.status_code for answer in answers[:-1]] == [status] * 4 and answers[-1].status_code in (status, 403)
    assert AddressRule.unscoped.values().get() == before


def test_adding_and_removing_need_the_password_again(browse, there, restricted):
    rule = restricted("tess")
    alice = browse("alice")

    assert alice.post(f"{there}new/", {"network": HOME}).status_code != 302
    assert alice.post(f"{there}{rule.pk}/remove/").status_code != 302
    assert only().removed_at is None


def test_over_the_api(browse, there):
    alice = browse("alice")
    api = f"/api/v1{there.removeprefix('/settings')}"
    said = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}

    assert alice.post(f"{api}new/", {"network": OFFICE}, content_type="application/json").status_code == 403
    assert not AddressRule.unscoped.exists()
    made = alice.post(f"{api}new/", {"network": OFFICE}, **said)
    assert (made.status_code, made.json()["state"]) == (201, "pending")
    one = f"{api}{made.json()['id']}/"
    done = alice.post(f"{one}confirm/", {"number": number_of(only())}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "scheduled")
    assert [(row["network"], row["state"]) for row in alice.get(api).json()] == [(f"{OFFICE}/32", "scheduled")]
    gone = alice.delete(one, **said)
    assert (gone.status_code, gone.json()["state"]) == (200, "removed")


def test_the_back_office_lifts_them_after_a_day_and_says_so(there, restricted, world, capsys):
    restricted("tess")

    call_command("lift_addresses", "tess", "--json")

    rule, now = only(), timezone.now()
    assert rule.state(now + timedelta(hours=23)) == "active"
    assert rule.state(now + timedelta(hours=50)) == "removed"
    assert OutboxMessage.unscoped.get().recipient == world.users["tess"].email
    assert '"lifted": 1' in capsys.readouterr().out
