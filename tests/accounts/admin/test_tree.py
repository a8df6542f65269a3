"""Firms, second levels and accounts are made by the tree's own actions: same rules, same words."""

import pytest
from django.urls import reverse

from accounts.ground.trail.models import Event
from accounts.ground.tree.models import Account, Firm, Practice

COMPANY = {"is_registered": "on", "is_organisation": "on"}
FIRM = {"name": "Eastgate", "number": "F700001", "base_currency": "CHF", "is_professional": "on", **COMPANY}
PERSON = {"customer_type": "Individual", "holder_born_on": "1980-05-17"}


def add(office, model, form):
    return office.post(reverse(f"admin:accounts_{model}_add"), form)


def test_a_firm_comes_with_its_practice_and_master(office, world):
    answer = add(office, "firm", FIRM)

    firm = Firm.unscoped.get(name="Eastgate")
    master = Account.unscoped.get(number="F700001")
    assert answer.status_code == 302
    assert (master.firm_id, master.kind, master.status) == (firm.pk, "top_master", "O")
    assert Practice.unscoped.get(firm=firm).level == 1


def test_a_second_level_stands_below_its_firm(office, world):
    firm = world["F100001"].firm_id

    wish = {"firm": firm, "name": "Harbour", "number": "F200009", "base_currency": "USD"}
    add(office, "practice", {**wish, **COMPANY})

    master = Account.unscoped.get(number="F200009")
    assert (master.parent_id, master.kind, master.practice.level) == (world["F100001"].pk, "second_master", 2)


def test_the_trees_words_stand_on_the_form(office, world):
    Firm.unscoped.filter(pk=world["F100001"].firm_id).update(is_registered=False)

    answer = add(
        office,
        "practice",
        {"firm": world["F100001"].firm_id, "name": "Harbour", "number": "F200009", "base_currency": "USD"},
    )

    assert answer.status_code == 422
    assert "Only a registered advisor can have second-level advisors" in answer.content.decode()
    assert not Practice.unscoped.filter(name="Harbour").exists()


@pytest.mark.parametrize(
    ("parent", "kind", "number", "words"),
    [
        ("U1000001", "client", "U5550001", "This kind of account cannot stand there"),
        ("F200002", "stl_master", "I5550001", "Maximum of three levels"),
        ("F100001", "client", "U1000001", "There is an account with this number already"),
        ("F100001", "client", "X1", "Invalid account id"),
        ("F100001", "top_master", "F5550001", "Select a valid choice"),
    ],
)
def test_what_the_tree_does_not_allow_is_not_made(office, world, parent, kind, number, words):
    before = Account.unscoped.count()
    form = {"parent": world[parent].pk, "kind": kind, "number": number, "title": "New", "base_currency": "USD"}

    answer = add(office, "account", {**form, **PERSON, "margin_kind": "margin"})

    assert words in answer.content.decode()
    assert Account.unscoped.count() == before


def test_a_holder_is_of_age_here_too(office, world):
    young = {**FIRM, "is_organisation": "", "born_on": "2019-01-01"}
    form = {"parent": world["F200002"].pk, "kind": "client", "number": "U5550001", "title": "Lund, Eva", **PERSON}
    child = {**form, "base_currency": "USD", "margin_kind": "cash", "holder_born_on": "2019-01-01"}
    dragon = {**form, "base_currency": "USD", "margin_kind": "cash", "customer_type": "Dragon"}
    before = Account.unscoped.count()

    for model, wish, words in (
        ("firm", young, "at least 21 years old"),
        ("account", child, "at least 18 years old"),
        ("account", dragon, "Select a valid choice"),
    ):
        assert words in add(office, model, wish).content.decode()

    assert Account.unscoped.count() == before


def test_an_account_goes_its_way_and_leaves_events(office, world):
    form = {"parent": world["F200002"].pk, "kind": "client", "number": "U5550001", "title": "Lund, Eva"}
    add(office, "account", {**form, **PERSON, "base_currency": "USD", "margin_kind": "cash"})
    account = Account.unscoped.get(number="U5550001")
    address = reverse("admin:accounts_account_changelist")

    for action in ("become_P", "become_O"):
        office.post(address, {"action": action, "_selected_action": [account.pk], "index": "0"})

    account.refresh_from_db()
    assert (account.status, account.level) == ("O", 3)
    assert account.opened_on is not None
    assert Event.unscoped.filter(account=account).count() == 3


def test_a_status_that_may_not_follow_is_named_and_the_others_go_on(office, world):
    rows = [world["U1000001"], world["U1000002"]]
    Account.unscoped.filter(pk=rows[1].pk).update(status="P")

    answer = office.post(
        reverse("admin:accounts_account_changelist"),
        {"action": "become_C", "_selected_action": [row.pk for row in rows], "index": "0"},
        follow=True,
    )

    assert "U1000002: An account that is Pending cannot become Closed" in answer.content.decode()
    assert "1 account is now Closed." in answer.content.decode()
    assert list(Account.unscoped.filter(pk__in=[row.pk for row in rows]).order_by("pk").values_list("status")) == [
        ("C",),
        ("P",),
    ]


def test_a_rows_buttons_are_the_steps_it_can_take(office, world):
    page = reverse("admin:accounts_account_change", args=[world["U1000001"].pk])

    text = office.get(page).content.decode()
    answer = office.post(
        reverse("admin:accounts_account_changelist"),
        {"action": "become_C", "_selected_action": [world["U1000001"].pk], "index": "0", "from_row": "1"},
    )

    assert 'value="become_C"' in text
    assert 'value="become_O"' not in text
    assert answer["Location"] == page
