"""Statements in the back office: upload, job page, fetch, corrected values, exchange rates."""

import gzip
import io
import os
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.broker.feed.models import FxRate, NavDaily, NavHistory, StatementFile
from accounts.broker.rates.models import RateCorrection
from accounts.broker.service import actions as service
from accounts.broker.service.models import FlexQuery
from accounts.ground.jobs.models import Job
from accounts.ground.runs.models import Hold, Run, RunStage
from portal.office.statements import files, work
from tests.broker.flex import document, nav, statement
from tests.broker.service.flex_server import ACCEPTED, error, serving

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
CSV = b"account,date,nlv\nU1000001,2026-03-02,100.00\nU1000002,2026-03-02,1.2.3\nU7777777,2026-03-02,5\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    settings.STATEMENTS_DIR = ""
    return tmp_path / "uploads"


def send(client, *uploaded, follow=True):
    answer = client.post("/office/statements/", {"files": [SimpleUploadedFile(*one) for one in uploaded]})
    if follow and answer.status_code == 302:
        work.work_off(now=timezone.now)
        return client.get(answer["Location"])
    return answer


def stored():
    return NavDaily.unscoped.count(), StatementFile.unscoped.count(), Hold.unscoped.count()


def test_each_account_says_what_became_of_it(office, folder):
    page = send(office, ("Daily values.csv", CSV)).content.decode()

    assert NavDaily.unscoped.get().nlv == Decimal("100.0000")
    assert "daily_values.csv" in page
    for words in ("U1000001", "Loaded", "U1000002", "Held", "U7777777", "Not taken", "unknown account", "line 4"):
        assert words in page
    assert list(folder.rglob("*.csv")) == []


def test_the_api_says_what_became_of_each_account_of_each_file(office, folder):
    """Two files at once, one of them broken: the same job, gate and words as the page."""
    facts = '<AccountInformation name="Chidi" status="Q" />'
    wish = {
        "files": [
            SimpleUploadedFile("Daily values.csv", CSV),
            SimpleUploadedFile("a.xml", document(statement(facts, nav("70"), account="U2000001"))),
            SimpleUploadedFile("cut.xml", document(statement(nav("100")))[:-30]),
        ]
    }
    asked = office.post("/api/v1/statement-files/", wish)
    waiting = asked.json()
    assert (asked.status_code, waiting["state"], waiting["accounts"]) == (202, "waiting", [])

    assert work.work_off(now=timezone.now) == 1

    told = office.get(f"/api/v1/statement-files/{waiting['id']}/").json()
    assert told["state"] == "done"
    assert {one["file"]: one["state"] for one in told["files"]} == {
        "daily_values.csv": "partly", "a.xml": "loaded", "cut.xml": "refused",
    }  # fmt: skip
    found = {(one["account"], one["result"]) for one in told["accounts"]}
    assert {("U1000001", "loaded"), ("U1000002", "held"), ("U7777777", "refused"), ("U2000001", "loaded")} <= found
    assert [one["warning"] for one in told["notes"]] == ["unknown value 'status Q' is passed over"]
    assert (
        "unknown value &#x27;status Q&#x27;" in office.get(f"/office/statements/jobs/{waiting['id']}/").content.decode()
    )


def test_the_api_takes_no_other_files_and_nobody_else(office, browse, folder):
    bad = office.post("/api/v1/statement-files/", {"files": [SimpleUploadedFile("picture.png", b"x")]})
    assert (bad.status_code, "only .xml and .csv" in bad.json()["errors"]["files"][0]) == (400, True)
    assert office.post("/api/v1/statement-files/").status_code == 400
    before = stored()
    for name in ("alice", "bob", "sam", "ana", ""):
        answer = browse(name).post("/api/v1/statement-files/", {"files": [SimpleUploadedFile("a.csv", CSV)]})
        assert answer.status_code in (401, 403, 404), name
    assert (stored(), Job.unscoped.count()) == (before, 0)


