"""People are made, seated and shut out by the back office through the actions that everything else uses."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import ClientRight, Party, Seat, SignInSession, User
from accounts.ground.trail.models import TrailEntry
from tests.world import PASSWORD

SHOWN = re.compile(r"<code>([a-z0-9]{5}(?:-[a-z0-9]{5}){3})</code>")


def act(client, model, action, *rows, follow=True):
    return client.post(
        reverse(f"admin:accounts_{model}_changelist"),
        {"action": action, "_selected_action": [row.pk for row in rows], "index": "0"},
        follow=follow,
    )


def test_a_new_user_signs_in_with_the_password_that_was_shown_once(office, world):
    answer = office.post(reverse("admin:accounts_user_add"), {"username": "petra", "language": "ru"})

    password = SHOWN.search(answer.content.decode())[1]
    user = User.objects.get(username="petra")
    assert "no-store" in answer["Cache-Control"]
    assert (user.language, user.is_staff, user.is_superuser) == ("ru", False, False)
    signed_in = Client().post("/sign-in/login/", {"login": "petra", "password": password})
    assert signed_in.status_code == 302
    assert password not in office.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert password not in str(list(LogEntry.objects.values())) + str(list(TrailEntry.unscoped.values()))
    assert mail.outbox == []


@pytest.mark.parametrize("name", ["ALICE", "al ice", ""])
def test_a_bad_or_taken_name_is_said_on_the_form(office, world, name):
    before = User.objects.count()

    answer = office.post(reverse("admin:accounts_user_add"), {"username": name, "language": "en"})

    assert answer.status_code == 422
    assert User.objects.count() == before


def test_a_renewed_password_signs_out_and_replaces_the_old_one(office, browse, world):
    alice = browse("alice")
    assert alice.get("/support/").status_code == 200

    answer = act(office, "user", "renew_password", world.users["alice"])

    password = SHOWN.search(answer.content.decode())[1]
    assert alice.get("/support/").status_code == 302
    assert world.users["alice"].check_password(PASSWORD)
    world.users["alice"].refresh_from_db()
    assert world.users["alice"].check_password(password)
    assert not world.users["alice"].check_password(PASSWORD)


def test_passwords_are_renewed_one_at_a_time(office, world):
    answer = act(office, "user", "renew_password", world.users["alice"], world.users["bob"])

    assert "Choose one user" in answer.content.decode()
    assert User.objects.get(username="bob").check_password(PASSWORD)


def test_no_page_shows_a_hash(office, world):
    pages = [reverse("admin:accounts_user_changelist"), reverse("admin:accounts_trailentry_changelist")]
    pages += [reverse("admin:accounts_user_change", args=[user.pk]) for user in world.users.values()]

    for page in pages:
        text = office.get(page).content.decode()
        assert "md5$" not in text
        assert "argon2" not in text


def test_a_deactivated_user_is_out_at_once_and_can_come_back(office, browse, world):
    alice = browse("alice")

    act(office, "user", "deactivate", world.users["alice"])

    assert alice.get("/support/").status_code == 302
    assert not User.objects.get(username="alice").is_active
    act(office, "user", "activate", world.users["alice"])
    assert User.objects.get(username="alice").is_active


def test_nobody_shuts_themselves_out(office, world):
    olga = world.users["olga"]

    act(office, "user", "deactivate", olga)
    act(office, "user", "end_seats", olga)
    act(office, "seat", "end", world.seats["olga"])

    assert User.objects.get(pk=olga.pk).is_active
    assert Seat.unscoped.get(pk=world.seats["olga"].pk).is_active
    assert office.get("/office/").status_code == 200


def test_an_ended_seat_ends_the_session_and_may_be_opened_again(office, browse, world):
    bob = browse("bob")

    act(office, "seat", "end", world.seats["bob"])

    seat = Seat.unscoped.get(pk=world.seats["bob"].pk)
    assert not seat.is_active and seat.ended_at
    assert bob.get("/support/").status_code == 302
    act(office, "seat", "reopen", seat)
    seat.refresh_from_db()
    assert seat.is_active and seat.ended_at is None


def test_the_offices_flags_come_and_go_with_the_seat(office, world):
    seat_form = {"user": world.users["ken"].pk, "role": "office"}

    office.post(reverse("admin:accounts_seat_add"), seat_form)

    seat = Seat.unscoped.get(user=world.users["ken"], role="office")
    assert User.objects.get(username="ken").is_superuser
    act(office, "seat", "end", seat)
    ken = User.objects.get(username="ken")
    assert not ken.is_staff and not ken.is_superuser
    act(office, "seat", "reopen", seat)
    assert User.objects.get(username="ken").is_superuser


@pytest.mark.parametrize(
    ("role", "account", "party", "words"),
    [
        ("top", "U1000001", "", "This role needs an account of the kind"),
        ("top", "", "", "This role needs an account of the kind"),
        ("stl", "F100001", "", "This role needs an account of the kind"),
        ("client", "", "", "needs the party"),
        ("top", "F100001", "", "has, or had, this seat"),
    ],
)
def test_a_seat_that_fits_no_role_is_refused_in_words(office, world, role, account, party, words):
    before = Seat.unscoped.count()
    form = {"user": world.users["alice"].pk, "role": role, "party": party}
    if account:
        form["account"] = world[account].pk

    answer = office.post(reverse("admin:accounts_seat_add"), form)

    assert words in answer.content.decode()
    assert Seat.unscoped.count() == before


def test_a_second_seat_is_given(office, world):
    form = {"user": world.users["alice"].pk, "role": "second", "account": world["F200002"].pk}

    office.post(reverse("admin:accounts_seat_add"), form)

    seat = Seat.unscoped.get(user=world.users["alice"], role="second")
    assert seat.practice_id == world["F200002"].practice_id


def test_parties_and_rights(office, world):
    practice = world["F100001"].practice_id
    office.post(
        reverse("admin:accounts_party_add"), {"practice": practice, "legal_name": "Lund, Eva", "language": "en"}
    )
    party = Party.unscoped.get(legal_name="Lund, Eva")
    right_form = {"party": party.pk, "account": world["U1000001"].pk, "may_sign": "on"}

    office.post(reverse("admin:accounts_clientright_add"), right_form)
    right = ClientRight.unscoped.get(party=party)
    refused = office.post(reverse("admin:accounts_clientright_add"), {**right_form, "account": world["U9000001"].pk})
    office.post(reverse("admin:accounts_clientright_delete", args=[right.pk]), {"post": "yes"})

    assert right.may_sign
    assert "different firms" in refused.content.decode()
    assert not ClientRight.unscoped.filter(party=party).exists()


def test_a_party_is_found_as_one_types(office, world):
    answer = office.get(
        reverse("admin:autocomplete"),
        {"app_label": "accounts", "model_name": "seat", "field_name": "party", "term": "novak"},
    )

    assert [found["text"] for found in answer.json()["results"]] == [world.parties["nina"].legal_name]


def test_sessions_of_others_stay(office, browse, world):
    browse("bob")
    before = SignInSession.objects.count()

    act(office, "user", "deactivate", world.users["alice"])

    assert SignInSession.objects.count() == before


def test_another_person_in_the_books_is_told_to_the_user_and_to_the_head_of_the_firm(office, world):
    """Bob becomes somebody else: he and alice, Northgate's primary user, hear of it; mallory's firm does not."""
    for name in ("alice", "bob", "carol", "mallory"):
        User.objects.filter(pk=world.users[name].pk).update(email=f"{name}@example.com", language="en")
    party = Party.unscoped.create(
        firm_id=world["F200002"].firm_id, practice_id=world["F200002"].practice_id, legal_name="Other, Person"
    )
    page = reverse("admin:accounts_user_change", args=[world.users["bob"].pk])
    form = {"first_name": "", "last_name": "", "email": "bob@example.com", "language": "en"}

    answers = [office.post(page, {**form, "party": one}, follow=True) for one in (party.pk, party.pk)]

    assert User.objects.get(username="bob").party_id == party.pk, answers[0].content.decode()
    told = OutboxMessage.unscoped.filter(natural_key__startswith="party changed").order_by("recipient")
    assert list(told.values_list("recipient", flat=True)) == ["alice@example.com", "bob@example.com"]
    assert "whose sign-in bob is" in told[0].body and "Other, Person" in told[0].body


def test_a_firm_reads_no_name_of_another_firms_people(office, world):
    """Bob becomes one of Southbank's people: Northgate's head reads no name of theirs."""
    for name in ("alice", "bob", "mallory"):
        User.objects.filter(pk=world.users[name].pk).update(email=f"{name}@example.com", language="en")
    former = Party.unscoped.create(
        firm_id=world["F200002"].firm_id, practice_id=world["F200002"].practice_id, legal_name="Former, Person"
    )
    User.objects.filter(pk=world.users["bob"].pk).update(party=former)
    party = Party.unscoped.create(
        firm_id=world["F900001"].firm_id, practice_id=world["F900001"].practice_id, legal_name="Secret, Nora"
    )
    page = reverse("admin:accounts_user_change", args=[world.users["bob"].pk])
    form = {"first_name": "", "last_name": "", "email": "bob@example.com", "language": "en", "party": party.pk}
    office.post(page, form)

    owed = OutboxMessage.unscoped.filter(natural_key__startswith="party changed")
    told = dict(owed.values_list("recipient", "body"))
    assert set(told) == {"alice@example.com", "bob@example.com", "mallory@example.com"}
    assert former.legal_name in told["alice@example.com"] and "Secret" not in told["alice@example.com"]
    assert "Secret, Nora" in told["mallory@example.com"] and former.legal_name not in told["mallory@example.com"]
