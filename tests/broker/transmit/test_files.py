"""What a night tells the broker: each movement once, in a file that is sealed, delivered, and the same when resumed."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection

from accounts.broker.transmit.models import Instruction, InstructionFile
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.outbox.actions import deliver_due
from accounts.ground.outbox.models import OutboxMessage
from fees.posting.checks import Night, look
from fees.posting.seal import seal_digest
from portal.lib.fingerprint import digest
from tests.broker.transmit.conftest import ANA, BRIGHT, CHIDI, DAY, NEXT, TOP

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def rows() -> list[tuple]:
    with as_role("owner"):
        found = Instruction.unscoped.order_by("payer", "payee")
        return list(found.values_list("kind", "payer", "payee", "amount", "currency"))


def test_fees_go_to_the_master_and_from_there_to_the_advisor_below(told):
    """A sweep to the top level's own practice moves nothing at the broker."""
    assert rows() == [
        ("sweep", TOP, BRIGHT, Decimal("2.00"), "USD"),
        ("fee", ANA, TOP, Decimal("1.00"), "USD"),
        ("fee", CHIDI, TOP, Decimal("2.00"), "USD"),
    ]


def test_the_file_says_the_same_and_its_hash_is_sealed(told):
    file = InstructionFile.unscoped.get()
    body = OutboxMessage.unscoped.get(natural_key=f"instructions {file.pk}").body
    lines = body.splitlines()

    assert (file.name, file.rows, file.sha256) == (f"{TOP}_20251001_1_instructions.csv", 3, digest(body))
    assert lines[0] == "reference,day,kind,payer,payee,amount,currency,memo"
    with as_role("owner"):
        fee = Transfer.unscoped.get(account__number=ANA, kind="fee")
    assert f'{fee.pk},2025-10-01,fee,{ANA},{TOP},1.00,USD,"ADVISORY FEE 2025-09-30 TO 2025-09-30"' in lines
    seal = told.sealed(ANA, DAY)
    assert seal.figures["instructions"]["rows"] == 3
    assert seal.figures["instructions"]["totals"] == {"USD": "5.00"}
    assert seal.digest == seal_digest(seal)
    seal.figures["instructions"]["digest"] = digest("another file")
    assert seal.digest != seal_digest(seal)


def test_told_twice_is_told_once(told):
    before = rows(), OutboxMessage.unscoped.count()

    again = told.transmit(DAY)

    assert (rows(), OutboxMessage.unscoped.count()) == before
    assert again.figures == {"files": 1, "digest": digest(InstructionFile.unscoped.get().sha256)}


def test_a_day_that_moves_nothing_writes_no_file(told):
    with as_role("owner"):
        assert not InstructionFile.unscoped.exclude(day=DAY).exists()


def test_many_movements_are_spread_over_files(told, monkeypatch):
    monkeypatch.setattr("accounts.broker.transmit.night.ROWS_A_FILE", 2)
    told.night(NEXT)

    files = InstructionFile.unscoped.filter(day=NEXT).order_by("part")
    assert [(file.part, file.rows) for file in files] == [(1, 2), (2, 1)] or [
        (file.part, file.rows) for file in files
    ] == [(1, 1), (2, 2)]
    assert look(Night(told.run(NEXT).pk, NEXT)) == []


def test_delivered_into_a_folder_whole_and_again_without_harm(told, tmp_path: Path):
    """Lost after it was written: the message is still owed, and the second delivery leaves the same file."""
    file = InstructionFile.unscoped.get()
    assert deliver_due(at=LATER) == 1
    first = (tmp_path / file.name).read_bytes()
    OutboxMessage.unscoped.update(delivered_at=None)

    assert deliver_due(at=LATER) == 1

    assert digest(first.decode()) == file.sha256
    assert (tmp_path / file.name).read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_another_file_of_the_name_is_not_overwritten(told, tmp_path: Path):
    (tmp_path / InstructionFile.unscoped.get().name).write_text("somebody else's")

    assert deliver_due(at=LATER) == 0

    message = OutboxMessage.unscoped.get()
    assert message.delivered_at is None
    assert "another content" in message.last_error


def test_a_worker_killed_while_it_writes_leaves_no_half_file(told, tmp_path: Path, monkeypatch):
    """Death between the bytes and the name: nothing of that name is there, and the next delivery makes it."""

    def die(self, target):
        raise SystemExit

    name = InstructionFile.unscoped.get().name
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(Path, "replace", die)
        deliver_due(at=LATER)
    assert not (tmp_path / name).exists()

    assert deliver_due(at=LATER) == 1
    assert (tmp_path / name).exists()


def test_delivered_to_a_mailbox_as_an_attachment(told):
    OutboxMessage.unscoped.update(recipient="mailto:desk@broker.example")

    assert deliver_due(at=LATER) == 1

    [sent] = mail.outbox
    name, content, kind = sent.attachments[0]
    assert (sent.to, name, kind) == (["desk@broker.example"], InstructionFile.unscoped.get().name, "text/csv")
    assert digest(content) == InstructionFile.unscoped.get().sha256


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE broker_instruction SET amount = amount + 1",
        "DELETE FROM broker_instruction",
        "UPDATE broker_instructionfile SET sha256 = ''",
        "DELETE FROM broker_instructionfile",
    ],
)
def test_what_was_told_is_never_changed(told, change):
    connection.check_constraints()
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cur:
        cur.execute(change)