def held_for_want_of_statements():
    run = Run.unscoped.create(day=DAY, state="held", problem="No net asset value of 2026-03-02")
    RunStage.unscoped.create(run=run, ordinal=1, name="feed", state="held")
    return run


def test_statements_that_came_wake_the_night_that_waits_for_them(office, monkeypatch):
    run, called = held_for_want_of_statements(), []
    monkeypatch.setattr(work, "wake", lambda: called.append(True))

    send(office, ("late.csv", CSV))

    run.refresh_from_db()
    assert (run.state, called) == ("waiting", [True])


def test_a_file_without_news_wakes_no_night(office, monkeypatch):
    send(office, ("first.csv", CSV))
    run, called = held_for_want_of_statements(), []
    monkeypatch.setattr(work, "wake", lambda: called.append(True))

    send(office, ("again.csv", CSV))
    send(office, ("broken.csv", b"account,date,nlv\nU1000002,2026-03-02,1.2.3\n"))

    run.refresh_from_db()
    assert (run.state, called) == ("held", [])


def test_a_file_that_was_here_before_says_so_and_changes_nothing(office):
    first = send(office, ("a.csv", CSV)).content.decode()
    before = stored()
    again = send(office, ("b.csv", CSV)).content.decode()

    assert "Was here before" not in first
    assert "Was here before" in again
    assert stored() == before


def test_a_correction_is_told_and_leads_to_what_it_replaced(office):
    send(office, ("a.xml", document(statement(nav("100")))))
    page = send(office, ("b.xml", document(statement(nav("120"), generated="20260304;053012")))).content.decode()
    listed = office.get("/office/statements/corrections/?account=u1000001").content.decode()

    assert "Corrected" in page
    assert "/office/statements/corrections/?account=U1000001" in page
    assert "100.00" in listed
    assert "120.00" in listed
    assert "b.xml" in listed
    assert "100.00" not in office.get("/office/statements/corrections/?account=U1000002").content.decode()


def test_what_could_not_be_reconciled_is_said(office):
    page = send(
        office, ("a.xml", document(statement('<ChangeInNAV startingValue="1" />', nav("100"))))
    ).content.decode()

    assert "Could not be reconciled" in page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bomb.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "Refused"),
        ("cut.xml", document(statement(nav("100")))[:-30], "Refused"),
        ("swell.xml.gz", gzip.compress(b"<a>" + b" " * 40_000_000), "Refused"),
        ("picture.xml", b"\x89PNG\r\n\x1a\n" + os.urandom(400), "Refused"),
        ("zip.csv", b"PK\x03\x04" + b"x" * 100, "Refused"),
    ],
)
def test_a_hostile_file_is_refused_whole_by_name(office, name, content, words):
    page = send(office, (name, content)).content.decode()

    assert words in page
    assert name in page
    assert NavDaily.unscoped.count() == 0


@pytest.mark.parametrize(
    ("name", "content"), [("a.exe", b"x"), ("a.html", b"<p>"), ("a.xml.zip", b"x"), ("a.csv", b"")]
)
def test_what_is_no_statement_by_its_name_is_not_even_kept(office, folder, name, content):
    before = stored()
    answer = send(office, (name, content), follow=False)

    assert answer.status_code == 422
    assert stored() == before
    assert Job.unscoped.count() == 0
    assert not folder.exists()


def test_one_bad_name_keeps_all_of_them_out(office, folder):
    assert send(office, ("a.csv", CSV), ("b.exe", b"x"), follow=False).status_code == 422
    assert not folder.exists()
    assert Job.unscoped.count() == 0


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\temp\\Daily.CSV", "daily.csv"),
        ("..csv", "csv"),
        ("a\x00b\u202egnp.csv", "a_b_gnp.csv"),
        ("-rf *.csv", "-rf__.csv"),
        ("x" * 300 + ".csv", "x" * 80 + ".csv"),
    ],
)
def test_a_name_is_a_name_and_no_path(name, plain):
    assert files.plain_name(name) == plain


