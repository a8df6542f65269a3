"""White branding by SET-5: ids, banners byte by byte, the hour from which it holds, and who is shown whose."""

import base64
import json
import struct
import zlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from accounts.desk.brand.actions import save_brand, withdraw
from accounts.desk.brand.models import BrandVersion
from accounts.desk.brand.queries import brand_at, own_practice
from accounts.desk.brand.rules import BrandProblem, check_banner, check_id, effective_from
from accounts.ground.access.context import acting
from accounts.ground.tree.models import Practice
from tests.world import PASSWORD

SURE = {"Confirm-Password": PASSWORD}
NEW_YORK = ZoneInfo("America/New_York")
LONG_AGO = datetime(2026, 3, 2, 15, tzinfo=UTC)
LATER = datetime(2026, 3, 4, 15, tzinfo=UTC)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width=650, height=80, *, rows=None, extra=b"", tail=b""):
    pixels = (b"\0" + b"\x33\x66\x99" * width) * (height if rows is None else rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(pixels, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + body + chunk(b"IEND", b"") + tail


def jpeg(width=650, height=80, *, extra=b"", tail=b""):
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x3f\x00" + b"\x12\x34\x56"
    return (
        b"\xff\xd8"
        + b"\xff\xe0"
        + struct.pack(">H", 16)
        + b"JFIF\0"
        + b"\0" * 9
        + extra
        + frame
        + scan
        + b"\xff\xd9"
        + tail
    )


@pytest.mark.parametrize("brand_id", ["acme_1", "ACME_bank1", "123456"])
def test_set_5_ids_that_are_valid(brand_id):
    check_id(brand_id, uses_sms=False)


@pytest.mark.parametrize(
    ("brand_id", "sms"),
    [
        ("acme", False),
        ("acme-123", False),
        ("acme_bank", True),
        ("acme_bank123", False),
        ("acmé_12", False),
        ("acme_1\n", False),
    ],
)
def test_set_5_ids_that_are_not(brand_id, sms):
    with pytest.raises(BrandProblem):
        check_id(brand_id, uses_sms=sms)


@pytest.mark.parametrize(("hour", "minute", "day"), [(16, 59, 2), (17, 0, 3), (0, 0, 2), (23, 59, 3)])
def test_set_5_it_holds_from_the_evening_on(hour, minute, day):
    at = datetime(2026, 3, 2, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)

    assert effective_from(at) == datetime(2026, 3, day, 20, tzinfo=NEW_YORK)


def test_the_evening_is_new_yorks_also_when_its_clocks_change():
    at = datetime(2026, 3, 7, 20, tzinfo=NEW_YORK).astimezone(UTC)  # the night before summer time

    assert effective_from(at).astimezone(UTC) == datetime(2026, 3, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("content", [png(), jpeg()])
def test_a_banner_of_the_right_size_is_taken(content):
    picture = check_banner(content)

    assert (picture.width, picture.height) == (650, 80)
    assert picture.content == content


@pytest.mark.parametrize("content", [png(650, 81), png(651, 80), jpeg(650, 81), jpeg(80, 650)])
def test_set_5_another_size_is_refused(content):
    with pytest.raises(BrandProblem, match="650"):
        check_banner(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"x" * 50,
        b'<svg xmlns="x" onload="alert(1)"/>',
        png()[:-12],
        png(tail=b"<script>alert(1)</script>"),
        png().replace(b"IDAT", b"IDAx"),
        png(rows=79),
        png(rows=30_000),
        jpeg(tail=b"<html>"),
        jpeg()[:-2],
        b"\xff\xd8\xff\xe0\xff\xff" + b"x" * 20,
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 40,
    ],
    ids=range(12),
)
def test_what_only_looks_like_a_picture_is_refused(content):
    with pytest.raises(BrandProblem):
        check_banner(content)


def test_fifty_kilobytes_are_too_many():
    with pytest.raises(BrandProblem, match="50 KB"):
        check_banner(png() + b"\0" * 50 * 1024)


def test_words_hidden_in_a_picture_are_left_out():
    hidden = b"<script>alert(1)</script>"

    assert hidden not in check_banner(png(extra=chunk(b"tEXt", b"Comment\0" + hidden))).content
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(hidden)) + hidden
    assert check_banner(jpeg(extra=comment)).content == jpeg()


@pytest.fixture
def brand(world):
    def save(name, brand_id, words, banner=None, at=LONG_AGO):
        with acting(world.users[name].pk) as who:
            return save_brand(
                who=who, practice=own_practice(who), brand_id=brand_id, name=words, uses_sms=False, banner=banner, at=at
            )

    return save


def shown(world, name, at=LATER):
    with acting(world.users[name].pk):
        found = brand_at(at)
        return found.name if found else None


@pytest.mark.django_db
def test_clients_see_the_brand_of_their_own_practice_else_of_the_level_above(world, brand):
    brand("alice", "north_1", "North Wealth")
    brand("bob", "bright_1", "Bright Wealth")

    assert {name: shown(world, name) for name in ("ana", "sam", "chidi", "dana", "nina")} == {
        "ana": "North Wealth",
        "sam": "North Wealth",
        "chidi": "Bright Wealth",
        "dana": "North Wealth",
        "nina": None,
    }


@pytest.mark.django_db
def test_it_is_not_shown_before_its_hour_and_not_after_it_was_taken_back(world, brand):
    brand("alice", "north_1", "North Wealth")
    evening = datetime(2026, 3, 2, 20, tzinfo=NEW_YORK)

    assert shown(world, "ana", evening.replace(hour=19, minute=59)) is None
    assert shown(world, "ana", evening) == "North Wealth"
    with acting(world.users["alice"].pk) as who:
        withdraw(who=who, practice=own_practice(who), at=LATER)
    assert shown(world, "ana", LATER) == "North Wealth"
    assert shown(world, "ana", datetime(2026, 3, 5, 2, tzinfo=UTC)) is None


@pytest.mark.django_db
def test_the_page_carries_the_brand_in_title_header_and_foot(world, browse, brand):
    made = brand("bob", "bright_1", "Bright <b>Wealth</b>", banner=png())
    page = browse("chidi").get("/").content.decode()

    assert page.count("Bright &lt;b&gt;Wealth&lt;/b&gt;") >= 3
    assert "<b>Wealth" not in page
    assert "Advisor Portal" not in page
    assert f"/brand/{made.banner_sha256}/" in page
    assert "Advisor Portal" in browse("ana").get("/").content.decode()


@pytest.mark.django_db
def test_a_banner_is_served_as_a_picture_to_those_who_are_shown_it(world, browse, brand):
    made = brand("bob", "bright_1", "Bright Wealth", banner=png())
    address = f"/brand/{made.banner_sha256}/"
    answer = browse("chidi").get(address)

    assert answer.content == png()
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert browse("bob").get(address).status_code == 200
    for name in ("ana", "dana", "carol", "alice", "mallory", "nina"):
        assert browse(name).get(address).status_code == 404, name
    assert browse("").get(address).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ana", "chidi", "sam", "nina"])
def test_who_may_not_brand_is_refused_and_nothing_moves(world, browse, name):
    said = {"brand_id": "acme_1", "name": "Acme"}

    assert browse(name).get("/settings/brand/").status_code == 403
    assert browse(name).post("/settings/brand/", said).status_code == 403
    assert browse(name).put("/api/v1/brand/", json.dumps(said), "application/json").status_code == 403
    assert BrandVersion.unscoped.count() == 0


@pytest.mark.django_db
def test_an_advisor_that_is_not_registered_cannot_brand_nor_stays_branded(world, browse, brand):
    brand("bob", "bright_1", "Bright Wealth")
    Practice.unscoped.filter(pk=world["F200002"].practice_id).update(is_registered=False)
    said = {"brand_id": "bright_2", "name": "Bright"}

    assert browse("bob").post("/settings/brand/", {**said, "_password": PASSWORD}).status_code == 422
    assert browse("bob").put("/api/v1/brand/", json.dumps(said), "application/json", headers=SURE).status_code == 400
    assert BrandVersion.unscoped.count() == 1
    assert shown(world, "chidi") is None


@pytest.mark.django_db
def test_an_id_belongs_to_one_practice_whatever_its_case(world, browse, brand):
    brand("alice", "north_1", "North")
    brand("alice", "north_1", "North Wealth")

    for name in ("bob", "mallory"):
        answer = browse(name).post("/settings/brand/", {"brand_id": "NORTH_1", "name": "Thief", "_password": PASSWORD})
        assert answer.status_code == 422
        assert "This id is taken." in answer.content.decode()
    assert BrandVersion.unscoped.count() == 2


@pytest.mark.django_db
def test_page_and_api_save_the_same_and_a_forged_practice_is_not_taken(world, browse):
    said = {"brand_id": "bright_1", "name": "Bright", "practice": world["F100001"].practice_id, "saved_by": 1}
    banner = SimpleUploadedFile("x.exe", png(), "text/html")
    page = browse("bob").post("/settings/brand/", {**said, "banner": banner, "_password": PASSWORD})
    body = json.dumps({**said, "banner": base64.b64encode(png()).decode()})
    api = browse("bob").put("/api/v1/brand/", body, "application/json", headers=SURE)

    assert (page.status_code, api.status_code) == (302, 200)
    rows = BrandVersion.unscoped.values_list("practice_id", "saved_by", "banner_kind", "name").distinct()
    assert list(rows) == [(world["F200002"].practice_id, world.users["bob"].pk, "image/png", "Bright")]
    assert "Bright" in browse("bob").get("/settings/brand/").content.decode()
    assert browse("alice").get("/api/v1/brand/").status_code == 204


@pytest.mark.django_db
@pytest.mark.parametrize("banner", ["not base64!", base64.b64encode(b"<svg/>").decode(), "A" * 80_000])
def test_a_bad_banner_saves_nothing(world, browse, banner):
    said = {"brand_id": "acme_1", "name": "Acme", "banner": banner}

    answer = browse("alice").put("/api/v1/brand/", json.dumps(said), "application/json", headers=SURE)
    assert answer.status_code == 400
    assert BrandVersion.unscoped.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said", [{"brand_id": "north_1", "name": "North", "host": "crm.north.example"}, {"withdraw": "1"}]
)
def test_what_clients_see_and_where_is_confirmed_first(world, browse, brand, said):
    """A borrowed session must not put another name or address before all clients."""
    brand("alice", "north_0", "North")
    page = browse("alice").post("/settings/brand/", said)
    assert page.status_code == 403 and "_password" in page.content.decode()
    words = "the portal&#x27;s own" if "withdraw" in said else "the name North, also at the address crm.north.example"
    assert words in page.content.decode()
    api = browse("alice").put("/api/v1/brand/", json.dumps(said), "application/json")
    assert api.status_code == 403 and "Confirm-Password" in api.json()["title"]
    assert BrandVersion.unscoped.count() == 1


@pytest.mark.django_db
def test_the_database_alone_refuses_another_practice_and_every_change(world, brand):
    made = brand("alice", "north_1", "North")
    fields = {
        "brand_id": "bright_9",
        "name": "x",
        "saved_by": 1,
        "saved_at": LONG_AGO,
        "effective_at": LATER,
        "firm_id": made.firm_id,
        "practice_id": made.practice_id,
    }
    for name in ("bob", "ana", "mallory"):
        with pytest.raises(DatabaseError), transaction.atomic(), acting(world.users[name].pk):
            BrandVersion.unscoped.create(**fields)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE desk_brandversion SET name = 'y'")
