"""Mails to clients wear their practice's name and colour, whatever host name was asked for."""

import pytest
from django.conf import settings
from django.core import mail
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.outbox.actions import deliver_due, owe_people
from accounts.ground.tree.models import Practice
from tests.desk.brand.test_colours import HOST, saved

pytestmark = pytest.mark.django_db
RESET = "/sign-in/password/reset/"


@pytest.fixture
def branded(world):
    for name, user in world.users.items():
        user.email = f"{name}@example.test"
        user.save(update_fields=["email"])
    saved(world, "bob", colour="#1f4e79", host=HOST)
    return world


def delivered(*users):
    if users:
        owe_people(
            users=[user.pk for user in users], subject="Hello", text="Read <it> & weep", said={}, path="/approvals/",
            natural_key="letter", firm_id=None,
        )  # fmt: skip
    assert deliver_due(at=timezone.now()) > 0
    return {one.to[0].split("@")[0]: one for one in mail.outbox}


def test_clients_are_written_to_under_their_practices_name_and_colour(branded):
    told = delivered(*(branded.users[name] for name in ("chidi", "bob", "alice", "ana", "sam")))

    letter = told["chidi"]
    assert letter.from_email == "bob & co <portal@localhost>"
    assert letter.body == f"Read <it> & weep\n\n{settings.PUBLIC_URL}/approvals/\n\nbob & co\n"
    ((page, kind),) = letter.alternatives
    assert kind == "text/html"
    assert 'bgcolor="#1f4e79"' in page
    assert "bob &amp; co" in page
    assert "Read &lt;it&gt; &amp; weep" in page
    assert f'href="{settings.PUBLIC_URL}/approvals/"' in page
    assert 'lang="en"' in page
    assert "style=" not in page
    for name in ("bob", "alice", "ana", "sam"):
        assert told[name].from_email == settings.DEFAULT_FROM_EMAIL, name
        assert "bob & co" not in told[name].body
        assert not getattr(told[name], "alternatives", [])


def test_a_firms_brand_reaches_second_levels_without_one_and_stl_groups(branded):
    saved(branded, "alice", colour="#14532d")
    told = delivered(*(branded.users[name] for name in ("chidi", "dana", "sam", "carol")))

    senders = {name: one.from_email.partition("<")[0].strip(' "') for name, one in told.items()}
    assert senders == {"chidi": "bob & co", "dana": "alice & co", "sam": "alice & co", "carol": "Advisor Portal"}


def test_an_advisor_that_is_not_registered_has_no_brand_in_mail(branded):
    Practice.unscoped.filter(pk=branded["F200002"].practice_id).update(is_registered=False)

    assert delivered(branded.users["chidi"])["chidi"].from_email == settings.DEFAULT_FROM_EMAIL


@pytest.mark.parametrize("name", ["ana", "chidi"])
def test_the_host_that_was_asked_decides_nothing_in_a_mail(branded, client, settings, name):
    """Ana is no client of Bright's: asking on Bright's host must not write to her in its name, or link to it."""
    settings.ALLOWED_HOSTS = ["testserver", HOST]

    assert client.post(RESET, {"email": f"{name}@example.test"}, headers={"host": HOST}).status_code == 302

    letter = delivered()[name]
    assert f"{settings.PUBLIC_URL}/sign-in/" in letter.body
    assert HOST not in f"{letter.subject} {letter.body} {letter.from_email}"
    assert ("bob & co" in f"{letter.from_email} {letter.body}") is (name == "chidi")


def test_a_host_that_is_not_ours_is_refused_and_writes_nothing(branded, client):
    assert client.post(RESET, {"email": "chidi@example.test"}, headers={"host": "evil.example"}).status_code == 400
    assert deliver_due(at=timezone.now()) == 0


def test_pages_cannot_ask_whose_brand_a_person_wears(branded):
    with as_role("default"), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cur:
        cur.execute("SELECT * FROM desk_brand_of_person(%s, NULL, now())", [branded.users["chidi"].pk])
