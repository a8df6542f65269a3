"""Pages in the language nobody speaks: nothing is left unmarked, and longer words fit, also from right to left."""

import re
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from tests.browser import overflow
from tests.crm.vault.people import begun, unlock
from tests.house.matrix import portal_routes, targets
from tests.house.scenery import dress
from tests.portal.pseudo import OPENS, Reader, pseudo  # noqa: F401 (fixture)
from tests.world import CANARIES, PASSWORD

# What is the same in every language: codes of currencies, markets and files, numbers of accounts, digests, addresses.
SAME = re.compile(r"[A-Z]{1,4}|[ADFISU]\d{6,8}|UGMA/UTMA|CSV|PDF|XLSX|JISA|E[SD]T|WIRE|Jr\.|Sr\.|[\w.]+@[\w.]+")
DIGEST = re.compile(r"SHA-256|\b[0-9a-f]{64}\b")
# What the broker, the cast and its scenery have written.
WRITTEN = re.compile(
    "|".join([
        *(rf"\b{word}( (asks|bank|month|lots|offer|work|CO|INC|Advisors)|\.user)?\b" for word in (*CANARIES.values(), *(
            word.upper() for word in CANARIES.values()))),
        r"Ruiz, Ana|Ito, Ken|Okafor, Chidi|Weiss, Dana|Alpha (Trading|Sub (One|Two))|(Brightwell|Lakeside) (LLC|INC)",
        r"(BRIGHTWELL|LAKESIDE) (CO|INC)",
        r"\b(alice|ana|dora|frank|sam|tess|vera|bob)\b|\b(Keep|Tender|Default|Invoice)\b",
    ])
)  # fmt: skip
ZONES = {zone.split("/", 1)[-1].replace("_", " ") for zone in available_timezones()} | available_timezones()


def left_over(words: str) -> str:
    """What of some words outside the brackets should have been in them."""
    if words in ZONES:
        return ""
    words = WRITTEN.sub(" ", DIGEST.sub(" ", words))
    pieces = re.split(r"[\s:;,·…()#+]+|(?<!\w)\d[\d.,:-]*", words)
    return " ".join(piece for piece in pieces if re.search(r"[^\W\d_]{2}", piece) and not SAME.fullmatch(piece))


def test_a_word_that_was_not_marked_stands_out():
    page = Reader('<p title="Plain">⟦Märked %(x)s⟧ and not <b dir="auto">Ana</b><i>EUR</i></p>').unmarked
    assert {words for words in page if left_over(words)} == {"Plain", "and not"}


@pytest.mark.slow
@pytest.mark.django_db
def test_no_page_says_a_word_that_was_not_marked(browse, world, pseudo):  # noqa: F811
    dress(world)
    found, seen = set(), 0
    for name in ("alice", "ana"):
        browser = browse(name)
        if name == "alice":
            begun(browser)
            unlock(browser)
        for route in portal_routes():
            place = next((url for number, url in _urls(world, route) if number in (None, "U1000001")), None)
            if place is None or route.template.startswith("api/"):
                continue
            answer = browser.get(place)
            if "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
                seen += answer.status_code == 200
                text = answer.content.decode()
                assert answer.status_code != 200 or OPENS in text or "<html" not in text, place
                found |= {f"{place}: {words}" for words in Reader(text).unmarked if left_over(words)}
    assert "\n".join(sorted(found)) == ""
    assert seen > 150


def _urls(world, route):
    return ((number, route.url(**values)) for number, values in targets(world, route))


# By how much the words of something that hides what does not fit are cut.
CUT = """
() => [...document.querySelectorAll("h1, h2, .btn, th, label, button, .chip, dt, .tabs a, legend")]
  .filter(one => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1)
  .filter(one => ["hidden", "clip"].includes(getComputedStyle(one).overflowX))
  .map(one => one.outerHTML.slice(0, 120))
"""
PAGES = {
    "alice": ("/", "/accounts/", "/accounts/U1000001/", "/fees/", "/fees/configure/U1000001/", "/fees/invoicing/new/",
              "/transactions/", "/transfer/funds/", "/reports/performance/", "/settings/user/", "/settings/users/",
              "/messages/", "/structure/"),
    "ana": ("/", "/accounts/U1000001/", "/approvals/", "/settings/account/"),
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.slow
def test_longer_words_fit_from_left_to_right_and_from_right_to_left(own_world, page, site, pseudo):  # noqa: F811
    with as_role("owner"):
        dress(own_world)
    wide = []
    for name, addresses in PAGES.items():
        page.context.clear_cookies()
        page.goto(f"{site}/sign-in/login/")
        page.locator("[name=login]").fill(name)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(f"{site}/")
        for address in addresses:
            page.goto(f"{site}{address}")
            expect(page.locator("main h1")).to_contain_text(re.compile("[⟦\\w]"))
            for direction in ("ltr", "rtl"):
                page.evaluate("way => document.documentElement.dir = way", direction)
                for width in (1440, 390):
                    page.set_viewport_size({"width": width, "height": 900})
                    if (over := overflow(page)) > 0:
                        wide.append(f"{address} {direction} {width}: {over} px")
                    wide += [f"{address} {direction} {width}: {one}" for one in page.evaluate(CUT)]
    assert "\n".join(wide) == ""


def test_our_own_styles_know_no_left_and_right():
    """A side is the beginning or the end of a line, so that a page turns round with its language."""
    physical = re.compile(
        r"(margin|padding|border)-(left|right)|(^|[;{\s])(left|right): |text-align: (left|right)|float: (left|right)"
        r"|border-(top|bottom)-(left|right)"
    )
    sheets = sorted(Path(settings.BASE_DIR, "static", "css").glob("*.css"))
    assert [
        f"{one.name}: {line}" for one in sheets for line in one.read_text().split("\n") if physical.search(line)
    ] == []
