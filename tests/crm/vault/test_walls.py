"""The second wall, jobs, files and the restore drill of the vault: with real roles, a real bucket, real rows."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.ground.access.context import acting, enter
from crm.notes.models import Note
from crm.vault import deposits, files, pepper, unlocking
from crm.vault.engine.encoding import Unopened
from crm.vault.models import Deposit, Member, SealedFile, Unlocked, Vault
from crm.vault.stores import StoreFailed, store
from tests.crm.vault.kit import PASSWORD
from tests.crm.vault.people import begun, unlock

TABLES = (
    "crm_vault",
    "crm_member",
    "crm_epoch",
    "crm_grant",
    "crm_vaultsession",
    "crm_deposit",
    "crm_sealedfile",
    "crm_note",
)
CANARY = "Kestrel prefers municipal bonds"


def opened(world, browser, name="alice"):
    """The unlocked vault as a request of this person would have it."""
    value = unlock(browser).cookies["vs"].value
    with acting(world.users[name].pk) as who:
        return unlocking.reopen(who=who, cookie=value, session_key=browser.session.session_key, at=timezone.now())


@pytest.mark.parametrize("role", ["portal_worker", "portal_office", "portal_night"])
@pytest.mark.parametrize("table", TABLES)
def test_jobs_night_and_office_read_nothing_of_vaults(world, as_role, role, table):
    with as_role(role):
        if role == "portal_worker":
            enter(world.users["alice"].pk)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(f"SELECT * FROM {table}")


@pytest.mark.parametrize("name", ["bob", "carol", "mallory", "ana", "sam", "vera", "olga", "tess"])
def test_the_database_shows_a_vault_to_its_practice_only(world, browse, as_role, name):
    alice = browse("alice")
    begun(alice)
    unlock(alice)
    with as_role("portal_web"):
        enter(world.users[name].pk)
        with connection.cursor() as cursor:
            counts = {}
            for table in TABLES:
                cursor.execute(f"SELECT count(*) FROM {table}")
                counts[table] = cursor.fetchone()[0]
    # Of the practice, with all accounts or with some; what they see opens nothing for them.
    inside = name in ("tess", "vera")
    assert bool(counts["crm_member"]) == inside and bool(counts["crm_grant"]) == inside
    assert counts["crm_vaultsession"] == 0


def test_a_job_deposits_and_a_member_keeps(world, browse, as_role):
    alice = browse("alice")
    begun(alice)
    practice = world["F100001"].practice_id
    with as_role("portal_worker"):
        left = deposits.leave(practice_id=practice, kind="mail", content=CANARY.encode(), at=timezone.now())
        assert (
            deposits.leave(practice_id=world["F900001"].practice_id, kind="mail", content=b"x", at=timezone.now())
            is None
        )
    row = Deposit.unscoped.get()
    assert row.pk == left and row.kept_at is None and CANARY.encode() not in bytes(row.sealed)
    vault = opened(world, alice)
    row.refresh_from_db()
    assert row.kept_at and deposits.content_of(row, vault.ring) == CANARY.encode()
    Deposit.unscoped.update(kind="letter")
    row.refresh_from_db()
    with pytest.raises(Unopened):
        deposits.content_of(row, vault.ring)


def test_a_worker_does_not_unlock(world, browse, settings):
    """Its login reads no key, as is proved above, its modules import nothing that unlocks, and the code refuses."""
    alice = browse("alice")
    begun(alice)
    value = unlock(alice).cookies["vs"].value
    settings.PROCESS = "worker"
    with acting(world.users["alice"].pk) as who:
        more = {"session_key": alice.session.session_key, "at": timezone.now()}
        with pytest.raises(RuntimeError):
            unlocking.unlock(who=who, password=PASSWORD, **more)
        with pytest.raises(RuntimeError):
            unlocking.reopen(who=who, cookie=value, **more)


def test_a_file_is_sealed_in_a_folder_and_read_from_anywhere(
    world, browse, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.VAULT_FILES_URL = tmp_path.as_uri()
    alice = browse("alice")
    begun(alice)
    _round_trip(opened(world, alice), django_capture_on_commit_callbacks)
    assert not list(tmp_path.glob("*/*"))  # forgotten


@pytest.fixture
def bucket(settings, tmp_path, monkeypatch):
    """A real S3 server that checks signatures (rclone), with an empty bucket."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = tmp_path / "s3"
    (root / "papers").mkdir(parents=True)
    rclone = Path(sys.executable).with_name("rclone")
    server = subprocess.Popen(
        [rclone, "serve", "s3", "--auth-key", "tests,of-the-vault", "--addr", f"127.0.0.1:{port}", root],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "RCLONE_CONFIG": str(tmp_path / "rclone.conf")},
    )
    for name, value in (
        ("ACCESS_KEY_ID", "tests"),
        ("SECRET_ACCESS_KEY", "of-the-vault"),
        ("DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    for _ in range(100):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    settings.VAULT_FILES_URL = f"s3://papers/vault?endpoint=http://127.0.0.1:{port}"
    yield root
    server.terminate()
    server.wait(10)


def test_a_file_is_sealed_in_a_bucket_and_read_from_anywhere(
    world, browse, bucket, monkeypatch, django_capture_on_commit_callbacks
):
    alice = browse("alice")
    begun(alice)
    _round_trip(opened(world, alice), django_capture_on_commit_callbacks)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    from crm.vault.stores import _store

    _store.cache_clear()
    with pytest.raises(StoreFailed):  # the server checks who asks
        store().put("x" * 64, [b"x"])
    _store.cache_clear()


def test_a_bucket_that_breaks_off_is_one_failure(settings, monkeypatch):
    """A server that promises more than it sends."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-vault")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    def answer(server):
        with server.accept()[0] as one:
            one.recv(65_536)
            one.sendall(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 100\r\n\r\nten bytes.")

    with socket.create_server(("127.0.0.1", 0)) as server:
        there = Thread(target=answer, args=(server,))
        there.start()
        settings.VAULT_FILES_URL = f"s3://papers/vault?endpoint=http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(StoreFailed):
            store().read("x" * 64, 0, 100)
        there.join(10)


def test_a_folder_that_cannot_forget_says_so(settings, tmp_path):
    settings.VAULT_FILES_URL = tmp_path.as_uri()
    (tmp_path / "xx" / ("x" * 64) / "something").mkdir(parents=True)
    with pytest.raises(StoreFailed):
        store().delete("x" * 64)


def test_what_is_forgotten_in_vain_is_still_there(
    world, browse, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.VAULT_FILES_URL = tmp_path.as_uri()
    alice = browse("alice")
    begun(alice)
    vault = opened(world, alice)
    row = files.keep(vault=vault, blocks=[CANARY.encode()], at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        files.forget(vault=vault, row=row)
        raise RuntimeError
    assert b"".join(files.content(vault=vault, row=row)) == CANARY.encode()
    with django_capture_on_commit_callbacks(execute=True):
        files.forget(vault=vault, row=row)
    assert list(store().places()) == []


def _round_trip(vault, committing):
    plain = secrets.token_bytes(200_000) + CANARY.encode()
    row = files.keep(
        vault=vault, blocks=(plain[at : at + 50_000] for at in range(0, len(plain), 50_000)), at=timezone.now()
    )
    assert files.length_of(row) == len(plain)
    assert b"".join(files.content(vault=vault, row=row)) == plain
    assert b"".join(files.content(vault=vault, row=row, begin=65_530, end=131_080)) == plain[65_530:131_080]
    sealed = store().read(row.place, 0, row.length)
    assert CANARY.encode() not in sealed and list(store().places()) == [row.place]
    other = files.keep(vault=vault, blocks=[b"another"], at=timezone.now())
    row.place, mine = other.place, row.place
    with pytest.raises((Unopened, StoreFailed)):
        b"".join(files.content(vault=vault, row=row))
    row.place = mine
    with committing(execute=True):
        for one in (row, other):
            files.forget(vault=vault, row=one)
    assert not SealedFile.unscoped.exists() and list(store().places()) == []


def test_an_upload_that_breaks_leaves_nothing(world, browse, bucket):
    alice = browse("alice")
    begun(alice)
    vault = opened(world, alice)

    def broken():
        yield b"x" * 9_000_000
        raise OSError("the browser went away")

    with pytest.raises(OSError, match="went away"):
        files.keep(vault=vault, blocks=broken(), at=timezone.now())
    assert not SealedFile.unscoped.exists() and list(store().places()) == []


def test_a_part_that_was_changed_on_the_way_is_refused_and_nothing_is_kept(world, browse, bucket, monkeypatch):
    """The server compares each part with the sum that came with it."""
    alice = browse("alice")
    begun(alice)
    vault = opened(world, alice)
    place = store()
    send = place.client.upload_part
    monkeypatch.setattr(place.client, "upload_part", lambda **said: send(**{**said, "Body": b"!" + said["Body"][1:]}))
    with pytest.raises(StoreFailed):
        files.keep(vault=vault, blocks=[CANARY.encode()], at=timezone.now())
    assert not SealedFile.unscoped.exists() and list(place.places()) == []


def test_a_bucket_that_is_gone_is_said_and_loses_no_row(world, browse, bucket):
    alice = browse("alice")
    begun(alice)
    unlock(alice)
    vault = opened(world, alice)
    row = files.keep(vault=vault, blocks=[CANARY.encode()], at=timezone.now())
    (bucket / "papers").rename(bucket / "elsewhere")
    (bucket / "papers").write_text("this server would make the bucket anew")
    with pytest.raises(StoreFailed):
        files.keep(vault=vault, blocks=[b"more"], at=timezone.now())
    with pytest.raises((StoreFailed, Unopened)):
        b"".join(files.content(vault=vault, row=row))
    sent = alice.post("/documents/", {"file": SimpleUploadedFile("a.txt", b"words")})
    assert sent.status_code in (422, 503) and SealedFile.unscoped.get().pk == row.pk


def verify(**said):
    out = StringIO()
    try:
        call_command("vault", "verify", json=True, stdout=out, **said)
    except SystemExit as ended:
        return ended.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_verify_opens_every_record_with_the_papers_and_names_what_was_changed(
    world, browse, settings, tmp_path, monkeypatch
):
    settings.VAULT_FILES_URL = tmp_path.as_uri()
    alice = browse("alice")
    code, *sheets = begun(alice)
    unlock(alice)
    for number in range(3):
        assert alice.post("/accounts/U1000001/notes/", {"title": f"{number}", "body": CANARY}).status_code == 302
    files.keep(vault=opened(world, alice), blocks=[CANARY.encode()], at=timezone.now())
    practice = world["F100001"].practice_id

    def drill(papers):
        monkeypatch.setattr(sys, "stdin", StringIO(json.dumps(papers)))
        return verify(practice=practice)

    done, told = verify()
    assert (done, told["wrong"], told["vaults"]) == (0, [], 1)
    assert next(iter(told["peppers"].values())) == 1
    for papers in ({"sheets": sheets[1:]}, {"username": "alice", "code": code}):
        done, told = drill(papers)
        assert done == 0 and told["opened"] == {"note": 3, "file": 1}
        assert CANARY not in json.dumps(told)
    Note.unscoped.filter(pk=Note.unscoped.first().pk).update(version=7)
    done, told = drill({"sheets": sheets[:2]})
    assert done == 1 and len(told["wrong"]) == 1
    Member.unscoped.update(not_before=5)
    assert verify()[0] == 1


def test_what_is_written_is_found_nowhere_but_sealed(world, browse, settings, tmp_path, caplog):
    """The canary is looked for in every row of the database, the files, the logs and the places of temporary files."""
    settings.VAULT_FILES_URL = tmp_path.as_uri()
    alice, began = browse("alice"), time.time()
    papers = begun(alice)
    unlock(alice)
    alice.post("/accounts/U1000001/notes/", {"title": "Kestrel", "body": CANARY})
    assert CANARY in alice.get("/accounts/U1000001/notes/").content.decode()
    alice.get("/accounts/U1000001/notes/?q=municipal")
    files.keep(vault=opened(world, alice), blocks=[CANARY.encode() * 1000], at=timezone.now())
    secret = [CANARY, "municipal", PASSWORD, papers[0], papers[1]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        dump = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{table}\" t")
            dump += cursor.fetchone()[0]
    found = [word for word in secret if word in dump or word.encode().hex() in dump]
    for path in [*tmp_path.rglob("*"), *(one for one in Path("/tmp").glob("*.upload*") if one.stat().st_mtime > began)]:  # noqa: S108
        if path.is_file():
            found += [word for word in secret if word.encode() in path.read_bytes()]
    found += [word for word in secret if word in caplog.text]
    assert found == [] and len(dump) > 10_000


def test_a_start_without_the_pepper_is_refused(world, browse, settings):
    pepper.refuse_wrong()  # nobody has a storage password yet
    begun(browse("alice"))
    pepper.refuse_wrong()
    before = list(settings.VAULT_PEPPERS)
    settings.VAULT_PEPPERS = ["q" * 60]
    with pytest.raises(ImproperlyConfigured, match="pepper"):
        pepper.refuse_wrong()
    settings.VAULT_PEPPERS = ["q" * 60, *before]  # a new first line rotates
    pepper.refuse_wrong()
    assert unlock(browse("alice")).status_code == 302


def test_a_lost_pepper_leaves_the_recovery_code(world, browse, settings):
    from tests.crm.vault.people import HOME, SURE, papers

    alice = browse("alice")
    code = begun(alice)[0]
    settings.VAULT_PEPPERS = ["q" * 60]
    assert unlock(alice).status_code == 422
    answer = alice.post(HOME + "recover/", {"code": code, "storage_password": PASSWORD, "again": PASSWORD}, **SURE)
    assert alice.post(HOME + "code/", {"code": papers(answer)[0]}).status_code == 302
    assert unlock(alice).status_code == 302 and Vault.unscoped.count() == 1 and Unlocked.unscoped.count() == 1
