"""Whatever stands in an address, nothing breaks: odd values in every query of every list, and the shape of refusals."""

import json
from base64 import b64encode, urlsafe_b64encode

import pytest
from django.db import transaction

from accounts.ground.access.gates import OFFICE, SIGNED_IN
from accounts.ground.api_pages import Pages
from portal.lib.jsontext import DEEPEST, parsed
from tests.house.matrix import portal_routes, targets
from tests.house.routes import routes
from tests.house.scenery import dress

NAMES = (
    *("after", "before", "cursor", "limit", "sort", "q", "search", "day", "month", "year", "range", "of", "status"),
    *("state", "kind", "practice", "account", "node", "show", "next", "below", "topic", "topic_id", "format", "lang"),
)
PLAIN = (
    *("\0", "-1", "9" * 30, "1e999999", "NaN", "\u0663", "\ud7ff\ufffe", "'", "9999-12-31", "0001-01-01", "a" * 5000),
    *("--value", "\u202e"),
)
CURSORS = [
    ["1e999999", 1], ["NaN", 1], ["0001-01-01T00:00:00+23:59", 1], ["9999-12-31T23:59:59-23:59", 1],
    ["2026-01-01", "x"],
    ["a", 10**40], ["a", -(10**20)], ["a\0", 1], ["\ud800", 1], [None, 1], [[1], 1], [{}, 1], [True, False], ["", ""],
    ["a", "00000000-0000-0000-0000-000000000000"], [1, "00000000-0000-0000-0000-000000000000"], ["a"], [], {}, 1,
]  # fmt: skip
API_CURSORS = [
    "p=abc",
    "p=\0",
    "p=NaN",
    "r=1&p=x",
    "p=-1",
    "p=1e999",
    "p=9999-99-99",
    "o=-1&p=1",
    "o=99999999999",
    "p=",
]
CURSOR_QUERIES = [{"after": urlsafe_b64encode(json.dumps(cursor).encode()).decode()} for cursor in CURSORS]
# All names at once: each list reads those that it knows.
QUERIES = [dict.fromkeys(NAMES, value) for value in PLAIN]


@pytest.fixture
def stage(world):
    dress(world)
    return world


def problem_with(client, url, query):
    """What is wrong with the answer, or nothing."""
    with transaction.atomic():
        answer = client.get(url, query)
        transaction.set_rollback(True)
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code >= 500:
        return f"{url} {query!r:.80} broke with {answer.status_code}"
    if url.startswith("/api/v1/") and answer.status_code >= 400 and kind != "application/problem+json":
        return f"{url} {query!r:.80} answered {answer.status_code} as {kind}"
    return ""


def lists(gate):
    """Addresses without parameters, by kind of gate."""
    return [
        route.url()
        for route in (portal_routes() if gate != OFFICE else routes())
        if not route.parameters and (route.gate.right == OFFICE.right) == (gate == OFFICE) and "<" not in route.template
    ]


def sorts_of(client, url):
    """The orders that a list offers on its page."""
    text = client.get(url).content.decode("utf-8", "replace")
    return sorted({part.split("&")[0].split('"')[0] for part in text.split("sort=")[1:]})[:20]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "every"), [("alice", 1), ("ana", 4)])
def test_no_query_of_a_list_breaks_anything(stage, browse, name, every):
    client = browse(name)
    problems = [problem_with(client, url, query) for url in lists(SIGNED_IN) for query in QUERIES[::every]]

    assert [one for one in problems if one] == []
    assert len(problems) > 100


@pytest.mark.slow
def test_no_cursor_breaks_a_list_in_any_order(stage, browse):
    client = browse("alice")
    problems = []
    for url in ("/accounts/", "/fees/", "/pending/", "/notifications/", "/structure/", "/messages/", "/statements/"):
        for place, sort in enumerate(sorts_of(client, url) or [""]):
            # Every column reads every cursor in one direction; the other direction reads it in the same way.
            if not (sort.startswith("-") and place):
                problems += [problem_with(client, url, {"sort": sort, **query}) for query in CURSOR_QUERIES]

    assert [one for one in problems if one] == []
    assert len(problems) > 100


def test_no_cursor_of_the_api_breaks_a_list(stage, browse):
    client = browse("alice")
    urls = [url for url in lists(SIGNED_IN) if url.startswith("/api/v1/")]
    cursors = [b64encode(text.encode()).decode() for text in API_CURSORS]
    problems = [problem_with(client, url, {"cursor": cursor}) for url in urls for cursor in cursors]

    assert [one for one in problems if one] == []
    assert len(urls) > 3


