"""Who reads which differences, on the page, over the API and in a file; nobody else's are there."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.ground.jobs.models import Job
from fees.differences.models import Difference, DifferenceReason
from portal.exports.tasks import make_export
from portal.lib import csvtext

pytestmark = pytest.mark.django_db

PAGE, API = "/fees/differences/", "/api/v1/fee-differences/"
DAY = date(2025, 9, 30)
ANA, KEN, CHIDI = "U1000001", "U1000002", "U2000001"


def plant(world, number, *, reason=DifferenceReason.EXIT_REFUND, practice=None, ended_on=None):
    account = world[number]
    return Difference.unscoped.create(
        pk=uuid4(), firm_id=account.firm_id, account=account, practice_id=practice or account.practice_id,
        reason=reason, method=1, subject=f"charge {uuid4()}", day=DAY, currency="USD", expected=Decimal("109.13"),
        found=Decimal("208.33"), detail={"kind": "days", "billed": 21, "covered": 11}, ended_on=ended_on,
    )  # fmt: skip


def text(client, address):
    return client.get(address).content.decode()


def test_the_advisor_reads_what_differs_and_by_how_much(client, world):
    plant(world, ANA)
    client.force_login(world.users["alice"])

    page = text(client, PAGE)

    assert ANA in page
    assert "21 business days were charged; the agreement covers 11 of the period." in page
    assert "109.13" in page
    assert "208.33" in page


def test_an_empty_list_says_that_everything_agrees(client, world):
    client.force_login(world.users["alice"])

    assert "Everything agrees" in text(client, PAGE)
    assert "No difference matches" in text(client, f"{PAGE}?reason=wrong_rate")


def test_what_ended_is_shown_when_asked_for(client, world):
    plant(world, ANA, ended_on=date(2025, 10, 1))
    client.force_login(world.users["alice"])

    assert ANA not in text(client, PAGE)
    assert ANA in text(client, f"{PAGE}?show=ended")
    assert ANA in text(client, f"{PAGE}?show=all&q=ana")


def test_a_second_level_sees_nothing_of_what_the_top_level_is_paid(client, world):
    plant(world, CHIDI, practice=world["F100001"].practice_id)
    plant(world, CHIDI, reason=DifferenceReason.WRONG_RATE)
    client.force_login(world.users["bob"])

    page = text(client, PAGE)
    assert "Wrong rate" in page
    rows = client.get(API).json()["results"]
    assert [row["reason"] for row in rows] == ["wrong_rate"]


def test_clients_and_other_firms_see_none(client, world):
    plant(world, ANA)
    for name in ("ana", "mallory", "bob"):
        client.force_login(world.users[name])
        answer = client.get(PAGE)
        assert answer.status_code == 403 or ANA not in answer.content.decode(), name
        answer = client.get(API)
        assert answer.status_code == 403 or answer.json()["results"] == [], name


def test_the_api_says_money_as_text(client, world):
    one = plant(world, ANA)
    client.force_login(world.users["alice"])

    (row,) = client.get(f"{API}?reason=exit_refund").json()["results"]

    assert (row["id"], row["account"], row["method"]) == (str(one.pk), ANA, "PERCENTOFEQUITY")
    assert (row["expected"], row["found"], row["ended_on"]) == ("109.13", "208.33", None)


def test_the_file_holds_what_the_page_shows(client, world, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    plant(world, ANA)
    plant(world, KEN, ended_on=date(2025, 10, 1))
    client.force_login(world.users["alice"])

    page = client.post("/fees/differences/export/", {"format": "csv"})
    job = Job.unscoped.get(pk=page["Location"].strip("/").split("/")[1])
    make_export(str(job.pk), job.user_id, job.seat_id)
    content = b"".join(client.get(f"{page['Location']}file/").streaming_content)

    rows = [row.cells for row in csvtext.read(content)]
    assert [row[1] for row in rows[1:]] == [ANA]
    assert rows[1][7:10] == ("109.13", "208.33", "USD")
