"""Real files of other projects, where they are at hand: they load what they hold and say what they lack."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.broker.feed.actions import import_statements
from accounts.broker.models import CashBalance, CashLine, FxRate, NavDaily, Position, Trade
from accounts.ground.models import Hold
from accounts.ground.tree import actions as tree
from tests.broker.flex import AT, rows_everywhere
from tests.world import OPENED

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "samples" / "flex"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the sample files are not at hand")

BASES = {"U123456": "USD", "U000000": "CHF", "U1234567": "EUR", "U1234568": "EUR"}


@pytest.fixture
def sampled(world):
    for number, base in BASES.items():
        account = tree.create_account(
            parent=world["F100001"], kind="client", number=number, title=number, base_currency=base, day=OPENED
        )
        tree.open_account(account=account, day=OPENED)
    return world


def files(*words: str) -> list[Path]:
    return [path for path in sorted(FOLDER.glob("*.xml")) if any(word in path.name for word in words or [""])]


@pytest.mark.parametrize("path", files() if FOLDER.is_dir() else [], ids=lambda path: path.stem)
def test_a_real_file_loads_and_loads_again_to_nothing(sampled, path):
    numbers = set(re.findall(r'<FlexStatement accountId="(\w+)"', path.read_text()))
    base = dict(re.findall(r'<AccountInformation accountId="(\w+)"[^>]*? currency="(\w+)"', path.read_text()))
    for number in numbers & base.keys():
        type(sampled["F100001"]).unscoped.filter(number=number).update(base_currency=base[number])

    report = import_statements([path], at=AT)
    before = rows_everywhere()
    again = import_statements([path], at=AT)

    assert (report.unreadable.total, report.held.total, report.rejected.total) == (0, 0, 0)
    assert report.total("new") > 0
    assert {entry["account"] for entry in report.not_reconcilable.entries} == numbers
    assert (again.total("new"), again.total("changed")) == (0, 0)
    assert rows_everywhere() == before
    assert not Hold.unscoped.exists()


def test_what_the_advisors_file_holds(sampled):
    import_statements(files("assembled"), at=AT)

    assert NavDaily.unscoped.get().nlv == Decimal("40.1509")
    assert CashLine.unscoped.get().kind == "Dividends"
    assert Position.unscoped.get().quantity == Decimal(-100)


def test_what_the_month_with_rates_holds(sampled):
    report = import_statements(files("month_with_cash_report"), at=AT)

    assert (FxRate.unscoped.count(), Trade.unscoped.count(), CashLine.unscoped.count()) == (720, 8, 2)
    assert CashBalance.unscoped.filter(is_total=True).count() == 1
    assert any("no net asset value" in str(entry["reason"]) for entry in report.not_reconcilable.entries)
    assert report.warnings.entries == []


def test_order_and_symbol_summaries_are_not_trades(sampled):
    report = import_statements(files("symbol_summary"), at=AT)

    assert Trade.unscoped.get().quantity == Decimal(157)
    assert report.warnings.entries == []