@pytest.mark.slow
def test_no_query_of_the_back_office_breaks_anything(stage, browse):
    client = browse("olga")
    names = ("q", "p", "o", "e", "all", "user", "account", "day")
    urls = [url for url in lists(OFFICE) if "jsi18n" not in url and "logout" not in url]
    problems = [
        problem_with(client, url, {name: value}) for url in urls for name, value in zip(names * 3, PLAIN, strict=False)
    ]

    assert [one for one in problems if one] == []
    for name, value in (("user", "\0"), ("user", "9" * 30), ("account", "x"), ("party", "-1")):
        assert problem_with(client, "/office/accounts/seat/add/", {name: value}) == ""


@pytest.mark.slow
def test_no_part_of_an_address_breaks_anything(stage, browse):
    client = browse("alice")
    stage.rows.setdefault("job", {})
    odd = [
        "%00",
        "a%00",
        "-1",
        "9" * 30,
        "%D9%A3",
        "%ff",
        "..%2f..",
        "0001-01-01",
        "9999-12-31",
        "%F0%9F%92%A9",
        "\u212a",
    ]
    problems = []
    for route in portal_routes():
        if route.parameters:
            for _number, values in list(targets(stage, route))[:1]:
                for name in values:
                    problems += [problem_with(client, route.url(**{**values, name: value}), {}) for value in odd]

    assert [one for one in problems if one] == []
    assert len(problems) > 50


def test_every_list_of_the_api_reads_its_cursor_by_type():
    pagers = {getattr(getattr(route.view, "cls", None), "pagination_class", None) for route in portal_routes()}

    assert {pager for pager in pagers if pager is not None and not issubclass(pager, Pages)} == set()


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize(
    "path", ["/api/v1/nothing/", "/api/v1/accounts/%00/", "/api/v1/accounts/?search=%00", "/api/v1/accounts/U9000001/"]
)
def test_every_refusal_of_the_api_is_problem_details(browse, path, method):
    answer = getattr(browse("alice"), method)(path)

    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["status"] == answer.status_code


def test_a_form_from_elsewhere_is_refused_in_the_shape_of_the_api(world):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["alice"])

    answer = client.post("/api/v1/accounts/", {}, content_type="application/json")

    assert answer.status_code in (403, 405)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("cookie", ["session", "language", "csrf", "device", "messages"])
def test_no_cookie_breaks_anything(world, client, cookie):
    for value in ('"a\\000bcdefgh"', "../../x", "x" * 5000, '"\\377\\376"'):
        answer = client.get("/sign-in/login/", headers={"cookie": f"{cookie}={value}"})
        assert answer.status_code < 500


def test_a_null_character_in_a_form_is_refused(browse):
    assert browse("alice").post("/seat/", {"seat": "\0"}).status_code == 400
    assert browse("").post("/sign-in/login/", {"login": "a\0", "password": "b"}).status_code == 400


@pytest.mark.parametrize("method", ["delete", "put", "patch", "trace"])
def test_a_page_is_read_or_sent_a_form_and_knows_no_other_method(browse, django_assert_num_queries, method):
    someone = browse("alice")
    for url in ("/", "/accounts/U1000001/", "/office/", "/sign-in/login/", "/nowhere/"):
        with django_assert_num_queries(0):
            answer = getattr(someone, method)(url)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


# What asks for a password first reads the fields to tell what is confirmed.
ASKING = "/api/v1/permission-requests/00000000-0000-0000-0000-000000000000/answer/"


@pytest.mark.parametrize("deep", [DEEPEST + 1, 990, 100_000])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/vault/unlock/", 400), ("/phone/key/", 400), ("/phone/passkey/", 400), ("/phone/open/", 400),
        ("/hooks/codes/", 403), (ASKING, 403),
    ],
)  # fmt: skip
def test_what_is_nested_too_deeply_is_refused_like_any_bad_text(world, browse, settings, path, status, deep):
    settings.CODES_EVENTS_TOPIC = "arn:aws:sns:us-east-1:123456789012:codes"
    alice = browse("alice")
    for body in ("[" * deep + "]" * deep, '{"claim":' * deep + "1" + "}" * deep):
        answer = alice.post(path, body, content_type="application/json")
        assert answer.status_code == status, answer.content[:200]
        if path.startswith("/api/v1/"):
            assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-16", "idna", "no-such"])
def test_json_in_an_odd_character_set_is_refused(world, browse, charset):
    kind = f"application/json; charset={charset}"
    answer = browse("alice").generic("POST", "/api/v1/vault/unlock/", b'{"storage_password": "x"}', content_type=kind)
    assert answer.status_code in (400, 422) and answer["Content-Type"] == "application/problem+json"


def test_what_is_nested_as_people_mean_it_is_read():
    assert parsed("[" * DEEPEST + "]" * DEEPEST)
    for text in ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "[" * 100_000, '{"a":' * 70 + "1" + "}" * 70, "{"):
        with pytest.raises(ValueError, match="deep|Expecting"):
            parsed(text)
