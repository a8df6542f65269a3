"""What the demo broker writes reconciles to the cent, and what it spoils on purpose does no harm."""

from datetime import UTC, date, datetime

import pytest

from accounts.broker.feed.actions import import_statements
from accounts.broker.lots.pages import CENT, days_of, line_of
from accounts.broker.lots.queries import Choices, contracts_of
from accounts.broker.models import NavDaily
from accounts.ground.access.context import Who, as_role
from accounts.ground.days.actions import seed
from accounts.ground.models import Hold, Notification
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import HOLDING_KINDS, Account
from tests.figures import write as write_figure

roster = pytest.importorskip("portal.demo.broker.roster")

from portal.demo.broker.faults import FAULTS, spoil  # noqa: E402
from portal.demo.broker.writer import write  # noqa: E402

FIRST, LAST = date(2025, 10, 20), date(2025, 11, 7)
AT = datetime(2025, 11, 8, 9, tzinfo=UTC)
# Faults that a careful reader takes: odd, but nothing is wrong with the figures.
HARMLESS = {"utf16", "wrong_count", "duplicate", "unknown_attribute", "no_nav", "non_business_day"}
REJECTED = {"unknown_account", "master_holds", "bad_account_id"}


@pytest.fixture
def plan(db):
    """The demo firm's accounts, made in the tree."""
    seed(first_year=2023, last_year=2027)
    planned = roster.plan(1, 25, 2, 1, since=FIRST)
    made = {}
    for one in planned:
        facts = {"number": one.number, "base_currency": one.currency, "day": one.opened_on}
        if one.kind == "top_master":
            made[one.number] = tree.create_firm(name=one.title, **facts)
        elif one.kind == "second_master":
            made[one.number] = tree.create_second_level(top=made[one.parent], name=one.title, **facts)
        else:
            made[one.number] = tree.create_account(parent=made[one.parent], kind=one.kind, title=one.title, **facts)
    return planned


@pytest.mark.parametrize("per", ["day", "all"])
def test_every_statement_reconciles_whatever_it_covers(plan, tmp_path, per):
    written = write(plan, tmp_path, first=FIRST, last=LAST, per=per)

    report = import_statements(written.files, at=AT)

    assert (report.held.entries, report.rejected.entries, report.warnings.entries) == ([], [], [])
    assert report.not_reconcilable.entries == []
    assert NavDaily.unscoped.count() == written.account_days


def test_days_and_months_of_the_same_plan_are_the_same_values(plan, tmp_path):
    import_statements(write(plan, tmp_path / "days", first=FIRST, last=LAST, per="day").files, at=AT)

    report = import_statements(write(plan, tmp_path / "all", first=FIRST, last=LAST, per="all").files, at=AT)

    assert (report.counts["navdaily"].new, report.counts["navdaily"].changed) == (0, 0)


def test_what_it_says_it_realized_ties_to_the_lots(plan, tmp_path):
    import_statements(write(plan, tmp_path, first=FIRST, last=LAST, per="day").files, at=AT)

    with as_role("office"):
        office = Who(user_id=1, seat_id=1, role="office", reach="office")
        accounts = Account.unscoped.filter(kind__in=HOLDING_KINDS)
        contracts = [one for account in accounts for one in contracts_of(office, account, Choices())]

    lines = [line_of(one, LAST.year) for one in contracts]
    assert sum(len(days_of(one)) for one in contracts) > 10
    assert [(one.contract.symbol, one.difference, one.apart) for one in lines if one.difference or one.apart] == []
    for one in contracts:
        if one.stated:
            assert abs(one.book.cost - one.stated[1]) < CENT, one.symbol


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_spoiled_file_does_no_harm(plan, tmp_path, kind):
    written = write(plan, tmp_path, first=FIRST, last=FIRST, per="day")
    (path,) = written.files
    path.write_bytes(spoil(path.read_bytes(), kind))

    report = import_statements([path], at=AT)

    write_figure("bad_inputs", f"demo {kind}", tried=1)
    fault = FAULTS[kind]
    if kind in HARMLESS:
        assert (report.unreadable.total, report.held.total, report.rejected.total) == (0, 0, 0)
    elif fault.whole_file:
        assert report.unreadable.total == 1
        assert not NavDaily.unscoped.exists()
    elif kind in REJECTED:
        assert report.rejected.total >= 1
        assert NavDaily.unscoped.count() == written.statements - 1
    else:
        assert Hold.unscoped.count() == 1
        assert NavDaily.unscoped.count() == written.statements - 1
    assert not Notification.unscoped.filter(kind="message").exists()
