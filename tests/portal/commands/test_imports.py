"""manage.py import_contacts and import_calendar: what was read, as the product understood it; kept only sealed."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from crm.vault.models import Deposit

CARDS = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ruiz;Ana;;;\r\nEMAIL:ana@x.com\r\nEND:VCARD\r\nBEGIN:VCARD\r\nEND:VCARD\r\n"
EVENT = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261120T083000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def file(tmp_path):
    def write(content, name="given"):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


def answer(*args):
    out = io.StringIO()
    call_command(*args, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.mark.parametrize("firm", ["F100001", "f200002"])
def test_a_dry_run_tells_every_card_and_keeps_nothing(world, file, firm):
    told = answer("import_contacts", file(CARDS), "--firm", firm, "--dry-run")

    assert (told["ok"], told["format"], told["kept"]) == (True, "vcard", False)
    assert (told["rows"], told["created"], told["skipped"], told["rejected"]) == (2, 1, 0, 1)
    one, other = told["contacts"]
    assert (one["verdict"], one["contact"]["name"], one["contact"]["email"]) == ("create", "Ruiz", "ana@x.com")
    assert (other["line"], other["verdict"], other["words"]) == (6, "reject", "The card names nobody.")
    assert not Deposit.unscoped.exists()


def test_without_a_vault_nothing_can_be_kept(world, file):
    with pytest.raises(CommandError, match="has no vault yet"):
        call_command("import_contacts", file(CARDS), "--firm", "F100001")
    with pytest.raises(CommandError, match="has no vault yet"):
        call_command("import_calendar", file(EVENT), "--person", "alice")
    assert not Deposit.unscoped.exists()


def test_a_calendar_is_read_in_the_persons_time_zone(world, file):
    world.users["alice"].timezone = "Europe/Berlin"
    world.users["alice"].save()

    told = answer("import_calendar", file(EVENT), "--person", "alice", "--dry-run")

    assert (told["created"], told["rejected"], told["zone"]) == (1, 0, "Europe/Berlin")
    assert told["entries"][0]["entry"]["start"] == "2026-11-20T08:30:00+01:00"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("import_contacts", "FILE", "--firm", "Nowhere"), "there is no firm “Nowhere”"),
        (("import_contacts", "/no/such", "--firm", "F100001"), "cannot be read"),
        (("import_calendar", "FILE", "--person", "nobody"), "nobody signs in as nobody"),
        (("import_calendar", "FILE", "--person", "alice"), "The file is no calendar."),
    ],
)
def test_refusals(world, file, args, words):
    path = file(CARDS)
    with pytest.raises(CommandError, match=words):
        call_command(*(path if one == "FILE" else one for one in args), "--dry-run")
