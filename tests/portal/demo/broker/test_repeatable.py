"""The same seed gives the same bytes: in another process, over other cuts of the days, and with other things asked."""

import hashlib
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

from portal.demo.broker import Branch, Instruction, plan, write

FIRST, LAST = date(2025, 11, 3), date(2025, 12, 5)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def run(out: Path, *more: str, hash_seed: str = "0") -> dict[str, str]:
    command = [sys.executable, "-m", "portal.demo.broker", "--accounts", "40", "--from", str(FIRST), "--to", str(LAST)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([*command, "--out", str(out), *more], check=True, env=environment, capture_output=True, timeout=60)
    return digests(out)


def test_two_processes_write_the_same_bytes(tmp_path):
    one = run(tmp_path / "one", "--csv", hash_seed="1")
    other = run(tmp_path / "other", "--csv", hash_seed="2")

    assert len(one) == 48
    assert one == other


def test_another_seed_writes_other_bytes(tmp_path):
    one = run(tmp_path / "one")
    other = run(tmp_path / "other", "--seed", "2")

    assert one.keys() == other.keys()
    assert not set(one.values()) & set(other.values())


def test_days_written_later_join_those_written_before(tmp_path):
    firm = plan(1, 40, since=FIRST)
    write(firm, tmp_path / "once", first=FIRST, last=LAST)
    write(firm, tmp_path / "twice", first=FIRST, last=date(2025, 11, 19))
    write(firm, tmp_path / "twice", first=date(2025, 11, 20), last=LAST)

    assert digests(tmp_path / "once") == digests(tmp_path / "twice")


def test_more_clients_do_not_change_the_ones_before(tmp_path):
    few, many = plan(3, 20, since=FIRST), plan(3, 60, since=FIRST)

    assert [account.title for account in few] == [account.title for account in many][: len(few)]


def test_nothing_is_left_half_written(tmp_path):
    run(tmp_path)

    assert not list(tmp_path.glob("*.part"))


def test_a_branch_that_is_asked_again_writes_what_one_run_writes(tmp_path):
    firm = plan(1, 40, since=FIRST)
    number = next(account.number for account in firm if account.story == "steady" and account.currency == "USD")
    fee = Instruction(date(2025, 11, 19), number, Decimal("12.34"), "USD", "fee", "1")
    branch = Branch(firm, LAST)
    branch.write(tmp_path / "twice", first=FIRST, last=date(2025, 11, 19))
    branch.ask([fee])
    branch.write(tmp_path / "twice", first=date(2025, 11, 20), last=LAST)
    write(firm, tmp_path / "once", first=FIRST, last=LAST, instructions=[fee])

    assert digests(tmp_path / "once") == digests(tmp_path / "twice")
