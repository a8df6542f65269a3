"""The exam pack: everything of the days and nothing of anybody else's, and a reader who needs no portal."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat, SeatAccount
from accounts.ground.tree.models import Account
from fees.notices.models import NoticeSetting
from portal.examination.checking import PROOFS, SEALS, check
from portal.examination.tasks import make_pack
from tests.fees.posting.nights import Nights, figures
from tests.template import CHECKOUT
from tests.world import CANARIES

pytestmark = pytest.mark.django_db

FIRST, DAY = date(2025, 9, 30), date(2025, 10, 1)
PAGE, MAKE, API = "/reports/examination/", "/reports/examination/make/", "/api/v1/exam-packs/"
DAYS = {"first": "2025-09-01", "last": "2025-10-31"}
ANA, CHIDI = "U1000001", "U2000001"


@pytest.fixture
def sealed(world, settings, tmp_path):
    """Two sealed nights: Ana is charged 100,000 x 5 % / 252 = 19.84 a day, Chidi pays Bright 1.00; both get notices."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    nights = Nights(world)
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    nights.agree(CHIDI, figures("ANNUALFLATFEE", flat="252"), starts=FIRST)
    for number in (ANA, CHIDI):
        nights.values(number, "100000", FIRST, DAY)
        practice = nights.account(number).practice
        with as_role("owner"):
            NoticeSetting.unscoped.create(
                practice=practice, firm_id=practice.firm_id, mode="both", changed_at=datetime.now(UTC), changed_by=1
            )
    nights.night(FIRST)
    nights.night(DAY)
    nights.notices(DAY)
    return world


@pytest.fixture
def packed(client, sealed):
    """Asks for the pack as somebody, lets a worker make it, and opens it."""

    def ask(name, days=DAYS):
        client.force_login(sealed.users[name])
        answer = client.post(MAKE, days)
        assert answer.status_code == 302, answer.content.decode()
        job = Job.unscoped.order_by("-created_at").first()
        make_pack(str(job.pk), job.user_id, job.seat_id)
        file = client.get(f"/exports/{job.pk}/file/")
        assert file.status_code == 200, Job.unscoped.get(pk=job.pk).message
        return zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content)))

    return ask


def table(pack, path):
    return list(csv.DictReader(io.StringIO(pack.read(path).decode("utf-8-sig"))))


def lines(pack, path):
    return [json.loads(line) for line in pack.read(path).decode().splitlines()]


def kept(pack, folder, name="pack.zip"):
    """The pack as a file, for a reader without the portal."""
    where = folder / name
    pack.fp.seek(0)
    where.write_bytes(pack.fp.read())
    return where


def changed(pack, folder, path, old, new):
    """A copy of the pack in which one file was changed and its sum made anew, as a forger would."""
    import hashlib

    where = folder / "changed.zip"
    sums = pack.read("SHA256SUMS").decode()
    before = pack.read(path)
    after = before.replace(old, new)
    assert after != before
    sums = sums.replace(hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest())
    with zipfile.ZipFile(where, "w") as copy:
        for name in pack.namelist():
            copy.writestr(name, after if name == path else sums if name == "SHA256SUMS" else pack.read(name))
    return where