def test_paths_that_lead_out_of_the_folder_are_none_of_ours(folder):
    with pytest.raises(ValueError, match="outside"):
        files.paths_of(["../secret"])


def test_too_many_and_too_large_files_are_refused_before_anything_is_read(office, monkeypatch):
    assert send(office, *[(f"{n}.csv", CSV) for n in range(21)], follow=False).status_code in (400, 422)
    monkeypatch.setattr(files, "LARGEST", 50)
    assert send(office, ("a.csv", CSV), follow=False).status_code == 422
    assert Job.unscoped.count() == 0


def test_a_giant_request_is_refused_by_its_announced_length(office, world, browse, monkeypatch):
    monkeypatch.setattr("portal.uploads.MORE", {"/office/statements/": 1000})
    monkeypatch.setattr("portal.uploads.MORE_BELOW", {})
    monkeypatch.setattr("portal.uploads.USUAL", 500)
    big = io.BytesIO(b"x" * 2000)
    big.name = "a.csv"

    assert office.post("/office/statements/", {"files": big}).status_code == 400
    big.seek(0)
    assert browse("ana").post("/messages/new/", {"files": big}).status_code == 400
    assert Job.unscoped.count() == 0


@pytest.mark.parametrize("name", ["alice", "bob", "ana", "sam", ""])
def test_nobody_but_the_office_comes_in(world, browse, name):
    query = service.keep(query=FlexQuery(name="q", query_id="5", fetch_at=time(6)), token="abcdefgh1")
    client = browse(name)
    before = stored(), Job.unscoped.count()

    for address in ("", "corrections/", "rates/", f"jobs/{'0' * 8}-0000-4000-8000-{'0' * 12}/"):
        assert client.get(f"/office/statements/{address}").status_code == (404 if name else 302)
    for address in ("", "rates/", f"queries/{query.pk}/fetch/"):
        assert client.post(f"/office/statements/{address}", {}).status_code == (404 if name else 302)
    assert (stored(), Job.unscoped.count()) == before


def test_a_query_is_fetched_and_loaded_at_the_press_of_a_button(office, settings):
    query = service.keep(query=FlexQuery(name="Daily", query_id="55", fetch_at=time(6)), token="abcdefgh1")
    with serving() as broker:
        settings.FLEX_SERVICE_URL = broker.address
        broker.answers = [ACCEPTED, document(statement(nav("100")))]
        answer = office.post(f"/office/statements/queries/{query.pk}/fetch/")
        work.work_off(now=timezone.now)
        page = office.get(answer["Location"]).content.decode()
        again = office.post(f"/office/statements/queries/{query.pk}/fetch/", follow=True).content.decode()

    assert "U1000001" in page
    assert NavDaily.unscoped.get().nlv == Decimal(100)
    assert "less than a minute ago" in again
    assert "abcdefgh1" not in page + again


def test_a_fetch_that_failed_says_why(office, settings):
    query = service.keep(query=FlexQuery(name="Daily", query_id="55", fetch_at=time(6)), token="abcdefgh1")
    with serving() as broker:
        settings.FLEX_SERVICE_URL = broker.address
        broker.answers = [error(1012)]
        answer = office.post(f"/office/statements/queries/{query.pk}/fetch/")
        work.work_off(now=timezone.now)

    assert "token expired (1012)" in office.get(answer["Location"]).content.decode()
    assert "token expired (1012)" in office.get("/office/statements/").content.decode()


def test_the_clock_asks_on_business_days_only(world):
    service.keep(query=FlexQuery(name="Daily", query_id="55", fetch_at=time(6)), token="abcdefgh1")

    assert work.ask_for_due(at=datetime(2026, 3, 1, 15, tzinfo=UTC)) == 0  # a Sunday
    assert work.ask_for_due(at=datetime(2026, 3, 2, 15, tzinfo=UTC)) == 1
    assert work.ask_for_due(at=datetime(2026, 3, 2, 15, tzinfo=UTC)) == 0
    assert Job.unscoped.get().kind == work.FETCH


