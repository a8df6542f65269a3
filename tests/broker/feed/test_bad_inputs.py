"""Bad input is named by file, account and row; nothing of it is half stored, and the rest of the file loads."""

import pytest

from accounts.broker.feed.actions import import_statements
from accounts.broker.models import StatementFile
from accounts.ground.models import Hold, Request
from tests.broker.bad_inputs import BAD_INPUTS, HELD, LOADS, REFUSED, REJECTED, BadInput
from tests.broker.flex import ANA, AT, CHIDI, rows_everywhere, stored
from tests.figures import write


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: bad.name)
def test_bad_input_does_no_harm(desk, bad: BadInput):
    before = rows_everywhere()
    path = desk.put(bad.content(), "bad" + bad.suffix)

    report = import_statements([path], at=AT)

    checks = {REFUSED: _refused, HELD: _held, REJECTED: _rejected, LOADS: _loads}
    checks[bad.end](bad, report, before)
    write("bad_inputs", bad.name, tried=1)


def _refused(bad, report, before):
    assert [entry["file"] for entry in report.unreadable.entries] == ["bad" + bad.suffix]
    assert bad.says in report.unreadable.entries[0]["reason"]
    assert rows_everywhere() == before
    assert not Hold.unscoped.exists()
    assert not StatementFile.unscoped.exclude(state="refused").exists()


def _held(bad, report, before):
    assert report.unreadable.total == 0
    assert stored(ANA) is None
    after = rows_everywhere()
    assert after.pop("NavDaily") - before.pop("NavDaily") == 1
    assert after == before, "only chidi's value may be stored"
    assert stored(CHIDI) is not None
    hold = Hold.unscoped.get()
    assert (hold.account.number, hold.reason) == (ANA, bad.reason)
    assert hold.detail.startswith("bad" + bad.suffix + ", ")
    assert bad.says in hold.detail
    assert Request.unscoped.filter(account=hold.account, kind="statement", finished_at=None).count() == 1
    assert {"file", "account", "row", "reason"} <= report.held.entries[0].keys()


def _rejected(bad, report, before):
    assert (report.unreadable.total, report.held.total) == (0, 0)
    assert any(bad.says in entry["reason"] for entry in report.rejected.entries)
    assert all(entry["row"] and entry["file"] for entry in report.rejected.entries)
    assert stored(CHIDI) is not None
    assert not Hold.unscoped.exists()


def _loads(bad, report, before):
    assert (report.unreadable.total, report.held.total, report.rejected.total) == (0, 0, 0)
    assert stored(CHIDI) is not None
    assert not bad.says or any(bad.says in entry["warning"] for entry in report.warnings.entries)


def test_the_bad_file_stops_no_other(desk):
    report = desk.load(b"<broken", desk_good(), b"\0\0")

    assert report.unreadable.total == 2
    assert stored(CHIDI) is not None


def desk_good() -> bytes:
    from tests.broker.bad_inputs import plain

    return plain()
