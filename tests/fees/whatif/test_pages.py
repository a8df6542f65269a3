"""A what-if from its form to its files and its proposals, and everybody who must not get near it."""

import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client

from accounts.ground.access.context import acting, as_role
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.ledger.models import Transfer
from accounts.ground.tree.models import Account, Practice
from fees.invoicing.actions import agree_cap
from fees.posting.models import Charge
from fees.proposals.models import Proposal
from fees.proposals.rules import Wanted
from fees.schedules.rules import Signature
from fees.whatif import actions
from fees.whatif.models import WhatIfLine
from fees.whatif.rules import Scope
from fees.whatif.tasks import propose_terms, work_out
from portal.exports.tasks import make_export
from portal.lib import csvtext
from tests.fees.posting.nights import figures
from tests.fees.whatif.conftest import ANA, CHIDI, SAM
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db

PAGE = "/fees/what-if/"
HIGHER = {"strategy": "automatic", "on": "percent", "percent-method": "4", "percent-rate": "1.2", "of": "all"}
NOON = datetime(2025, 10, 1, 16, tzinfo=UTC)


@pytest.fixture
def at_work(world):
    """`at_work("alice")` is signed in."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(world.users[name])
        return client

    return sign_in


def tried(client, fields=HIGHER, *, slices=True):
    """The address of a trial that has been worked out."""
    answer = client.post(PAGE, fields)
    assert answer.status_code == 302, answer.content.decode()
    job = Job.unscoped.get(pk=answer["Location"].strip("/").split("/")[-1])
    if slices:
        work_out(str(job.pk), job.user_id, job.seat_id)
    return answer["Location"], job.pk


def rows_of(job):
    with as_role("owner"):
        return {row.account.number: row for row in WhatIfLine.unscoped.filter(trial_id=job).select_related("account")}


def test_the_whole_book_before_and_after(quarter, at_work):
    client = at_work("alice")
    address, job = tried(client)

    page = client.get(address)

    found = rows_of(job)
    # 634.91 was billed at 1 %; at 1.2 % 261.90 + 250.00 + 250.00.
    assert (found[ANA].before, found[ANA].after, found[ANA].change) == (
        Decimal("634.91"),
        Decimal("761.90"),
        Decimal("126.99"),
    )
    assert (found[ANA].band, found[CHIDI].band) == ("25", "new")
    assert found["U3000001"].problem == "no_values"
    text = page.content.decode()
    assert "634.91" in text and "761.90" in text
    result = Job.unscoped.get(pk=job).result
    # Chidi would pay 104.76 + 100.00 + 100.00, Sam 523.81 + 500.00 + 500.00; of Sam's subs nothing is known.
    dollars = next(row for row in result["currencies"] if row["currency"] == "USD")
    assert (dollars["before"], dollars["after"], dollars["more"]) == ("634.91", "2590.47", 3)


def test_nothing_is_billed_and_nobody_is_told(quarter, at_work):
    with as_role("owner"):
        before = (Charge.unscoped.count(), Transfer.unscoped.count(), Proposal.unscoped.count())
    tried(at_work("alice"))
    with as_role("owner"):
        assert (Charge.unscoped.count(), Transfer.unscoped.count(), Proposal.unscoped.count()) == before


def test_slice_by_slice_and_twice_gives_the_same(quarter, at_work, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    client = at_work("alice")
    _address, job = tried(client)
    found = {number: row.change for number, row in rows_of(job).items()}
    again = Job.unscoped.get(pk=job)
    work_out(str(job), again.user_id, again.seat_id)
    assert {number: row.change for number, row in rows_of(job).items()} == found
    assert (again.state, again.done, again.of) == (JobState.DONE, len(found), len(found))


def test_a_worker_that_died_is_taken_over(quarter, at_work, world, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    _address, job = tried(at_work("alice"), slices=False)
    row = Job.unscoped.get(pk=job)
    with acting(row.user_id) as who:
        assert actions.step(who=who, job=job, at=NOON) is True
    assert len(rows_of(job)) == 2
    work_out(str(job), row.user_id, row.seat_id)
    assert Job.unscoped.get(pk=job).state == JobState.DONE
    assert len(rows_of(job)) == Job.unscoped.get(pk=job).of


def test_a_stop_stops_it(quarter, at_work):
    client = at_work("alice")
    address, job = tried(client, slices=False)
    assert "Waiting" in client.get(address).content.decode()
    client.post(f"{address}stop/")
    row = Job.unscoped.get(pk=job)
    work_out(str(job), row.user_id, row.seat_id)
    assert Job.unscoped.get(pk=job).state == JobState.CANCELLED
    assert rows_of(job) == {}
    assert "It was stopped" in client.get(address).content.decode()


def test_one_second_level_and_chosen_accounts(quarter, at_work, world):
    client = at_work("alice")
    second = {**HIGHER, "of": "second", "practice": str(world["F200002"].practice_id)}
    assert set(rows_of(tried(client, second)[1])) == {CHIDI}
    chosen = {**HIGHER, "of": "chosen", "numbers": f"{ANA.lower()}, {SAM}\nU9000001"}
    assert set(rows_of(tried(client, chosen)[1])) == {ANA, SAM}


def test_a_second_level_tries_its_own_clients_only(quarter, at_work, world):
    _address, job = tried(at_work("bob"))
    assert set(rows_of(job)) == {CHIDI}
    foreign = {**HIGHER, "of": "second", "practice": str(world["F200003"].practice_id)}
    answer = at_work("bob").post(PAGE, foreign)
    assert answer.status_code == 422
    assert "no account in this choice" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({**HIGHER, "percent-rate": ""}, "Fill this in"),
        ({**HIGHER, "percent-rate": "1,2,3x"}, "is not a number"),
        ({**HIGHER, "on": ""}, "Add at least one fee"),
        ({**HIGHER, "of": "chosen", "numbers": "U9000001"}, "no account in this choice"),
        ({**HIGHER, "of": "chosen", "numbers": ""}, "no account in this choice"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_a_sentence_and_leaves_nothing(quarter, at_work, fields, words):
    answer = at_work("alice").post(PAGE, fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Job.unscoped.filter(kind="what_if").exists()


def test_before_any_night_there_is_nothing_to_try_on(world, at_work):
    answer = at_work("alice").post(PAGE, HIGHER)
    assert answer.status_code == 422
    assert "No night has been sealed yet" in answer.content.decode()


@pytest.mark.parametrize("name", ["bob", "vera", "mallory"])
def test_a_what_if_is_its_askers_alone(quarter, at_work, name):
    address, job = tried(at_work("alice"))
    other = at_work(name)
    assert other.get(address).status_code == 404
    for end in ("stop/", "send/stop/", "export/"):
        assert other.post(f"{address}{end}").status_code == 404
    assert other.post(f"{address}send/", {"_password": PASSWORD, "which": "all"}).status_code == 404
    with acting(quarter.users[name].pk):
        assert not WhatIfLine.unscoped.filter(trial_id=job).exists()


@pytest.mark.parametrize("name", ["ana", "sam", "tess"])
def test_who_sets_no_fees_tries_none(quarter, at_work, name):
    client = at_work(name)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, HIGHER).status_code == 403
    assert not Job.unscoped.filter(kind="what_if").exists()


def test_a_file_of_it(quarter, at_work, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    client = at_work("alice")
    address, _job = tried(client)

    def fetch(form):
        page = client.post(f"{address}export/?show=more&sort=account", {"format": form, "which": "all"})
        job = Job.unscoped.get(pk=page["Location"].strip("/").split("/")[1])
        make_export(str(job.pk), job.user_id, job.seat_id)
        return b"".join(client.get(f"{page['Location']}file/").streaming_content)

    rows = [row.cells for row in csvtext.read(fetch("csv"))]
    assert [row[0] for row in rows[1:]] == [SAM, ANA, CHIDI]
    assert list(rows[2][2:6]) == ["USD", "634.91", "761.90", "126.99"]
    with zipfile.ZipFile(io.BytesIO(fetch("xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>634.91</v>" in sheet and "<v>126.99</v>" in sheet


def test_proposing_to_the_selected_asks_each_client_once(quarter, at_work):
    client = at_work("alice")
    address, job = tried(client)
    answer = client.post(
        f"{address}send/", {"_password": PASSWORD, "which": "chosen", "chosen": [ANA, "U3000001", "U9000001"]}
    )
    assert answer.status_code == 302
    sending = Job.unscoped.get(kind="what_if_send")
    propose_terms(str(sending.pk), sending.user_id, sending.seat_id)
    propose_terms(str(sending.pk), sending.user_id, sending.seat_id)

    with as_role("owner"):
        (proposal,) = Proposal.unscoped.all()
    assert (proposal.account.number, proposal.state, proposal.components[0]["rate"]) == (ANA, "proposed", "0.012")
    assert rows_of(job)[ANA].answer == "sent"
    assert "1 wait for the client" in client.get(address).content.decode()
    client.post(f"{address}send/", {"_password": PASSWORD, "which": "chosen", "chosen": [ANA]})
    assert Job.unscoped.filter(kind="what_if_send").count() == 1


def test_proposing_leaves_the_invoice_limit_as_it_is(quarter, at_work, world):
    """Only fees are tried, so only fees are proposed."""
    practice = Practice.unscoped.get(pk=world["F100001"].practice_id)
    with as_role("owner"):
        agree_cap(
            account=Account.unscoped.get(number=ANA), practice=practice, kind="PERCENTOFNLV_CAP", rate=Decimal("0.02"),
            starts=date(2025, 7, 1), signature=Signature(name="Ana", at=NOON, document_hash="0" * 64), by=1, at=NOON,
        )  # fmt: skip
    client = at_work("alice")
    address, _job = tried(client, HIGHER | {"percent-rate": "0.1"})
    client.post(f"{address}send/", {"which": "chosen", "chosen": [ANA], "_password": PASSWORD})
    sending = Job.unscoped.get(kind="what_if_send")
    propose_terms(str(sending.pk), sending.user_id, sending.seat_id)

    with as_role("owner"):
        found = Proposal.unscoped.get()
    assert (found.cap_kind, found.cap_rate) == ("PERCENTOFNLV_CAP", Decimal("0.02"))
    assert found.components[0]["rate"] == "0.001"


def test_the_api_tries_tells_and_proposes(quarter, at_work):
    client = at_work("alice")

    def call(path, body, **headers):
        return client.post(
            f"/api/v1/fee-what-ifs/{path}", json.dumps(body), content_type="application/json", headers=headers
        )

    body = {"strategy": "automatic", "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.012"}]}
    asked = call("", body)
    assert asked.status_code == 202, asked.content
    path = f"{asked.json()['id']}/"
    assert call(f"{path}send/", {}, **{"Confirm-Password": PASSWORD}).status_code == 409
    job = Job.unscoped.get(pk=asked.json()["id"])
    work_out(str(job.pk), job.user_id, job.seat_id)

    told = client.get(f"/api/v1/fee-what-ifs/{path}").json()
    lines = client.get(f"/api/v1/fee-what-ifs/{path}accounts/", {"show": "more"}).json()["results"]
    kept = {number: row for number, row in rows_of(job.pk).items() if row.change > 0}
    assert (told["state"], told["components"][0]["rate"]) == ("done", "0.012")
    assert {one["account"]: Decimal(one["after"]) for one in lines} == {key: row.after for key, row in kept.items()}

    assert call(f"{path}send/", {"accounts": [ANA]}).status_code == 403
    assert call(f"{path}send/", {"accounts": [CHIDI, "X"]}, **{"Confirm-Password": PASSWORD}).status_code in (202, 409)
    assert Proposal.unscoped.count() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "NaN"}]}, 400),
        ({"components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "1.01"}]}, 400),
        ({"components": []}, 400),
        ({"accounts": ["U9000001"]}, 400),
        ({"practice": 10**30}, 400),
        ({"practice": 0}, 400),
        ({"scope": "all"}, 400),
    ],
)
def test_the_api_refuses_in_a_sentence_and_begins_no_job(quarter, at_work, body, status):
    good = {"strategy": "automatic", "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.012"}]}
    answer = at_work("alice").post("/api/v1/fee-what-ifs/", json.dumps(good | body), content_type="application/json")

    assert answer.status_code == status, answer.content
    assert Job.unscoped.filter(kind="what_if").count() == 0


@pytest.mark.parametrize("name", ["ana", "sam", "tess", "bob"])
def test_the_api_shows_nobody_elses_what_if(quarter, at_work, name):
    _address, job = tried(at_work("alice"))
    expected = 404 if name == "bob" else 403

    for path in ("", "accounts/"):
        assert at_work(name).get(f"/api/v1/fee-what-ifs/{job}/{path}").status_code == expected
    assert (
        at_work(name).post(f"/api/v1/fee-what-ifs/{job}/send/", headers={"Confirm-Password": PASSWORD}).status_code
        == expected
    )
    assert at_work(name).delete(f"/api/v1/fee-what-ifs/{job}/").status_code == expected


def test_what_the_rules_refuse_is_said_beside_the_account(quarter, at_work):
    client = at_work("alice")
    address, job = tried(client, {**HIGHER, "percent-rate": "1"})
    client.post(f"{address}send/", {"_password": PASSWORD, "which": "chosen", "chosen": [ANA]})
    sending = Job.unscoped.get(kind="what_if_send")
    propose_terms(str(sending.pk), sending.user_id, sending.seat_id)
    row = rows_of(job)[ANA]
    assert (row.answer, "apply already" in row.detail) == ("refused", True)
    with as_role("owner"):
        assert not Proposal.unscoped.exists()


def test_without_the_second_proof_nothing_is_proposed(quarter, at_work):
    client = at_work("alice")
    address, job = tried(client)
    client.post(f"{address}send/", {"which": "all"})
    client.post(f"{address}send/", {"which": "all", "_password": "wrong"})
    assert not Job.unscoped.filter(kind="what_if_send").exists()
    assert {row.sending_id for row in rows_of(job).values()} == {None}


def test_old_answers_are_dropped(quarter, at_work, world):
    _address, job = tried(at_work("alice"))
    later = datetime(2099, 1, 1, tzinfo=UTC)
    with acting(world.users["alice"].pk) as who:
        actions.ask(
            who=who,
            wanted=Wanted(strategy="automatic", components=(figures("ANNUALFLATFEE", flat="1"),)),
            of=Scope(),
            at=later,
        )
    assert rows_of(job) == {}
    page = at_work("alice").get(f"{PAGE}{job}/")
    assert "no longer kept" in page.content.decode()


def test_terms_begin_as_an_account_has_them(quarter, at_work):
    page = at_work("alice").get(f"{PAGE}?like={ANA}").content.decode()
    assert 'name="percent-rate" value="1"' in page
