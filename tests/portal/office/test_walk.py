"""A day of the back office in a real browser: no policy violation, no fault for a reader, light and dark."""

import re

import pytest
from django.contrib import admin
from django.db import connections
from playwright.sync_api import expect

from accounts.ground.access.admin import rows_of
from accounts.ground.access.context import as_role
from accounts.ground.people.models import User
from accounts.ground.runs.models import Run
from tests.accounts.admin.rows import fill
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

NIGHT = "/office/nights/2026-03-03/"


@pytest.fixture
def olga(page, site, own_world):
    """Olga's browser, signed in through the door, with rows in every list."""
    with as_role("owner"):
        fill(own_world, batch=1)
    page.goto(f"{site}/office/")
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/office/")
    return page


def confirm(page):
    """The back office asks who is there before a sensitive act."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.problems[:] = [one for one in page.problems if "403 (Forbidden)" not in one]  # the question itself


def test_every_list_and_page_keeps_to_the_policy(olga, site):
    for model, register in admin.site._registry.items():
        base = f"{site}/office/{model._meta.app_label}/{model._meta.model_name}/"
        assert olga.goto(base).status == 200, base
        if register.may_add:
            assert olga.goto(f"{base}add/").status == 200, base
        with as_role("owner"):
            row = rows_of(model).first()
        if row is not None:
            assert olga.goto(f"{base}{row.pk}/change/").status == 200, base
        assert olga.problems == [], base


def test_readers_find_no_fault_and_a_phone_scrolls_one_way(olga, site, axe):
    with as_role("owner"):
        user = User.objects.get(username="alice")

    for address in (
        "/office/",
        "/office/accounts/transfer/",
        "/office/accounts/seat/add/",
        f"/office/accounts/user/{user.pk}/change/",
        "/office/nights/",
        NIGHT,
        f"{NIGHT}log/",
    ):
        for scheme, width in (("light", 1280), ("dark", 390)):
            olga.emulate_media(color_scheme=scheme)
            olga.set_viewport_size({"width": width, "height": 900})
            olga.goto(f"{site}{address}")
            assert axe(olga) == [], (address, scheme)
            assert olga.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)


def test_search_filter_sort_and_theme(olga, site):
    olga.goto(f"{site}/office/accounts/account/")
    rows = olga.locator("#result_list tbody tr")

    olga.get_by_role("searchbox", name="Search").fill("ruiz")
    olga.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("U1000001")
    olga.goto(f"{site}/office/accounts/account/")
    olga.get_by_text("Kind", exact=True).first.click()
    olga.get_by_role("link", name="STL sub account").click()
    expect(rows).to_have_count(2)
    expect(olga).to_have_url(re.compile("kind__exact=stl_sub"))
    olga.get_by_role("link", name="Clear all filters").click()
    olga.get_by_role("columnheader", name="Number").get_by_role("link").click()
    expect(rows.first).to_contain_text("F100001")

    # The theme is the portal's own.
    olga.get_by_label("Theme").click()
    olga.get_by_role("button", name="Dark").click()

    expect(olga.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(olga.locator("body")).to_have_css("background-color", "rgb(15, 19, 26)")


def test_a_seat_is_given_by_typing_a_name(olga, site):
    olga.goto(f"{site}/office/accounts/seat/add/")

    for field, typed in (("user", "bob"), ("account", "F100001")):
        olga.locator(f".field-{field} .select2-selection").click()
        olga.locator(".select2-search__field").fill(typed)
        olga.locator(".select2-results__option--highlighted", has_text=typed).click()
    olga.get_by_label("Role").select_option("top")
    olga.get_by_role("button", name="Save").click()
    confirm(olga)

    expect(olga.get_by_role("status")).to_contain_text("was added successfully")
    expect(olga.locator("#result_list")).to_contain_text("bob")


def test_actions_on_chosen_rows(olga, site):
    olga.goto(f"{site}/office/accounts/hold/")

    olga.locator("#action-toggle").check()
    expect(olga.locator(".action-counter")).to_contain_text("3 of 3 selected")
    olga.locator("select[name=action]").select_option("retry")
    olga.get_by_role("button", name="Do it").click()
    confirm(olga)

    expect(olga.get_by_role("status")).to_contain_text("3 accounts will be tried again.")


def test_a_night_brings_itself_up_to_date(olga, site):
    with as_role("owner"):
        Run.unscoped.update(state="running")
    olga.goto(f"{site}{NIGHT}")
    expect(olga.locator(".figures")).to_contain_text("Running")

    with as_role("owner"):
        Run.unscoped.update(state="held", problem="the statements have not come")

    expect(olga.get_by_role("alert")).to_contain_text("the statements have not come", timeout=10_000)
    expect(olga.locator(".figures")).to_contain_text("Held")
    with as_role("owner"), connections["owner"].cursor() as cur:
        cur.execute("SELECT broker_ensure_partitions('2026-03-02', '2026-03-03')")
        cur.execute(
            "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency)"
            " SELECT '2026-03-02', account_id, 250000, 0, 'USD' FROM accounts_hold"
        )
    olga.reload()
    olga.locator("tr[data-hold] a").first.focus()
    olga.keyboard.press("u")
    olga.keyboard.type("The broker is late")
    olga.keyboard.press("Enter")
    confirm(olga)
    expect(olga.get_by_role("status")).to_contain_text("The value of the day before stands")
    expect(olga.locator("#night")).to_contain_text("The broker is late")
    olga.locator("#retry-all").click()
    confirm(olga)
    expect(olga.get_by_role("status")).to_contain_text("2 accounts will be tried again.")
