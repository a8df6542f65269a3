"""Links ask for a second proof, write to each side, and end when nobody answers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.linkage import actions
from accounts.ground.linkage.models import Linkage, LinkState
from accounts.ground.linkage.telling import tell
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request, RequestStatus
from accounts.ground.tree.models import Account
from portal.lapsing import lapse_due
from portal.structure.moves import carry_out_due
from tests.accounts.linkage.test_links import FRIDAY, LAKESIDE, THURSDAY, link
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

SURE = {"_password": PASSWORD}


@pytest.fixture
def movable(world):
    Account.unscoped.filter(kind="client").update(customer_type="Individual")
    for name, user in world.users.items():
        user.email = f"{name}@example.test"
        user.save(update_fields=["email"])
    return world


def letters():
    """Who was written to, and about what; the oldest first."""
    rows = OutboxMessage.unscoped.filter(natural_key__startswith="link ").order_by("created_at", "natural_key")
    return [(row.recipient.split("@")[0], row.subject) for row in rows]


def moved(before):
    return [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE]


@pytest.mark.parametrize("api", [False, True])
def test_asking_and_answering_take_the_password(browse, movable, api):
    body = {"content_type": "application/json"} if api else {}
    ask = "/api/v1/accounts/U1000001/link/" if api else "/links/ask/U1000001/"
    before = fingerprint_of_rows()
    assert browse("ana").post(ask, LAKESIDE, **body).status_code == 403
    assert moved(before) == [] and not Linkage.unscoped.exists()

    if api:
        asked = browse("ana").post(ask, LAKESIDE, **body, headers={"Confirm-Password": PASSWORD})
    else:
        asked = browse("ana").post(ask, {**LAKESIDE, **SURE})
    assert asked.status_code in (201, 302)
    made = Linkage.unscoped.get()
    answer = f"/api/v1/links/{made.pk}/decision/" if api else f"/links/{made.pk}/decision/"
    said = {"accept": True} if api else {"answer": "accept"}
    assert browse("carol").post(answer, said, **body).status_code == 403
    made.refresh_from_db()
    assert made.state == LinkState.ASKED


@pytest.mark.parametrize("accept", [True, False])
def test_an_advisor_of_another_firm_answers_and_both_firms_are_written_to(browse, movable, accept):
    link(movable, "nina", "U9000001", accept=False)
    made = Linkage.unscoped.get()

    answer = {"answer": "accept" if accept else "reject", **SURE}
    assert browse("carol").post(f"/links/{made.pk}/decision/", answer).status_code == 302

    made.refresh_from_db()
    assert made.state == (LinkState.ACCEPTED if accept else LinkState.REJECTED)
    told = {"nina", "mallory"} if accept else {"nina"}
    assert {who for who, _subject in letters()} - {"carol"} == told


def test_each_side_is_written_to_and_the_mail_names_no_person(movable):
    link(movable, "chidi", "U2000001", accept=False)
    assert letters() == [("carol", "An account asks to be linked to you")]

    made = Linkage.unscoped.get()
    with acting(movable.users["carol"].pk):
        actions.decide(link=made, accept=True, by=movable.users["carol"].pk, at=THURSDAY)
    assert sorted(letters()[1:]) == [
        ("bob", "An account of yours goes to another advisor"),
        ("chidi", "Your link was accepted"),
    ]

    carry_out_due(at=FRIDAY)
    ended = sorted(letters()[3:])
    assert ended == [(name, "A link has taken effect") for name in ("bob", "carol", "chidi")]
    for row in OutboxMessage.unscoped.filter(natural_key__startswith="link "):
        assert "Plover" not in row.body and "U2000001" in row.body and "/links/" in row.body


def test_nobody_is_told_twice(movable):
    made = link(movable, "chidi", "U2000001")
    before = letters()
    tell(made)

    assert letters() == before


def test_a_link_nobody_answers_ends_after_thirty_days(browse, movable):
    made = link(movable, "chidi", "U2000001", accept=False)
    asked = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)

    assert lapse_due(at=asked + timedelta(days=30, seconds=-1))["links"] == 0
    assert lapse_due(at=asked + timedelta(days=30))["links"] == 1
    assert lapse_due(at=asked + timedelta(days=31))["links"] == 0

    made.refresh_from_db()
    assert made.state == LinkState.EXPIRED
    assert Request.unscoped.get(kind="linkage").status == RequestStatus.EXPIRED
    assert sorted(letters()[1:]) == [
        ("carol", "A link that you were asked for has expired"),
        ("chidi", "Your link was not answered"),
    ]
    assert "Expired unanswered" in browse("carol").get("/links/").content.decode()
    answer = {"answer": "accept", **SURE}
    assert browse("carol").post(f"/links/{made.pk}/decision/", answer).status_code == 409
    assert carry_out_due(at=FRIDAY + timedelta(days=70)) == {"done": 0, "failed": 0}
    assert Account.unscoped.get(number="U2000001").practice_id == movable["F200002"].practice_id


def test_an_answer_after_the_term_is_refused_before_the_clock_has_come_round(browse, movable):
    made = link(movable, "chidi", "U2000001", accept=False, at=timezone.now() - timedelta(days=30))

    answer = browse("carol").post(f"/links/{made.pk}/decision/", {"answer": "accept", **SURE})

    made.refresh_from_db()
    assert (answer.status_code, made.state) == (409, LinkState.ASKED)
