"""Choosing how lots are matched: an account's standing method, and the lots of one contract on one trade day.

What is chosen is an instruction that is kept with its trail; nothing is traded here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.broker.lots.locking import hold
from accounts.broker.lots.matching import STANDING, Method, takes_methods
from accounts.broker.lots.models import LotChoice, LotDefault
from accounts.broker.lots.queries import Contract, contract_of, open_before
from accounts.broker.lots.rules import FINAL, LotConflict, LotProblem, check_day, final_at, first_open_day
from accounts.ground.access.context import Who, current_alias
from accounts.ground.days.queries import calendar
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop


def set_default(*, who: Who, account: Account, method: str, at: datetime) -> LotDefault:
    """Make it the account's method from the first trade day on that is not final."""
    if method not in STANDING:
        raise LotProblem(_("There is no such method for a whole account."))
    with _before_it_is_final(), transaction.atomic(using=current_alias.get()):
        hold(who=who, account=account, at=at)
        starts = first_open_day(at, calendar())
        said = {"method": method, "chosen_by": who.user_id, "chosen_at": at}
        whose = {"account_id": account.pk, "starts": starts}
        # The lock that is held keeps everybody else out between the two statements.
        if not LotDefault.unscoped.filter(**whose).update(**said):
            LotDefault.unscoped.create(**whose, **said, firm_id=account.firm_id, final_at=final_at(starts))
        row = LotDefault.unscoped.get(**whose)
        title = gettext_noop("Tax lot method of the account chosen")
        _tell(who, account, title, {"method": method, "starts": starts.isoformat()}, at)
    return row


def choose(
    *,
    who: Who,
    account: Account,
    contract: str,
    day: date,
    method: str,
    lots: Mapping[str, Decimal] | None = None,
    at: datetime,
) -> LotChoice:
    """Choose for one contract and trade day; a second choice takes the place of the first until the day is final."""
    if method not in Method.values:
        raise LotProblem(_("There is no such method."))
    with _before_it_is_final(), transaction.atomic(using=current_alias.get()):
        hold(who=who, account=account, at=at)
        found = contract_of(who, account, contract)
        if found is None:
            raise LotProblem(_("This account has no such contract."))
        if not takes_methods(found.book.asset):
            raise LotProblem(_("The broker always matches this kind of contract first in, first out."))
        check_day(day, at, calendar())
        named = _checked(found, day, lots or {}) if method == Method.SPECIFIC else {}
        said = {
            "method": method,
            "lots": {key: str(quantity) for key, quantity in named.items()},
            "chosen_by": who.user_id,
            "chosen_at": at,
        }
        whose = {"account_id": account.pk, "contract": contract, "day": day}
        if not LotChoice.unscoped.filter(**whose).update(**said):
            more = {"firm_id": account.firm_id, "symbol": found.symbol, "final_at": final_at(day)}
            LotChoice.unscoped.create(**whose, **said, **more)
        row = LotChoice.unscoped.get(**whose)
        title = gettext_noop("Tax lots of a trade day chosen")
        _tell(who, account, title, {"symbol": found.symbol, "day": day.isoformat(), "method": method}, at)
    return row


@contextmanager
def _before_it_is_final() -> Iterator[None]:
    """The evening may come between asking and writing: the trigger has the last word."""
    try:
        yield
    except IntegrityError as problem:
        if "the lots of a trade day are final" not in str(problem):
            raise
        raise LotConflict(FINAL) from problem


def _checked(contract: Contract, day: date, lots: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The lots that were named, each there on that day and large enough."""
    there = {lot.key: abs(lot.quantity) for lot in open_before(contract, day)}
    named = {key: quantity for key, quantity in lots.items() if quantity}
    if not named:
        raise LotProblem(_("Say how much of which lot is to go."))
    for key, quantity in named.items():
        if key not in there:
            raise LotProblem(_("One of the lots is not open any more."))
        if not 0 < quantity <= there[key]:
            raise LotProblem(_("A lot cannot give more than it has."))
    return named


def _tell(who: Who, account: Account, title: str, data: dict[str, object], at: datetime) -> None:
    record(
        account=account,
        kind="tax_lots",
        title=title,
        status="chosen",
        data=data,
        day=exchange_day(at),
        by=who.user_id,
    )
