"""The Flex web service over real HTTP: two steps, error codes, patience, throttling, and a token that stays ours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.broker.feed import web_service
from accounts.broker.service import actions
from accounts.broker.service.models import FlexQuery
from accounts.broker.service.sealing import TokenLost, seal, unseal
from accounts.ground.trail.models import TrailEntry
from tests.broker.flex import document, nav, statement
from tests.broker.service.flex_server import ACCEPTED, error, serving

pytestmark = pytest.mark.django_db

TOKEN = "4711token0815"
GOOD = document(statement(nav("100")))
AT = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)  # a Tuesday, 09:00 in New York


@pytest.fixture
def broker(settings, monkeypatch):
    monkeypatch.setattr(web_service, "WAITS", dict.fromkeys(web_service.WAITS, 0))
    with serving() as server:
        settings.FLEX_SERVICE_URL = server.address
        yield server


@pytest.fixture
def query(world):
    one = FlexQuery(name="Daily", query_id="55", fetch_at=time(6))
    return actions.keep(query=one, token=TOKEN)


def fetch(query, folder, at=AT):
    return actions.fetch_query(query=query, into=folder, at=at)


def test_the_statement_comes_in_two_steps(broker, query, tmp_path):
    broker.answers = [ACCEPTED, GOOD]

    path = fetch(query, tmp_path)

    assert path.read_bytes() == GOOD
    assert [address for address, _agent in broker.asked] == [
        f"/flex/SendRequest?t={TOKEN}&q=55&v=3",
        f"/flex/GetStatement?t={TOKEN}&q=777&v=3",
    ]
    assert all(agent == "advisor-portal" for _address, agent in broker.asked)
    query.refresh_from_db(from_queryset=FlexQuery.unscoped.all())
    assert (query.settled_on, query.last_words) == (date(2026, 3, 3), "")


def test_heavy_load_and_a_statement_in_the_making_are_waited_for(broker, query, tmp_path):
    broker.answers = [error(1009), error(1018), ACCEPTED, error(1019), error(1019), GOOD]

    assert fetch(query, tmp_path).read_bytes() == GOOD
    assert len(broker.asked) == 6


def test_after_five_tries_it_gives_up(broker, query, tmp_path):
    broker.answers = [error(1018)] * 9

    with pytest.raises(actions.ServiceProblem, match="1018"):
        fetch(query, tmp_path)
    assert len(broker.asked) == 5


@pytest.mark.parametrize("code", [1004, 1005, 1006, 1007, 1008, 1021])
def test_data_that_are_not_ready_are_tried_again_later(broker, query, tmp_path, code):
    broker.answers = [error(code)]

    with pytest.raises(actions.ServiceProblem):
        fetch(query, tmp_path)

    query.refresh_from_db(from_queryset=FlexQuery.unscoped.all())
    assert query.next_at == AT + timedelta(minutes=30)
    assert query.settled_on is None
    assert actions.due(at=AT + timedelta(minutes=29), day=date(2026, 3, 3)) == []
    assert actions.due(at=AT + timedelta(minutes=30), day=date(2026, 3, 3)) == [query]


@pytest.mark.parametrize("code", [1003, 1011, 1012, 1013, 1014, 1015, 1016, 1017, 1020, 1999])
def test_what_no_patience_mends_is_said_and_not_tried_again_that_day(broker, query, tmp_path, code):
    broker.answers = [error(code)]

    with pytest.raises(actions.ServiceProblem, match=str(code)):
        fetch(query, tmp_path)

    query.refresh_from_db(from_queryset=FlexQuery.unscoped.all())
    assert len(broker.asked) == 1
    assert str(code) in query.last_words
    assert actions.due(at=AT, day=date(2026, 3, 3)) == []
    assert actions.due(at=AT + timedelta(days=1), day=date(2026, 3, 4)) == [query]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no xml",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><FlexStatementResponse><Status>Success</Status></FlexStatementResponse>",
        b"<FlexStatementResponse><Status>Success</Status><ReferenceCode>../x</ReferenceCode></FlexStatementResponse>",
        (302, {"Location": "http://127.0.0.1:9/steal"}),
        (503, {}),
    ],
)
def test_a_strange_answer_leaves_no_file_and_no_token_behind(broker, query, tmp_path, answer, caplog):
    broker.answers = [answer]

    with pytest.raises(actions.ServiceProblem) as caught:
        fetch(query, tmp_path)

    query.refresh_from_db(from_queryset=FlexQuery.unscoped.all())
    assert list(tmp_path.iterdir()) == []
    assert len(broker.asked) == 1
    assert TOKEN not in str(caught.value) + query.last_words + caplog.text


@pytest.mark.parametrize("address", ["http://example.com/flex", "ftp://127.0.0.1/", "file:///etc/passwd", "//x"])
def test_the_token_never_travels_in_the_clear(query, tmp_path, settings, address):
    settings.FLEX_SERVICE_URL = address

    with pytest.raises(actions.ServiceProblem, match="https"):
        fetch(query, tmp_path)


def test_a_query_is_asked_for_once_a_minute(query):
    actions.claim(query=query, at=AT)
    with pytest.raises(actions.ServiceProblem):
        actions.claim(query=query, at=AT + timedelta(seconds=59))
    actions.claim(query=query, at=AT + timedelta(seconds=60))


def test_it_is_due_from_its_hour_in_new_york_once_a_day(query):
    day = date(2026, 3, 3)
    before = datetime(2026, 3, 3, 10, 59, tzinfo=UTC)  # 05:59

    assert actions.due(at=before, day=day) == []
    assert actions.due(at=before + timedelta(minutes=1), day=day) == [query]
    FlexQuery.unscoped.update(settled_on=day)
    assert actions.due(at=AT, day=day) == []
    FlexQuery.unscoped.update(settled_on=None, is_enabled=False)
    assert actions.due(at=AT, day=day) == []


def test_the_token_is_stored_sealed_and_the_trail_says_only_that_it_changed(query):
    with connection.cursor() as cursor:
        cursor.execute("SELECT token_sealed FROM broker_flexquery")
        stored = cursor.fetchone()[0]

    assert TOKEN not in stored
    assert unseal(stored) == TOKEN
    assert seal(TOKEN) != seal(TOKEN)
    told = str(list(TrailEntry.unscoped.filter(table="broker_flexquery").values_list("old", "new")))
    assert "(secret)" in told
    assert TOKEN not in told
    assert stored not in told


def test_with_another_secret_key_the_token_has_to_be_entered_again(query, settings, tmp_path):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"
    assert unseal(query.token_sealed) == TOKEN
    settings.SECRET_KEY_FALLBACKS = []

    with pytest.raises(TokenLost):
        unseal(query.token_sealed)
    with pytest.raises(actions.ServiceProblem, match="enter it again"):
        fetch(query, tmp_path)


@pytest.mark.parametrize(
    ("number", "token"), [("5a", TOKEN), ("", TOKEN), ("../5", TOKEN), ("5", "short"), ("5", "a b c d e f")]
)
def test_what_is_no_query_or_no_token_is_not_kept(world, number, token):
    with pytest.raises(actions.ServiceProblem):
        actions.keep(query=FlexQuery(name="x", query_id=number, fetch_at=time(6)), token=token)
    assert FlexQuery.unscoped.count() == 0


@pytest.mark.parametrize("role", ["portal_web", "portal_worker", "portal_night"])
def test_no_other_login_reads_queries(query, as_role, role):
    with pytest.raises(DatabaseError), transaction.atomic(), as_role(role), connection.cursor() as cursor:
        cursor.execute("SELECT token_sealed FROM broker_flexquery")
