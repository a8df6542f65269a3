"""Money and positions in and out of the demo firm: a saved bank, a payee and a broker, a wire that is coming, a
withdrawal that waits for the advisor and one that waits for the client, a bill, what recurs, positions on their way.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from accounts.broker.funding import actions
from accounts.broker.funding.actions import BankAsked
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.models import FundingKind, FundingRequest, PositionKind
from accounts.broker.funding.rules import FundingProblem
from accounts.broker.positions.queries import movable
from accounts.broker.recurring.actions import Wanted, set_up
from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.tree.models import Account
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan
from portal.demo.settling import clients_with_sign_in
from portal.demo.tickets import owner_of
from portal.lib.exchange import exchange_day

# As with a phone key, so that nothing waits for a mailed number.
FACTOR = "phone"


def ask_missing(firm: Plan, *, at: datetime) -> int:
    """A few requests of the clients who sign in; how many. Where there is any, nothing is asked."""
    with as_role("office"):
        if FundingRequest.unscoped.exists():
            return 0
    cast = cast_of(firm)
    for place, planned in enumerate(clients_with_sign_in(firm)):
        account = cast.accounts[planned.number]
        with acting(owner_of(account)) as who:
            if who is not None:
                _of_the_owner(who, account, withdraws=place == 0, at=at)
        with acting(cast.users[account.practice_id]) as who:
            if who is not None and place:
                _withdraw(who, account, Decimal(250), at)
    with as_role("office"):
        return FundingRequest.unscoped.count()


def _of_the_owner(who: Who, account: Account, *, withdraws: bool, at: datetime) -> None:
    bank = BankAsked("Household account", "WIRE", "Harborlight Savings Bank", account.title, "HRBLUS33", "4471900255")
    actions.save_bank(who=who, account=account, bank=bank, key=uuid4(), factor=FACTOR, at=at)
    coming = Asked(FundingKind.DEPOSIT, account.base_currency, uuid4(), Decimal(2500), "WIRE")
    actions.notify_deposit(who=who, account=account, asked=coming, at=at)
    if withdraws:
        _withdraw(who, account, Decimal(400), at)
    _pay_bills(who, account, at)
    _move_positions(who, account, at)


def _pay_bills(who: Who, account: Account, at: datetime) -> None:
    """A payee with a bill, and what comes again and again: the bill every month, a deposit every quarter."""
    power = BankAsked(
        "Power at home", "BILLPAY", "40 Wharf Street, Springfield", "Springfield Power & Light", "", "C-20417"
    )
    payee = actions.save_bank(who=who, account=account, bank=power, key=uuid4(), factor=FACTOR, at=at).bank
    bill = Asked(FundingKind.WITHDRAWAL, "USD", uuid4(), Decimal("88.15"), "BILLPAY", bank=payee)
    with suppress(FundingProblem):
        actions.withdraw(who=who, account=account, asked=bill, factor=FACTOR, at=at)
    first = (exchange_day(at).replace(day=1) + timedelta(days=45)).replace(day=15)
    for wanted in (
        Wanted("Power", "withdrawal", "BILLPAY", Decimal(90), "USD", "month", first, uuid4(), None, payee),
        Wanted("Savings", "deposit", "WIRE", Decimal(1500), account.base_currency, "quarter", first, uuid4()),
    ):
        set_up(who=who, account=account, wanted=wanted, factor=FACTOR, at=at)


def _move_positions(who: Who, account: Account, at: datetime) -> None:
    """A tenth of the first position goes to another broker, and what is held there comes."""
    there = BankAsked("Former broker", "ACATS", "Harborlight Securities LLC", account.title, "0443", "HLS-5520187")
    broker = actions.save_bank(who=who, account=account, bank=there, key=uuid4(), factor=FACTOR, at=at).bank
    ways = {"method": "ACATS", "bank": broker}
    held = [one for one in movable(who, account) if one.free >= 10]
    asked = [Asked(PositionKind.IN, account.base_currency, uuid4(), **ways)]  # type: ignore[arg-type]
    if held:
        parts = (held[0].part(held[0].free // 10),)
        asked.append(Asked(PositionKind.OUT, account.base_currency, uuid4(), parts=parts, **ways))  # type: ignore[arg-type]
    for one in asked:
        with suppress(FundingProblem):
            actions.transfer_positions(who=who, account=account, asked=one, factor=FACTOR, at=at)


def _withdraw(who: Who, account: Account, amount: Decimal, at: datetime) -> None:
    """By check; where the account has not so much cash, nothing is asked for."""
    asked = Asked(FundingKind.WITHDRAWAL, account.base_currency, uuid4(), amount, "CHECK")
    with suppress(FundingProblem):
        actions.withdraw(who=who, account=account, asked=asked, factor=FACTOR, at=at)
