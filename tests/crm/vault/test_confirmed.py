"""A borrowed session with a storage password, or with a code from a drawer, decides over no keys."""

import pytest
from django.test import Client

from crm.vault.models import Epoch, Grant, Member
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import HOME, begun, colleague, words
from tests.world import PASSWORD as SIGN_IN


@pytest.fixture
def stage(world, browse):
    colleague(world)
    code, *sheets = begun(browse("alice"))
    begun(browse("abel"), OTHER_PASSWORD)
    member = Member.unscoped.get(user=world.users["abel"])
    place = f"{HOME}members/{member.pk}/"
    new = {"storage_password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    return {
        "recover": (HOME + "recover/", {**new, "code": code}, "Make a new storage password"),
        "sheets": (HOME + "sheets/", {**new, "sheet_1": sheets[0], "sheet_2": sheets[2]}, "two of the practice"),
        "admit": (place, {"words": words(browse("alice").get(place)), "storage_password": PASSWORD}, "Let abel into"),
        "out": (place + "out/", {"storage_password": PASSWORD}, "Take abel out"),
    }


def keys():
    """Every row that says who opens what."""
    return [list(rows.unscoped.order_by("pk").values_list()) for rows in (Member, Grant, Epoch)]


@pytest.mark.parametrize("task", ["recover", "sheets", "admit", "out"])
def test_without_the_proof_nothing_moves(world, stage, task):
    place, said, sentence = stage[task]
    before = keys()
    borrowed = Client()
    borrowed.force_login(world.users["alice"])
    answer = borrowed.post(place, said)
    assert answer.status_code == 403 and sentence in answer.content.decode()
    assert "no-store" in answer["Cache-Control"], "what was typed is carried along in this one page"
    assert keys() == before
    assert borrowed.post(place, {**said, "_password": SIGN_IN}).status_code in (200, 302)
    assert keys() != before
