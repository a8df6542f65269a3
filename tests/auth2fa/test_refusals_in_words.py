"""Who sees an account but may not do this with it reads the rule, on pages and in problem details (403, not 404)."""

from html import unescape

import pytest

from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows

CLOSE = {"status": "C"}
ONLY_SECOND_OPENS = "Only second-level advisors open, move and close their clients."

# Person, page and API address, what is sent, and the sentence of the three-level rules.
CASES = [
    (
        "alice",
        "/applications/U2000001/status/",
        "/api/v1/accounts/U2000001/status/",
        {"status": "C"},
        ONLY_SECOND_OPENS,
    ),
    (
        "bob",
        "/accounts/F200002/products/change/",
        "/api/v1/accounts/F200002/products/set/",
        {"permissions": []},
        "Products are granted by the level above.",
    ),
    (
        "bob",
        "/accounts/F200002/restrictions/add/",
        "/api/v1/accounts/F200002/restrictions/add/",
        {"reason": "x"},
        "A master account is a shell for allocation, fees and reports; it holds no positions.",
    ),
    (
        "ana",
        "/applications/second-level/",
        "/api/v1/second-levels/",
        {},
        "The advisor opens, moves and closes accounts; what is the owner's to decide waits for the owner.",
    ),
    ("suki", "/settings/users/", "/api/v1/users/", None, "STL sub accounts cannot add users."),
    ("chidi", "/settings/brand/", "/api/v1/brand/", None, "White branding is open to advisors."),
    ("tess", "/accounts/", "/api/v1/accounts/", None, "Your user was not given this function: View accounts."),
    ("vera", "/settings/users/", "/api/v1/users/", None, "Your user was not given this function"),
]


@pytest.mark.parametrize(("name", "page", "api", "said", "words"), CASES, ids=lambda one: str(one)[:40])
def test_the_rule_stands_on_the_page_and_in_the_problem(browse, world, name, page, api, said, words):
    before = fingerprint_of_rows()
    client = browse(name)
    shown = client.get(page) if said is None else client.post(page, said)
    told = client.get(api) if said is None else client.post(api, said, content_type="application/json")

    assert (shown.status_code, told.status_code) == (403, 403), (page, api)
    assert words in unescape(shown.content.decode())
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.json()["title"] == "Not allowed"
    assert told.json()["detail"].startswith(words)
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []


def test_the_words_come_in_the_readers_language(browse, world):
    client = browse("alice")
    client.post("/language/", {"language": "ru", "next": "/accounts/"})
    world.users["alice"].refresh_from_db()

    told = client.post("/api/v1/accounts/U2000001/status/", CLOSE, content_type="application/json")

    assert (told.status_code, told.json()["title"]) == (403, "Не разрешено")
    assert "второго уровня" in told.json()["detail"]


def test_a_hidden_account_has_no_rule_to_read(browse, world):
    for name in ("bob", "ana", "mallory"):
        answer = browse(name).post("/applications/U1000002/status/", {"status": "C"})
        assert answer.status_code in (403, 404)
        assert "Kestrel" not in answer.content.decode()
    told = browse("bob").post("/api/v1/accounts/U1000002/status/", {"status": "C"}, content_type="application/json")
    assert (told.status_code, "detail" in told.json()) == (404, False)
