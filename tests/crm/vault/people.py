"""What people of the cast do with their storage passwords in a browser, for tests."""

import re

from crm.vault.models import Member
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.world import PASSWORD as SIGN_IN

HOME = "/settings/storage-password/"
CODE = re.compile(r'<p class="vault-code num" dir="ltr">([^<]+)</p>')
WORDS = re.compile(r'<p class="vault-words num" dir="ltr">([^<]+)</p>')
# Whoever changes who can open the client book confirms it with the sign-in's password.
SURE = {"headers": {"Confirm-Password": SIGN_IN}}
SAID = {"alice": PASSWORD, "bob": PASSWORD, "mallory": PASSWORD}


def set_up(browser, password=PASSWORD, again=None):
    return browser.post(HOME + "set-up/", {"storage_password": password, "again": again or password})


def papers(answer):
    """Recovery code, then the sheets if any."""
    return CODE.findall(answer.content.decode())


def words(answer):
    return WORDS.findall(answer.content.decode())[0]


def begun(browser, password=PASSWORD):
    """Set up and retyped; the papers."""
    shown = papers(set_up(browser, password))
    assert browser.post(HOME + "code/", {"code": shown[0]}).status_code == 302
    return shown


def stage(browser):
    return browser.get("/api/v1/vault/").json()


def is_open(browser):
    return stage(browser)["unlocked_until"] is not None


def unlock(browser, password=PASSWORD, to=""):
    return browser.post("/unlock/", {"storage_password": password, "next": to})


def colleague(world, name="abel"):
    """A second user of Northgate's practice with all accounts, who manages nobody."""
    from accounts.ground.access.abilities import ABILITIES
    from accounts.ground.people import actions as people
    from accounts.ground.people.models import Seat

    alice = world.seats["alice"]
    user = world.users[name] = people.create_user(username=name, password=SIGN_IN)
    world.seats[name] = Seat.unscoped.create(
        user=user,
        role=alice.role,
        firm_id=alice.firm_id,
        practice_id=alice.practice_id,
        standing="member",
        abilities=[one.key for one in ABILITIES],
    )
    return user


def let_in(master, newcomer, world, name="abel", password=OTHER_PASSWORD):
    """The newcomer sets up, both compare, the master signs; the newcomer's recovery code."""
    shown = begun(newcomer, password)
    member = Member.unscoped.get(user=world.users[name], left_at=None)
    page = master.get(f"{HOME}members/{member.pk}/")
    said = {"words": words(page), "storage_password": PASSWORD}
    answer = master.post(f"{HOME}members/{member.pk}/", said, **SURE)
    assert answer.status_code == 302, answer.content.decode()
    return shown[0]
