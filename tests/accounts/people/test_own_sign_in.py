"""The second wall around sign-ins: what pages may write of one, and of whose."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.ground.access.context import enter
from accounts.ground.people.models import User
from tests.world import PASSWORD


def written(world, person, columns, whose):
    """How many rows the pages' login changed in a person's name; None when it was refused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE portal_web")
            if person:
                enter(world.users[person].pk)
            cursor.execute(f"UPDATE accounts_user SET {columns} WHERE username = %s", [whose])
            done = cursor.rowcount
            transaction.set_rollback(True)
            return done
    except DatabaseError:
        return None


@pytest.mark.parametrize(
    "columns",
    ["password = 'x'", "email = 'thief@evil.test'", "theme = 'dark'", "last_login = now()", "language = 'ru'"],
)
@pytest.mark.parametrize("whose", ["olga", "alice", "chidi", "carol", "mallory"])
def test_nobody_writes_somebody_elses_sign_in(world, columns, whose):
    assert written(world, "bob", columns, whose) is None


@pytest.mark.parametrize("columns", ["is_staff = true", "is_superuser = true", "is_active = true", "username = 'x'"])
@pytest.mark.parametrize(("person", "whose"), [("bob", "olga"), ("bob", "bob"), ("olga", "bob"), ("", "dora")])
def test_pages_write_no_flags_and_no_names(world, person, whose, columns):
    assert written(world, person, columns, whose) is None


def test_one_writes_ones_own_and_the_door_writes_a_password(world):
    assert written(world, "bob", "password = 'x', theme = 'dark', language = 'ru'", "bob") == 1
    assert written(world, "", "password = 'x', last_login = now()", "bob") == 1


def test_a_manager_corrects_a_users_name_but_not_the_password(world):
    assert written(world, "alice", "first_name = 'Tess'", "tess") == 1
    assert written(world, "alice", "password = 'x'", "tess") is None
    assert written(world, "tess", "first_name = 'x'", "vera") is None


def test_the_own_password_is_changed_through_the_page(world, browse):
    alice = browse("alice")
    form = {"oldpassword": PASSWORD, "password1": "another long pass phrase", "password2": "another long pass phrase"}

    assert alice.post("/sign-in/password/change/", form).status_code == 302

    world.users["alice"].refresh_from_db()
    assert world.users["alice"].check_password("another long pass phrase")


@pytest.mark.parametrize("name", ["\u0456ris", "al\u0131ce", "bob\u200b", "ol ga", "\uff41lice", ""])
def test_names_are_of_plain_letters(world, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        User(username=name).save()


def test_the_back_office_says_so_on_its_form(office):
    page = office.post("/office/accounts/user/add/", {"username": "\u0456ris.office", "language": "en"})

    assert page.status_code == 422
    assert "unaccented" in page.content.decode()
    assert not User.objects.filter(username__endswith="ris.office").exists()
