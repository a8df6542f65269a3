"""Accounts of two holders that were on their way before both had to sign, and what pages of before still say."""

from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.desk.applying import behind
from accounts.desk.applying.models import ApplicationTask
from accounts.desk.applying.sql_together import ASKED_OF_SECOND
from accounts.desk.approving import actions
from accounts.ground.access import context
from accounts.ground.access.context import acting
from accounts.ground.tree.models import Account, Status
from tests.desk.applying.filled import PERSON, fill, invited, link_of, sign
from tests.desk.applying.test_office import HEADS, finish, hand_in, press
from tests.desk.applying.test_semi import begun

BOTH = {**PERSON, "second_first": "Leo", "second_last": "Elm", "second_born_on": "1979-01-01"}


def asked_anew():
    """What the migration asks of whoever is on the way; how many tasks it made."""
    with connection.cursor() as cur:
        cur.execute(ASKED_OF_SECOND)
        return cur.rowcount


def test_whoever_was_invited_before_opens_no_joint_account_by_one_hand(world, browse, office):
    application = invited(browse, kind="joint_common")
    second = ApplicationTask.unscoped.filter(application=application, key="second")
    names = [field.attname for field in ApplicationTask._meta.fields if field.attname not in ("id", "place")]
    known = second.values(*names).get()
    second.delete()
    link, client = link_of(application), browse("")
    fill(client, link, person=BOTH)
    assert sign(client, link).status_code == 302
    hand_in(browse, application, "identity", "address")
    finish(office, application, "identity", "address", "review")
    office.post(f"{HEADS}{application.pk}/change/", {"number": "U7700001", "_save": "1"})

    press(office, HEADS, "approve", application)
    application.account.refresh_from_db()
    assert application.account.status == Status.PENDING
    with context.as_role("office"), pytest.raises(actions.ApplicationProblem, match="signed by the second holder"):
        actions.approve(application=application, day=date(2026, 3, 2))

    assert (asked_anew(), asked_anew()) == (1, 0)
    made = second.values(*names).get()
    assert {**made, "started_on": None} == {**known, "started_on": None}
    # Behind everything that was asked before, and of nobody twice.
    assert list(ApplicationTask.unscoped.filter(application=application).order_by("-place")[:1]) == [second.get()]
    assert "Agreement signed by the second holder" in client.get(f"{link}status/").content.decode()
    hand_in(browse, application, "second")
    finish(office, application, "second")
    press(office, HEADS, "approve", application)
    application.account.refresh_from_db()
    assert application.account.status == Status.OPEN


def test_of_one_holder_on_paper_or_once_refused_nobody_else_is_asked(world, browse):
    begun(browse, kind="joint_common")
    invited(browse)
    refused, given_up = (invited(browse, kind="joint_common", email=f"{name}@example.com") for name in ("one", "two"))
    Account.unscoped.filter(pk=refused.account_id).update(status=Status.REJECTED)
    Account.unscoped.filter(pk=given_up.account_id).update(status=Status.ABANDONED)
    ApplicationTask.unscoped.filter(key="second").delete()

    # What was given up may be taken up again.
    assert asked_anew() == 1
    assert ApplicationTask.unscoped.get(key="second").application == given_up


def test_pages_of_before_sign_for_their_one_holder(world, browse, monkeypatch):
    """While an update goes on, some still say neither whose name nor whose age it is."""
    application = invited(browse)
    link, client = link_of(application), browse("")
    fill(client, link)
    facts_of = behind.facts_of
    new = {"name", "youngest"}
    monkeypatch.setattr(behind, "facts_of", lambda one: {k: v for k, v in facts_of(one).items() if k not in new})

    assert sign(client, link).status_code == 302

    application.account.refresh_from_db()
    application.party.refresh_from_db()
    assert (str(application.account.holder_born_on), str(application.party.born_on)) == (PERSON["born_on"],) * 2
    assert application.party.legal_name == application.account.title == "Ruiz, Ana"


def test_pages_are_told_the_names_of_their_own_firm_only(world, as_role):
    own, foreign = (world[number].practice for number in ("F100001", "F900001"))
    with as_role("portal_web"), connection.cursor() as cur, acting(world.users["alice"].pk):
        for practice, name in ((own.pk, own.name), (foreign.pk, None), (0, None)):
            cur.execute("SELECT desk_place_in_firm(%s, now())", [practice])
            assert cur.fetchone() == (name,)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cur.execute("SELECT desk_place_of_practice(%s, now())", [own.pk])
    with as_role("portal_web"), connection.cursor() as cur:
        cur.execute("SELECT desk_place_in_firm(%s, now())", [own.pk])
        assert cur.fetchone() == (None,)