def test_it_holds_bills_proofs_notices_logs_and_seals(packed):
    pack = packed("alice")

    charges = table(pack, "bills/charges.csv")
    assert {(one["account"], one["method"], one["amount"], one["state"]) for one in charges} == {
        (number, *fee, state)
        for state in ("posted", "due")  # the second day is posted in the night after it
        for number, *fee in ((ANA, "PERCENTOFEQUITY", "19.84"), (CHIDI, "ANNUALFLATFEE", "1.00"))
    }
    assert len(charges) == 4
    proofs = lines(pack, PROOFS)
    assert {one["charge"] for one in proofs} == {one["id"] for one in charges}
    assert all(one["said"] and one["amount"] in " ".join(one["said"]) for one in proofs)
    assert [name for name in pack.namelist() if name.startswith("notices/")]
    assert pack.read(next(name for name in pack.namelist() if name.startswith("notices/")))[:5] == b"%PDF-"
    assert [one["day"] for one in sorted(lines(pack, SEALS), key=lambda one: one["day"])] == [
        "2025-09-30",
        "2025-10-01",
    ]
    moved = [(one["account"], one["amount"]) for one in table(pack, "bills/movements.csv") if one["kind"] == "fee"]
    assert sorted(moved) == [(ANA, "19.84"), (CHIDI, "1.00")]
    manifest = json.loads(pack.read("manifest.json"))
    assert manifest["files"]["bills/charges.csv"]["rows"] == 4
    assert manifest["made_by"] == "alice"
    assert "bills/charges.csv" in pack.read("README.txt").decode()


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "mallory", "vera"])
def test_it_holds_nothing_that_its_asker_may_not_see(packed, name):
    """The top level sees the fees of its second levels, they see their own alone."""
    from tests.house import rights

    pack = packed(name)

    text = "".join(pack.read(one).decode("utf-8", "replace") for one in pack.namelist() if not one.endswith(".pdf"))
    for number, word in CANARIES.items():
        assert word not in text or rights.may_read_word(name, number), (name, number)
    paid = {(one["account"], one["payee"]) for one in table(pack, "bills/charges.csv")}
    expected = {"alice": {ANA, CHIDI}, "bob": {CHIDI}, "vera": {ANA, CHIDI}}.get(name, set())
    assert {account for account, _payee in paid} == expected
    seals = lines(pack, SEALS)
    assert bool(seals) == (name in ("alice", "mallory"))


def test_it_opens_no_list_that_is_shut_to_its_asker(client, packed, sealed):
    Seat.unscoped.filter(pk=sealed.seats["vera"].pk).update(abilities=["statements"])

    pack = packed("vera")

    for path in ("bills/invoices.csv", "bills/reimbursements.csv", "bills/movements.csv", "approvals/approvals.csv"):
        assert table(pack, path) == [], path
        assert json.loads(pack.read("manifest.json"))["files"][path]["shut"], path
    assert "rights do not open it" in pack.read("README.txt").decode()
    assert table(pack, "bills/charges.csv")


def test_who_has_lost_a_right_fetches_it_no_more(client, packed, sealed):
    packed("vera")
    job = Job.unscoped.order_by("-created_at").first()
    assert "fees" in job.result["gates"]

    Seat.unscoped.filter(pk=sealed.seats["vera"].pk).update(abilities=["statements"])

    assert client.get(f"/exports/{job.pk}/file/").status_code == 403
    assert client.get(f"{API}{job.pk}/file/").status_code == 403


def test_the_trail_is_for_who_manages_users(packed, sealed):
    now = {"first": "2025-09-01", "last": timezone.now().date().isoformat()}
    Account.unscoped.filter(pk=sealed[ANA].pk).update(title="Ruiz, Ana Maria")
    Seat.unscoped.filter(pk=sealed.seats["vera"].pk).update(abilities=["statements"])

    found = lines(packed("alice", now), "logs/trail.jsonl")

    assert any("Ana Maria" in str(one["new"]) for one in found)
    assert lines(packed("vera", now), "logs/trail.jsonl") == []
    assert not any("Ana Maria" in str(one) for one in lines(packed("mallory", now), "logs/trail.jsonl"))


def test_a_pack_is_whole_until_somebody_touches_it(packed, tmp_path):
    pack = packed("alice")

    counts, problems = check(kept(pack, tmp_path))

    assert problems == []
    assert (counts["proofs"], counts["seals"]) == (4, 2)
    assert counts["files"] == len(pack.namelist()) - 1


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (PROOFS, b'"amount": "19.84"', b'"amount": "19.85"', "is not what was charged"),
        (PROOFS, b"100000.0000", b"100001.0000", "is not what was charged"),
        (SEALS, b'"counts": [', b'"counts": [1', "does not come to its digest"),
    ],
)
def test_a_forger_who_makes_the_sums_anew_is_found(packed, tmp_path, path, old, new, said):
    _counts, problems = check(changed(packed("alice"), tmp_path, path, old, new))

    assert problems
    assert said in problems[0]


def test_a_seal_taken_out_or_a_file_added_is_found(packed, tmp_path):
    pack = packed("alice")
    where = kept(pack, tmp_path)
    with zipfile.ZipFile(where, "a") as more:
        more.writestr("bills/more.csv", "x")

    assert check(where)[1] == ["bills/more.csv has no sum"]
    where.write_bytes(where.read_bytes()[:-200])
    assert check(where)[1][0].startswith("it cannot be read as a zip")


