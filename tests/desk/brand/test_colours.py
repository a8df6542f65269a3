"""A brand's colour is readable on every surface, and its host name dresses the door of one practice alone."""

import re
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.desk.brand.actions import save_brand
from accounts.desk.brand.colours import clean_colour, contrast, is_readable, style_sheet
from accounts.desk.brand.models import BrandVersion
from accounts.desk.brand.queries import own_practice
from accounts.desk.brand.rules import BrandProblem, check_colour, check_host
from accounts.ground.access.context import acting
from accounts.ground.tree.models import Practice
from tests.desk.brand.test_brand import LONG_AGO, SURE
from tests.world import PASSWORD

DOOR, HOST = "/sign-in/login/", "clients.bright.example"


def saved(world, name, at: datetime = LONG_AGO, **more):
    with acting(world.users[name].pk) as who:
        said = {"brand_id": f"{name}_1234"[:10], "name": f"{name} & co", "uses_sms": False, "banner": None, **more}
        return save_brand(who=who, practice=own_practice(who), at=at, **said)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # Published examples of WCAG: black on white is 21, #767676 the palest grey that passes, #777777 just fails.
    [("000000", "ffffff", "21"), ("ffffff", "ffffff", "1"), ("767676", "ffffff", "4.54"), ("777777", "ffffff", "4.48")],
)
def test_contrast_is_that_of_the_guideline(one, other, ratio):
    assert round(contrast(one, other), 2) == Decimal(ratio) == round(contrast(other, one), 2)


@given(st.from_regex(r"[0-9a-f]{6}", fullmatch=True))
def test_every_shade_can_be_read_where_it_stands(colour):
    pairs = dict(re.findall(r"--([a-z-]+):light-dark\(#([0-9a-f]{6},#[0-9a-f]{6})\)", style_sheet(colour)))
    shades = {name: pair.split(",#") for name, pair in pairs.items()}
    assert set(shades) == {"accent", "accent-solid", "accent-solid-hover", "accent-tint", "accent-line"}
    light, dark = shades["accent"]
    for surface in ("ffffff", "f5f6f8", "f1f3f6", "eceff3", "eef1f6", shades["accent-tint"][0]):
        assert contrast(light, surface) >= 4.5
    for surface in ("0b0f15", "0f131a", "12161e", "171c25", "1e2530", "202733", shades["accent-tint"][1]):
        assert contrast(dark, surface) >= 4.5
    if is_readable(colour):
        for name in ("accent-solid", "accent-solid-hover"):
            assert all(contrast(one, "ffffff") >= 4.5 for one in shades[name])


@pytest.mark.parametrize(("typed", "kept"), [(" #1F4E79 ", "1f4e79"), ("1f4e79", "1f4e79"), ("", ""), ("  ", "")])
def test_colours_that_are_taken(typed, kept):
    assert check_colour(typed) == kept


@pytest.mark.parametrize("typed", ["red", "#fff", "#12345g", "#1f4e79;}", "url(x)", "#ffcc00", "#777777", "##1f4e79"])
def test_colours_that_are_not(typed):
    with pytest.raises(BrandProblem) as problem:
        check_colour(typed)
    assert problem.value.field == "colour"


def test_five_letters_are_no_colour():
    assert clean_colour("1f4e7") == clean_colour("#1f4e799") == ""


@pytest.mark.parametrize(
    "typed",
    ["https://x.example", "x", "a..example", "-a.example", "a.example/x", "a b.example", "é.example", "a.example:80"],
)
def test_host_names_that_are_not(typed):
    with pytest.raises(BrandProblem):
        check_host(typed)


@pytest.mark.django_db
def test_a_host_name_dresses_its_own_door(client, world, settings):
    settings.ALLOWED_HOSTS = ["*"]
    saved(world, "bob", colour="#1f4e79", host=f"{HOST.upper()}.")

    page = client.get(DOOR, headers={"host": f"{HOST}:8443"}).content.decode()
    assert "bob &amp; co" in page and "/brand/1f4e79.css" in page
    for other in ("other.example", "bright.example", f"x.{HOST}"):
        page = client.get(DOOR, headers={"host": other}).content.decode()
        assert "bob" not in page and "/brand/" not in page

    Practice.unscoped.filter(pk=world["F200002"].practice_id).update(is_registered=False)
    assert "bob" not in client.get(DOOR, headers={"host": HOST}).content.decode()


@pytest.mark.django_db
def test_a_host_name_belongs_to_one_practice(world, client):
    saved(world, "bob", host=HOST)
    with pytest.raises(BrandProblem) as problem:
        saved(world, "carol", host=HOST)
    assert (problem.value.field, BrandVersion.unscoped.count()) == ("host", 1)
    saved(world, "bob", host=HOST, colour="#1f4e79")
    saved(world, "carol")
    saved(world, "alice", host="")


@pytest.mark.django_db
def test_clients_see_the_colour_and_advisors_their_own_portal(browse, world):
    saved(world, "bob", colour="#1f4e79")
    assert "/brand/1f4e79.css" in browse("chidi").get("/").content.decode()
    assert "/brand/1f" not in browse("bob").get("/").content.decode()
    assert "/brand/1f4e79.css" in browse("bob").get("/settings/brand/").content.decode()
    assert "/brand/1f" not in browse("ana").get("/").content.decode()


@pytest.mark.django_db
def test_the_sheet_follows_from_its_address(client):
    sheet = client.get("/brand/1f4e79.css")
    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert "public" in sheet["Cache-Control"]
    assert sheet.content.decode() == style_sheet("1f4e79")
    assert client.get("/brand/1F4E79.css").status_code == client.get("/brand/red.css").status_code == 404


@pytest.mark.django_db
def test_page_and_api_refuse_alike_and_nothing_is_saved(browse, world):
    bob = browse("bob")
    said = {"brand_id": "bright_1", "name": "Bright"}
    for wrong in ({"colour": "#ffcc00"}, {"host": "https://x"}):
        page = bob.post("/settings/brand/", {**said, **wrong, "_password": PASSWORD})
        api = bob.put("/api/v1/brand/", {**said, **wrong}, content_type="application/json", headers=SURE)
        assert (page.status_code, api.status_code) == (422, 400)
    for name, status in (("ana", 403), ("frank", 403)):
        put = browse(name).put("/api/v1/brand/", {**said, "colour": "#1f4e79"}, content_type="application/json")
        assert put.status_code == status
    assert not BrandVersion.unscoped.exists()
    right = {**said, "colour": "#1F4E79", "host": HOST}
    made = bob.put("/api/v1/brand/", right, content_type="application/json", headers=SURE)
    assert (made.status_code, made.json()["colour"], made.json()["host"]) == (200, "1f4e79", HOST)
