"""Mass upload: twenty accounts of one workbook or none, a report for each row, user names by prefix."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.desk.applying.behind import unsealed
from accounts.desk.applying.models import Application
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.applying.usernames import clean_prefix, name_from
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from accounts.ground.tree.models import Firm, Practice, Status
from portal.lib import csvtext, xlsx
from portal.mass_upload.reading import COLUMNS
from tests.desk.applying.filled import PERSON, link_of
from tests.house.written import fingerprint_of_rows

PLACE = "/applications/mass-upload/"
API = "/api/v1/mass-upload/"


def row(place, **more):
    said = {
        "Customer ID": f"C{place}",
        "Name": f"Client {place}",
        "Email": f"client{place}@example.com",
        "Prefix": "abcde",
        "Residence Country": "USA",
        **more,
    }
    return [said.get(name, "") for name in COLUMNS]


def workbook(rows, *, is_csv=False):
    table = [COLUMNS, *rows]
    content = csvtext.write_bytes(table) if is_csv else xlsx.write_bytes(table)
    return SimpleUploadedFile("accounts.csv" if is_csv else "accounts.xlsx", content)


def send(client, rows, *, kind="individual", place=PLACE, **more):
    said = {"kind": kind, "language": "en", "file": workbook(rows, **more)}
    return client.post(place, said)


def twenty(**more):
    return [row(place, **more) for place in range(20)]


@pytest.mark.parametrize("is_csv", [False, True])
def test_app_5_nineteen_rows_are_refused_and_twenty_are_twenty_applications(world, browse, is_csv):
    before = fingerprint_of_rows()
    refused = send(browse("alice"), twenty()[:19], is_csv=is_csv)
    assert refused.status_code == 422 and "minimum of 20 accounts" in refused.content.decode()
    assert fingerprint_of_rows() == before

    assert send(browse("alice"), twenty(), is_csv=is_csv).status_code == 302

    made = Application.unscoped.select_related("account")
    assert made.count() == 20
    assert {(one.account.status, one.method, one.state) for one in made} == {(Status.NEW, "mass", "draft")}
    assert len({one.username for one in made}) == 20
    assert all(re.fullmatch(r"abcde[0-9]{3}", one.username) for one in made)
    assert Request.unscoped.filter(account__in=[one.account for one in made]).count() == 20
    assert not OutboxMessage.unscoped.filter(recipient__startswith="client").exists()


def test_app_6_a_prefix_has_five_or_six_small_letters():
    assert clean_prefix("abcde") == "abcde" and clean_prefix("abcdef") == "abcdef"
    for wrong in ("Abcde", "abcd", "abcdefg", "abcd1", "", "абвгд"):
        with pytest.raises(ApplicationProblem, match="5 to 6 lower-case letters"):
            clean_prefix(wrong)


def test_app_6_the_digits_are_free_ones_and_run_out():
    every = {f"abcde{number:03d}" for number in range(1000)}
    assert name_from("abcde", every - {"abcde042"}, lambda free: free[0]) == "abcde042"
    with pytest.raises(ApplicationProblem, match="taken"):
        name_from("abcde", every, lambda free: free[0])


def test_every_row_that_is_wrong_is_named_and_nothing_is_made(world, browse):
    rows = twenty()
    rows[2] = row(2, Prefix="Abcde")
    rows[4] = row(4, Email="nobody")
    rows[6] = row(5, Email="client5@example.com")
    rows[8] = row(8, **{"Residence Country": "Germany"})
    rows[10] = row(10, **{"Date of Birth": "2020-01-01"})
    before = fingerprint_of_rows()

    page = send(browse("alice"), rows).content.decode()
    answer = send(browse("alice"), rows, place=API)

    # The first row of the sheet is the heading.
    for line in (4, 6, 8, 10, 12):
        assert f'<td class="num">{line}</td>' in page
    for words in ("5 to 6 lower-case", "not an e-mail", "twice", "three letters", "at least 18"):
        assert words in page
    assert "15 rows are right" in page
    assert answer.status_code == 400 and fingerprint_of_rows() == before
    assert {"4", "6", "8", "10", "12"} <= set(answer.json().get("errors", answer.json()))


def test_who_has_applied_does_not_apply_twice(world, browse):
    assert send(browse("alice"), twenty()).status_code == 302
    again = send(browse("alice"), twenty())
    assert again.status_code == 422 and "already" in again.content.decode()
    assert Application.unscoped.count() == 20
    assert send(browse("bob"), twenty()).status_code == 302
    assert len(set(Application.unscoped.values_list("username", flat=True))) == 40


def test_letters_of_another_size_are_the_same_address(world, browse):
    rows = twenty()
    assert send(browse("alice"), rows).status_code == 302
    before = fingerprint_of_rows()

    again = send(browse("alice"), [row(place, Email=f"CLIENT{place}@Example.com") for place in range(20)])

    assert again.status_code == 422 and fingerprint_of_rows() == before
    assert again.content.decode().count("There is an application for this e-mail address already.") == 20


def test_too_many_rows_and_too_long_addresses_are_said_in_words_of_accounts(world, browse):
    before = fingerprint_of_rows()
    many = send(browse("alice"), [row(place) for place in range(201)]).content.decode()
    assert "A workbook holds at most 200 accounts." in many and "contacts" not in many.split("<main")[1]

    longest = "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".example"
    page = send(browse("alice"), [*twenty()[1:], row(99, Email=longest)])
    assert page.status_code == 422 and "That is not an e-mail address." in page.content.decode()
    assert fingerprint_of_rows() == before


def test_every_client_can_be_invited_at_once(world, browse):
    said = {"kind": "individual", "language": "ru", "file": workbook(twenty()), "sends": "on"}
    assert browse("alice").post(PLACE, said).status_code == 302
    assert OutboxMessage.unscoped.filter(recipient__startswith="client", is_secret=True).count() == 20
    assert set(Application.unscoped.values_list("state", flat=True)) == {"sent"}


def test_what_the_workbook_knows_fills_in_the_client_s_first_page(world, browse):
    """Sealed until then, and gone when the page is answered."""
    rows = twenty(**{"Date of Birth": "1980-05-17"})
    said = {"kind": "individual", "language": "en", "file": workbook(rows), "sends": "on"}
    assert browse("alice").post(PLACE, said).status_code == 302
    application = Application.unscoped.get(email="client7@example.com")
    assert application.answers and "1980" not in application.answers
    link, client = link_of(application), browse("")
    page = client.get(f"{link}person/").content.decode()
    assert 'value="1980-05-17"' in page and 'value="Client"' in page
    assert client.get(f"{link}sign/")["Location"] == f"{link}person/"
    assert client.post(f"{link}person/", {**PERSON, "born_on": "1981-06-18"}).status_code == 302
    application.refresh_from_db()
    kept = unsealed(application.answers)
    assert (kept["person"]["born_on"], set(kept)) == ("1981-06-18", {"person"})


def test_accounts_for_minors_are_not_in_bulk_and_iras_are_for_americans(world, browse):
    assert send(browse("alice"), twenty(), kind="ugma").status_code == 422
    page = send(browse("alice"), twenty(**{"Tax Country": "DEU"}), kind="ira_roth")
    assert page.status_code == 422 and "tax residents of the United States" in page.content.decode()
    assert not Application.unscoped.exists()


def test_mass_upload_is_for_registered_advisors(world, browse):
    Practice.unscoped.filter(pk=world["F100001"].practice_id).update(is_registered=False)
    assert send(browse("alice"), twenty()).status_code == 409
    assert not Application.unscoped.exists()
    Firm.unscoped.filter(pk=world["F100001"].firm_id).update(is_introducing_broker=True)
    assert send(browse("alice"), twenty()).status_code == 302


def test_what_is_no_workbook_is_refused_in_words(world, browse):
    for content in (b"", b"PK\x03\x04nothing", b"<html></html>", b"a,b\n1,2\n", b"\x00\x01"):
        said = {"kind": "individual", "language": "en", "file": SimpleUploadedFile("x.xlsx", content)}
        assert browse("alice").post(PLACE, said).status_code == 422
    assert not Application.unscoped.exists()


def test_the_template_reads_again(world, browse):
    answer = browse("alice").get(f"{PLACE}template/")
    assert answer.status_code == 200
    said = {"kind": "individual", "language": "en", "file": SimpleUploadedFile("accounts.xlsx", answer.content)}
    refused = browse("alice").post(PLACE, said)
    assert refused.status_code == 422 and "minimum of 20 accounts" in refused.content.decode()


@pytest.mark.parametrize("name", ["tess", "vera", "sam", "ana", "frank", ""])
def test_nobody_else_uploads(world, browse, name):
    before = fingerprint_of_rows()
    answers = [send(browse(name), twenty()), send(browse(name), twenty(), place=API)]
    assert all(answer.status_code in (302, 400, 401, 403, 409) for answer in answers)
    assert fingerprint_of_rows() == before
