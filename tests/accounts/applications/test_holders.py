"""How old a holder must be (APP-3, 1.1): 18 for a cash account, 21 for any other and for an advisor's master."""

from datetime import date

import pytest

from accounts.ground.applications import actions
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind, Practice
from accounts.ground.tree.rules import TreeProblem, age_on
from tests.accounts.applications.test_applications import ADVISOR, CLIENT, api, both
from tests.house.written import fingerprint_of_rows

BORN = date(2008, 3, 2)


def start(world, day, **more):
    fields = {"kind": Kind.CLIENT, "title": "Amsel, Ida", "base_currency": "USD", "customer_type": "Individual", **more}
    return actions.start(parent=world["F100001"], number="U5000001", holder_born_on=BORN, day=day, **fields)


def test_app3_nobody_below_eighteen_and_cash_alone_below_twenty_one(world):
    with pytest.raises(TreeProblem, match="at least 18 years old"):
        start(world, date(2026, 3, 1), margin_kind="cash")
    with pytest.raises(TreeProblem, match="below 21 years can have a cash account only"):
        start(world, date(2026, 3, 2), margin_kind="margin")
    with pytest.raises(TreeProblem, match="cash account only"):
        start(world, date(2029, 3, 1), margin_kind="portfolio")
    assert not Account.unscoped.filter(number="U5000001").exists()

    assert start(world, date(2026, 3, 2), margin_kind="cash").holder_born_on == BORN


def test_app3_on_the_twenty_first_birthday_margin_is_open(world):
    assert start(world, date(2029, 3, 2), margin_kind="margin").margin_kind == "margin"


@pytest.mark.parametrize(("day", "age"), [(date(2026, 2, 28), 17), (date(2026, 3, 1), 18)])
def test_who_was_born_on_a_leap_day_is_older_on_the_first_of_march(day, age):
    assert age_on(date(2008, 2, 29), day) == age


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"holder_born_on": ""}, "date of birth is needed"),
        ({"customer_type": "Joint", "holder_born_on": ""}, "date of birth is needed"),
        ({"holder_born_on": "2019-01-01"}, "at least 18 years old"),
        ({"holder_born_on": "2999-01-01"}, "lies in the future"),
        ({"customer_type": "UGMA/UTMA"}, "An account for a minor is a cash account"),
    ],
)
def test_page_and_api_refuse_in_words_and_nothing_moves(browse, world, more, words):
    wish = {**CLIENT, **more}
    (page, answer), stands = both(browse, "bob", {**wish, "holder_born_on": wish["holder_born_on"]})
    if not wish["holder_born_on"]:
        answer = api(browse("bob"), "applications/", {**wish, "holder_born_on": None})

    assert (page.status_code, answer.status_code) == (422, 400)
    assert words in page.content.decode()
    assert words in answer.json()["errors"]["tree"][0]
    assert stands


def test_an_organisation_and_a_custodian_are_asked_for_no_birthday(browse, world):
    for number, kind, margin in (("U5000001", "LLC", "margin"), ("U5000002", "UGMA/UTMA", "cash")):
        wish = {**CLIENT, "number": number, "customer_type": kind, "margin_kind": margin, "holder_born_on": ""}
        assert browse("bob").post("/applications/new/", wish).status_code == 302


def test_an_advisor_is_a_company_or_a_person_of_twenty_one(browse, world):
    person = {name: value for name, value in ADVISOR.items() if name != "is_organisation"}
    paths = {"page": "/applications/second-level/", "path": "second-levels/"}
    for more, words in (({}, "date of birth is needed"), ({"born_on": "2019-01-01"}, "at least 21 years old")):
        wish = {**person, "is_registered": True, **more}
        page, stands = browse("alice").post(paths["page"], wish), fingerprint_of_rows()
        answer = api(browse("alice"), paths["path"], {**wish, "is_organisation": False})
        stands = stands == fingerprint_of_rows()
        assert (page.status_code, answer.status_code, stands) == (422, 400, True)
        assert words in page.content.decode()

    assert browse("alice").post(paths["page"], {**person, "born_on": "1980-05-17"}).status_code == 302
    assert Account.unscoped.get(number="F200009").holder_born_on == date(1980, 5, 17)


def test_a_firm_is_no_minors(world):
    before = Practice.unscoped.count()
    with pytest.raises(TreeProblem, match="at least 21"):
        tree.create_firm(
            name="Young", number="F700001", base_currency="USD", is_organisation=False, born_on=BORN,
            day=date(2029, 3, 1),
        )  # fmt: skip
    assert Practice.unscoped.count() == before
