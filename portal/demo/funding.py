"""Money in and out of the demo firm: a saved bank, a wire that is coming, a withdrawal that waits for the advisor, and
one that waits for the client."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from accounts.broker.funding import actions
from accounts.broker.funding.actions import BankAsked
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.models import FundingKind, FundingRequest
from accounts.broker.funding.rules import FundingProblem
from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.tree.models import Account
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan
from portal.demo.settling import clients_with_sign_in
from portal.demo.tickets import owner_of

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


def _withdraw(who: Who, account: Account, amount: Decimal, at: datetime) -> None:
    """By check; where the account has not so much cash, nothing is asked for."""
    asked = Asked(FundingKind.WITHDRAWAL, account.base_currency, uuid4(), amount, "CHECK")
    with suppress(FundingProblem):
        actions.withdraw(who=who, account=account, asked=asked, factor=FACTOR, at=at)
