"""Retirement accounts of the cast with values and withdrawals, as the broker's statements would bring them."""

from datetime import date
from decimal import Decimal

from accounts.broker.activity.models import CashLine, PositionTransfer
from accounts.broker.feed.models import FileKind, FileState, NavDaily, StatementFile
from accounts.ground.access.context import as_role, cursor
from accounts.ground.tree.models import Account


def ira(world, number: str, kind: str = "IRA Traditional", born_on: date | None = date(1951, 5, 1)) -> Account:
    """The account of the cast as a retirement account."""
    with as_role("owner"):
        Account.unscoped.filter(number=number).update(customer_type=kind, holder_born_on=born_on, status="O")
        return Account.unscoped.select_related("practice").get(number=number)


def a_file() -> StatementFile:
    """Where rows came from."""
    found = StatementFile.unscoped.first()
    return found or StatementFile.unscoped.create(
        sha256="0" * 64, name="file.xml", kind=FileKind.FLEX, state=FileState.LOADED, size=1, imported_at=_NOON
    )


def worth(account: Account, day: date, nlv: str, flow: str = "0") -> None:
    """What the account was worth at the end of a day."""
    with as_role("owner"):
        with cursor() as cur:
            cur.execute("SELECT broker_ensure_partitions(%s, %s)", [day, day])
        NavDaily.unscoped.create(
            account_id=account.pk, nav_date=day, nlv=Decimal(nlv), flow=Decimal(flow), currency=account.base_currency
        )


def withdraws(account: Account, day: date, amount: str, key: str = "") -> None:
    """Cash that left for the owner."""
    with as_role("owner"):
        CashLine.unscoped.create(
            firm_id=account.firm_id,
            account_id=account.pk,
            key=key or f"{account.number} {day} {amount}",
            kind=CashLine.DEPOSITS,
            currency=account.base_currency,
            amount=-Decimal(amount),
            base=-Decimal(amount),
            report_on=day,
            description="DISBURSEMENT",
            file=a_file(),
        )


def hands_over(account: Account, day: date, worth_of: str, kind: str) -> None:
    """Positions that left the account."""
    with as_role("owner"):
        PositionTransfer.unscoped.create(
            firm_id=account.firm_id,
            account_id=account.pk,
            key=f"{kind} {day}",
            kind=kind,
            direction="OUT",
            report_on=day,
            currency=account.base_currency,
            flow=-Decimal(worth_of),
            symbol="AAPL",
            file=a_file(),
        )


_NOON = "2026-01-02T12:00:00Z"
