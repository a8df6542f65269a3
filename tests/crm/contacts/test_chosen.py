"""Whom the lines of a form mean: by key, by title or by some words, in as many questions for many as for few."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.access.context import acting
from crm.contacts.chosen import contact_of, contacts_of
from crm.contacts.models import Contact
from crm.contacts.rules import ContactProblem
from crm.vault.sealed import Opened


@pytest.fixture
def vault(world):
    """Alice's; choosing opens nothing."""
    with acting(world.users["alice"].pk) as who:
        yield Opened(ring=None, who=who, row=None)


def named(vault, name, first=""):
    whose = {"firm_id": vault.who.firm_id, "practice_id": vault.who.practice_id}
    moments = dict.fromkeys(("created_at", "changed_at"), timezone.now())
    return Contact.unscoped.create(**whose, name=name, first_name=first, record_sealed=b"", **moments)


def test_a_whole_title_means_that_one_however_many_are_alike(vault):
    wanted = named(vault, "Zander", "Ana")
    for number in range(60):
        named(vault, f"Zander {number}", "Ana")
    assert contact_of(vault, " Zander,  Ana ") == wanted == contact_of(vault, str(wanted.pk))
    with pytest.raises(ContactProblem, match="Which one"):
        contact_of(vault, "zander")
    assert contact_of(vault, "zander 59").name == "Zander 59"
    twin = named(vault, "Zander", "Ana")
    with pytest.raises(ContactProblem, match="Which one"):
        contact_of(vault, "Zander, Ana")
    assert contact_of(vault, str(twin.pk)) == twin


def test_what_means_nobody_is_said_for_each_line(vault):
    ana = named(vault, "Quillmarsh", "Ana")
    assert contact_of(vault, "") is None and contacts_of(vault, "\n \n") == []
    assert contacts_of(vault, ["quillmarsh", str(ana.pk), "Quillmarsh, Ana", "\0"]) == [ana]
    with pytest.raises(ContactProblem) as refused:
        contacts_of(vault, ["Nobody at all", str(uuid4()), "quillmarsh"])
    assert refused.value.problems["contact"].count("No contact of the book matches.") == 2
    with pytest.raises(ContactProblem, match="At most 50"):
        contacts_of(vault, ["x"] * 51)


def test_many_lines_are_looked_for_in_as_many_questions_as_one(vault):
    every = [named(vault, f"Quillmarsh {number}", "Ana") for number in range(20)]

    def asked(lines):
        with CaptureQueriesContext(connection) as found:
            assert len(contacts_of(vault, lines)) == len(lines)
        return len(found)

    words = [f"marsh {one.name.split()[1]} ana" for one in every[10:]]
    whole = [str(every[0].pk), every[1].title]
    assert asked([*whole, words[0]]) == asked([*whole, *words]) == 3