def test_the_form_of_a_query_never_gives_the_token_back(office):
    said = {"name": "Daily", "query_id": "55", "is_enabled": "on", "fetch_at": "06:00", "token": "abcdefgh1"}
    assert office.post("/office/broker/flexquery/add/", said).status_code == 302
    query = FlexQuery.unscoped.get()
    page = office.get(f"/office/broker/flexquery/{query.pk}/change/").content.decode()

    assert "abcdefgh1" not in page
    assert query.token_sealed not in page
    office.post(f"/office/broker/flexquery/{query.pk}/change/", {**said, "token": "", "name": "Other"})
    kept = FlexQuery.unscoped.get()
    assert (kept.name, kept.token_sealed) == ("Other", query.token_sealed)


@pytest.fixture
def euro(world):
    file = StatementFile.unscoped.create(sha256="0" * 64, name="r", kind="csv", size=1, imported_at=timezone.now())
    return FxRate.unscoped.create(day=DAY, from_currency="EUR", to_currency="USD", rate=Decimal("10.8"), file=file)


def right(rate="1.08", seen="10.8000000000", reason="Decimal point", **more):
    return {
        "day": "2026-03-02",
        "from_currency": "EUR",
        "to_currency": "USD",
        "seen": seen,
        "rate": rate,
        "reason": reason,
        **more,
    }


def test_a_wrong_rate_is_corrected_with_its_history(office, euro, world):
    assert office.post("/office/statements/rates/", right()).status_code == 302

    assert FxRate.unscoped.get().rate == Decimal("1.08")
    kept = RateCorrection.unscoped.get()
    assert (kept.old, kept.new, kept.reason, kept.user_id) == (
        *(Decimal("10.8"), Decimal("1.08"), "Decimal point"),
        world.users["olga"].pk,
    )
    assert "Decimal point" in office.get("/office/statements/rates/?day=2026-03-02").content.decode()


@pytest.mark.parametrize(
    "said",
    [
        right(rate="0"),
        right(rate="-1"),
        right(rate="1e3"),
        right(rate="1_0"),
        right(rate="NaN"),
        right(rate="\uff11"),
        right(reason="  "),
        right(seen="9.9"),
        right(rate="10.8"),
        right(day="2026-03-03"),
        right(from_currency="GBP"),
        right(from_currency="XXX"),
    ],
)
def test_a_correction_that_makes_no_sense_moves_nothing(office, euro, said):
    assert office.post("/office/statements/rates/", said).status_code == 422
    assert FxRate.unscoped.get().rate == Decimal("10.8")
    assert RateCorrection.unscoped.count() == 0


def test_a_correction_stays(office, euro):
    office.post("/office/statements/rates/", right())
    for sql in ("UPDATE broker_ratecorrection SET reason = 'x'", "DELETE FROM broker_ratecorrection"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_file_does_not_undo_a_correction(office, euro):
    office.post("/office/statements/rates/", right())
    row = '<ConversionRate reportDate="20260302" fromCurrency="EUR" toCurrency="USD" rate="10.8" />'
    send(office, ("a.xml", document(statement(row, nav("100")))))

    assert FxRate.unscoped.get(from_currency="EUR").rate == Decimal("1.08")


def test_history_names_old_and_new_of_each_replacement(office, browse):
    for total, made in (("100", "3"), ("120", "4"), ("115", "5")):
        send(office, (f"{made}.xml", document(statement(nav(total), generated=f"2026030{made};053012"))))

    assert NavHistory.unscoped.count() == 2
    rows = browse("alice").get("/api/v1/accounts/U1000001/corrections/").json()["results"]
    assert [(one["old_nlv"], one["new_nlv"]) for one in rows] == [("120.0000", "115.0000"), ("100.0000", "120.0000")]
    assert "120.00" in browse("ana").get("/accounts/U1000001/corrections/").content.decode()
    for name in ("bob", "ken", "mallory"):
        assert browse(name).get("/accounts/U1000001/corrections/").status_code == 404
        assert browse(name).get("/api/v1/accounts/U1000001/corrections/").status_code == 404
