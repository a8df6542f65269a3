"""Where the demo broker and the importer meet: good files load whole, damaged ones as far as they can be trusted."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.broker.feed.actions import import_statements
from accounts.broker.feed.models import ChangeInNav, NavDaily
from accounts.ground.access.context import as_role
from portal.demo import settling
from portal.demo.broker import FAULTS, plan, spoil, write

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)
AT = datetime(2026, 4, 1, 6, tzinfo=UTC)
FLOWS = ("depositsWithdrawals", "internalCashTransfers", "assetTransfers")
_NOTHING = {"refused": 0, "held": 0, "rejected": 0, "warned": 0}
# Oddities that a careful reader takes, with what it says of them.
HARMLESS = {
    "utf16": _NOTHING,
    "duplicate": _NOTHING | {"warned": 1},
    "unknown_attribute": _NOTHING | {"warned": 3},
    "wrong_count": _NOTHING | {"warned": 1},
}
# (holds told, anything rejected), where it is not the account held once. A missing value is found by the night.
OUTCOMES = {
    "no_nav": (0, False),
    "non_business_day": (0, False),
    "unknown_account": (0, True),
    "bad_account_id": (0, True),
    "master_holds": (0, True),
    "conflicting_duplicate": (2, False),
}


@pytest.fixture
def firm(db):
    firm = plan(5, 12, since=DAY)
    settling.settle(firm, until=NEXT, keep=lambda _sign_ins: None)
    return firm


def load(*paths):
    return import_statements(paths, at=AT)


@pytest.fixture
def good(firm, tmp_path):
    return write(firm, tmp_path, first=DAY, last=DAY).files[0].read_bytes()


@pytest.fixture
def victim(firm):
    return next(one.number for one in firm if one.kind == "client" and one.currency == "USD")


def values() -> dict[str, Decimal]:
    return dict(NavDaily.unscoped.filter(nav_date=DAY).values_list("account__number", "nlv"))


def test_every_fault_costs_its_account_or_its_file_and_nothing_else(firm, good, victim, tmp_path):
    path = tmp_path / "spoiled.xml"
    holders = {one.number for one in firm.holders()}
    for kind in sorted(FAULTS):
        path.write_bytes(spoil(good, kind, account=victim))
        with as_role("night"), transaction.atomic(using="night"):
            report = load(path)
            found = set(values())
            assert set(NavDaily.unscoped.values_list("nav_date", flat=True)) <= {DAY}, kind
            told = {
                "refused": report.unreadable.total,
                "held": report.held.total,
                "rejected": report.rejected.total,
                "warned": report.warnings.total,
            }
            transaction.set_rollback(True, using="night")

        if kind in HARMLESS:
            assert found == holders, kind
            assert told == HARMLESS[kind], kind
        elif FAULTS[kind].whole_file:
            assert found == set(), kind
            assert told["refused"] == 1, kind
        else:
            assert found == holders - {victim}, kind
            assert (told["held"], told["rejected"] > 0) == OUTCOMES.get(kind, (1, False)), kind


def test_a_held_account_is_named_with_file_row_and_reason(good, victim, tmp_path):
    path = tmp_path / "spoiled.xml"
    path.write_bytes(spoil(good, "nan", account=victim))

    (entry,) = load(path).held.entries

    assert (entry["file"], entry["account"], entry["reason"]) == ("spoiled.xml", victim, "bad_value")
    assert "NaN" in entry["detail"]


def test_what_the_broker_wrote_is_what_is_stored_and_a_second_time_changes_nothing(firm, tmp_path):
    written = write(firm, tmp_path, first=DAY, last=date(2026, 3, 12), csv=True)
    table = {}
    for path in tmp_path.glob("*.csv"):
        for line in path.read_text().splitlines()[1:]:
            number, day, nav, currency = line.split(",")
            table[number, date.fromisoformat(day)] = (Decimal(nav), currency)

    first = load(*(path for path in written.files if path.suffix == ".xml"))
    again = load(*(path for path in written.files if path.suffix == ".xml"))

    with as_role("night"):
        stored = {
            (row.account.number, row.nav_date): (row.nlv, row.currency)
            for row in NavDaily.unscoped.select_related("account")
        }
        checked = set()
        for change in ChangeInNav.unscoped.select_related("account"):
            stated = sum(change.components.get(name, 0) and Decimal(change.components[name]) for name in FLOWS)
            day = NavDaily.unscoped.get(account=change.account_id, nav_date=change.last_day)
            assert abs(day.flow - stated) <= Decimal("0.01"), (change.account, change.last_day)
            checked.add(change.account.number)
    assert stored == table
    assert checked == {one.number for one in firm.holders()}
    assert (first.held.total, first.rejected.total, first.unreadable.total) == (0, 0, 0)
    assert again.total("new") == again.total("changed") == 0


def test_the_table_of_daily_values_loads_like_the_statements(firm, tmp_path):
    (path,) = write(firm, tmp_path, first=DAY, last=DAY, xml=False, csv=True).files

    report = load(path)

    assert (report.unreadable.total, report.held.total, report.rejected.total) == (0, 0, 0)
    with as_role("night"):
        assert set(values()) == {one.number for one in firm.holders()}