def test_it_is_read_without_the_portal(packed, tmp_path):
    where = kept(packed("alice"), tmp_path)
    command = [sys.executable, "-m", "portal.examination", str(where)]
    env = {"PATH": "/usr/bin:/bin"}

    done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip().endswith("4 proofs, 2 seals: whole")
    where.write_bytes(b"no zip")
    assert subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, check=False).returncode == 1


def test_the_command_writes_and_verifies_the_same(sealed, tmp_path, capsys):
    out = tmp_path / "pack.zip"
    days = {"first": date(2025, 9, 1), "last": date(2025, 10, 31)}

    call_command("exam_pack", person="alice", out=str(out), json=True, **days)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    call_command("exam_pack", verify=str(out), json=True)
    seen = json.loads(capsys.readouterr().out.splitlines()[-1])

    assert (told["rows"]["bills/charges.csv"], out.stat().st_mode & 0o777) == (4, 0o600)
    assert (seen["ok"], seen["proofs"], seen["seals"]) == (True, 4, 2)
    for person in ("ana", "frank", "nobody"):
        with pytest.raises(CommandError):
            call_command("exam_pack", person=person, out=str(tmp_path / "none.zip"), **days)
    assert not (tmp_path / "none.zip").exists()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first": "2025-10-31", "last": "2025-09-01"}, "after the last one"),
        ({"first": "2099-01-01", "last": "2099-02-01"}, "have not come yet"),
        ({"first": "2005-01-01", "last": "2025-10-01"}, "at most ten years"),
        ({"first": "x", "last": ""}, "marked fields"),
    ],
)
def test_days_that_cannot_be_packed_are_refused_in_words(client, world, days, said):
    client.force_login(world.users["alice"])

    answer = client.post(MAKE, days)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Job.unscoped.filter(user_id=world.users["alice"].pk).exists()
    assert client.post(API, days, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    ("name", "status"), [("ana", 404), ("chidi", 404), ("frank", 403), ("dora", 302), ("olga", 403)]
)
def test_others_ask_for_none(client, world, name, status):
    client.force_login(world.users[name])
    before = Job.unscoped.count()

    answers = {client.get(PAGE).status_code, client.post(MAKE, DAYS).status_code}

    assert answers <= {status, 302}
    assert Job.unscoped.count() == before


def test_nobody_fetches_the_pack_of_somebody_else(client, packed, sealed):
    packed("alice")
    job = Job.unscoped.order_by("-created_at").first()
    for name in ("bob", "mallory", "vera"):
        client.force_login(sealed.users[name])
        assert client.get(f"/exports/{job.pk}/file/").status_code == 404
        assert client.get(f"{API}{job.pk}/file/").status_code == 404
        assert client.delete(f"{API}{job.pk}/").status_code == 404


def test_who_sees_an_account_less_by_now_fetches_it_no_more(client, packed, sealed):
    packed("vera")
    job = Job.unscoped.order_by("-created_at").first()

    SeatAccount.unscoped.filter(seat=sealed.seats["vera"], account=sealed[CHIDI]).delete()

    assert client.get(f"/exports/{job.pk}/file/").status_code == 404
    assert client.get(f"{API}{job.pk}/file/").status_code == 404


def test_asked_twice_it_is_one_and_a_stopped_one_is_not_made(client, sealed):
    client.force_login(sealed.users["alice"])
    first, second = (client.post(API, DAYS, content_type="application/json").json() for _ in range(2))
    assert first["id"] == second["id"]
    assert client.delete(f"{API}{first['id']}/").status_code == 204
    job = Job.unscoped.get(pk=first["id"])

    make_pack(str(job.pk), job.user_id, job.seat_id)

    job.refresh_from_db(from_queryset=Job.unscoped.all())
    assert (job.state, job.result) == (JobState.CANCELLED, None)


def test_its_asker_is_mailed_a_link_and_no_figure(packed, sealed):
    sealed.users["alice"].email = "alice@example.com"
    sealed.users["alice"].save(update_fields=["email"])

    packed("alice")

    with as_role("owner"):
        mail = OutboxMessage.unscoped.get(natural_key__startswith="exam pack ")
    assert mail.recipient == "alice@example.com"
    assert "/exports/" in mail.body
    assert "19.84" not in mail.body
