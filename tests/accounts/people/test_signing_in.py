"""The door: who is let in, what a stranger may learn or spoil there, and where the link for a new password goes."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.ground.outbox.actions import deliver_due
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people import attempts
from tests.world import PASSWORD

LATER = datetime(2030, 1, 1, tzinfo=UTC)
WRONG = "not the pass phrase"


def sign_in(name, password, *, address="192.0.2.1", client=None):
    client = client or Client(raise_request_exception=False)
    return client.post("/sign-in/login/", {"login": name, "password": password}, REMOTE_ADDR=address)


def words_of(answer, name):
    """What the page says, without what differs in any two answers."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode().replace(name, "NAME"))


@pytest.fixture
def ninas_mail(world):
    nina = world.users["nina"]
    nina.email = "nina@southbank.test"
    nina.save(update_fields=["email"])
    return nina


def ask_for_reset(email, **more):
    return Client(raise_request_exception=False).post("/sign-in/password/reset/", {"email": email}, **more)


# --- A session alone takes nothing over -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["account_email", "account_confirm_email", "account_email_verification_sent", "account_signup"]
)
def test_pages_about_addresses_and_signing_up_are_not_mounted(name):
    with pytest.raises(NoReverseMatch):
        reverse(name, args=["key"] if name == "account_confirm_email" else [])


@pytest.mark.parametrize(
    "path", ["/sign-in/email/", "/sign-in/confirm-email/x/", "/sign-in/signup/", "/sign-in/password/set/"]
)
def test_they_answer_like_missing_pages(browse, path):
    nina = browse("nina")

    assert nina.get(path).status_code == 404
    assert nina.post(path, {"email": "thief@evil.test", "action_add": ""}).status_code == 404
    assert not EmailAddress.objects.exists()


def test_a_reset_never_goes_to_an_address_that_somebody_has_added(ninas_mail):
    EmailAddress.objects.create(user=ninas_mail, email="thief@evil.test", verified=True, primary=True)

    ask_for_reset("thief@evil.test")

    assert not OutboxMessage.unscoped.exists()


# --- Resets ---------------------------------------------------------------------------------------------------------


def test_a_reset_leaves_by_the_outbox_with_a_link_to_the_configured_address(ninas_mail, settings):
    settings.PUBLIC_URL = "https://portal.example"
    settings.ALLOWED_HOSTS = ["*"]

    ask_for_reset("NINA@southbank.test", headers={"host": "evil.test"})

    assert deliver_due(at=LATER) == 1
    [sent] = mail.outbox
    assert sent.to == ["nina@southbank.test"]
    assert "https://portal.example/sign-in/password/reset/key/" in sent.body
    assert "evil" not in sent.body + sent.subject
    assert OutboxMessage.unscoped.get().body == "", "the link is forgotten once it has left"


def test_a_stranger_gets_no_mail_and_the_same_answer(ninas_mail):
    known, unknown = ask_for_reset("nina@southbank.test"), ask_for_reset("stranger@elsewhere.test")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert OutboxMessage.unscoped.count() == 1


def test_the_link_sets_a_password_once_and_says_so(ninas_mail):
    ask_for_reset("nina@southbank.test")
    deliver_due(at=LATER)
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word)
    browser = Client()
    form = browser.get("/" + link.split("/", 3)[3], follow=True)

    browser.post(
        form.request["PATH_INFO"], {"password1": "a new and long phrase", "password2": "a new and long phrase"}
    )

    assert sign_in("nina", "a new and long phrase").status_code == 302
    assert sign_in("nina", PASSWORD).status_code == 200
    assert deliver_due(at=LATER) == 1
    assert "set anew" in mail.outbox[1].subject
    assert "no longer works" in Client().get("/" + link.split("/", 3)[3], follow=True).content.decode()


def test_the_back_office_is_not_shown_the_link(ninas_mail, browse):
    ask_for_reset("nina@southbank.test")
    message = OutboxMessage.unscoped.get()

    page = browse("olga").get(f"/office/accounts/outboxmessage/{message.pk}/change/")

    assert page.status_code == 200
    assert "reset/key" not in page.content.decode()


def test_a_switched_off_sign_in_gets_no_link(ninas_mail):
    ninas_mail.is_active = False
    ninas_mail.save(update_fields=["is_active"])

    ask_for_reset("nina@southbank.test")

    assert not OutboxMessage.unscoped.exists()


# --- Wrong passwords ------------------------------------------------------------------------------------------------


def test_unknown_wrong_and_switched_off_are_one_answer(world):
    tried = [("dora", PASSWORD), ("dora", WRONG), ("alice", WRONG), ("nobody.here", WRONG)]
    answers = [(name, sign_in(name, password)) for name, password in tried]

    assert [answer.status_code for _name, answer in answers] == [200] * 4
    assert len({words_of(answer, name) for name, answer in answers}) == 1


def test_a_few_strangers_do_not_keep_ana_out(world):
    for last in range(8):
        sign_in("ana", WRONG, address=f"198.51.100.{last}")

    assert sign_in("ana", PASSWORD).status_code == 302


def test_a_name_that_many_guess_stays_open_on_a_device_that_knows_it(world):
    known = Client()
    assert sign_in("ana", PASSWORD, client=known).status_code == 302
    known.post("/sign-in/logout/")
    for last in range(attempts.DISABLED_AFTER):
        sign_in("ana", WRONG, address=f"198.51.100.{last}")

    wrong, right = sign_in("ana", WRONG), sign_in("ana", PASSWORD)

    assert "disabled" not in words_of(wrong, "ana"), "only the right password hears it"
    assert right.status_code == 200
    assert "This login is disabled" in right.content.decode()
    assert sign_in("ana", PASSWORD, client=known).status_code == 302
    assert sign_in("ken", PASSWORD).status_code == 302, "other names are not concerned"


def test_a_device_that_knows_one_name_is_a_stranger_to_others(world):
    known = Client()
    sign_in("ken", PASSWORD, client=known)
    known.post("/sign-in/logout/")
    for last in range(attempts.DISABLED_AFTER):
        sign_in("ana", WRONG, address=f"198.51.100.{last}")

    assert sign_in("ana", PASSWORD, client=known).status_code == 200


def test_a_forged_device_is_a_stranger(world, rf, settings):
    for cookie in ("x", "W10:a:b", "\x00", ""):
        request = rf.get("/", headers={"cookie": f"{settings.DEVICE_COOKIE_NAME}={cookie}"})
        assert attempts.device_of(request, "ana") == ""


def test_guessing_from_one_address_waits_longer_each_time():
    assert [attempts.wait_after(wrong).total_seconds() for wrong in (1, 4, 5, 6, 7, 12, 500)] == [
        0,
        0,
        2,
        4,
        8,
        256,
        300,
    ]


def test_after_five_wrong_ones_the_same_address_waits_even_with_the_right_one(world):
    for _try in range(attempts.FREE_TRIES):
        sign_in("ana", WRONG)

    assert sign_in("ana", PASSWORD).status_code == 200
    assert sign_in("ana", PASSWORD, address="192.0.2.77").status_code == 302


def test_the_wait_ends(db):
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for _try in range(attempts.FREE_TRIES):
        attempts.failed("ana", address="192.0.2.1", device="", at=at)

    assert not attempts.may_try("ANA", address="192.0.2.1", device="", at=at + timedelta(seconds=1))
    assert attempts.may_try("ana", address="192.0.2.1", device="", at=at + timedelta(seconds=2))
