"""Choosing who pays the broker's least commissions of allocations; nothing that was decided is touched."""

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.tree.models import HOLDING_KINDS, Account
from fees.engine.allocation_minimum import Plan
from fees.engine.payer import Payer
from fees.minimums.models import MinimumChoice
from fees.minimums.queries import for_all, last_of
from fees.minimums.rules import MinimumRefused, same
from fees.schedules.queries import billed_through, hold_agreements
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop


def choose(*, who: Who, plan: str, payer: str, at: datetime) -> MinimumChoice | None:
    """For all clients of one's practice: the plan that the broker charges it by, and who pays the minimum.

    It holds for trades of days that no night has billed. None where it stands so already.
    """
    _for_all_accounts(who)
    if plan not in list(Plan):
        raise MinimumRefused(gettext_noop("Choose the commission plan that the broker charges you by."))
    if payer not in list(Payer):
        raise MinimumRefused(gettext_noop("Choose who pays the minimum."))
    with transaction.atomic(using=current_alias.get()):
        starts = _first_day(who, at)
        if same(for_all(who, starts).last, plan=plan, payer=payer):
            return None
        return _keep(who, None, plan=plan, payer=payer, starts=starts, at=at)


def choose_for(*, who: Who, account: Account, payer: str, at: datetime) -> MinimumChoice | None:
    """For one client of one's practice; an empty payer lets it follow the others again. None where it does so."""
    _for_all_accounts(who)
    if payer not in ("", *Payer):
        raise MinimumRefused(gettext_noop("Choose who pays the minimum."))
    if account.practice_id != who.practice_id or account.kind not in HOLDING_KINDS:
        raise MinimumRefused(gettext_noop("The advisor who allocates trades to the account chooses this."))
    with transaction.atomic(using=current_alias.get()):
        starts = _first_day(who, at)
        last = last_of(who, account)
        if last.payer == payer if last else not payer:
            return None
        return _keep(who, account, plan="", payer=payer, starts=starts, at=at)


def _first_day(who: Who, at: datetime) -> date:
    """With no night between it and what is written, nor another choice of the same practice."""
    hold_agreements(who.firm_id or 0, alone=False)
    one_at_a_time(f"allocation minimums {who.practice_id}")
    billed, today = billed_through(), exchange_day(at)
    return max(today, billed + timedelta(days=1)) if billed else today


def _keep(who: Who, account: Account | None, *, plan: str, payer: str, starts: date, at: datetime) -> MinimumChoice:
    return MinimumChoice.unscoped.create(
        firm_id=who.firm_id,
        practice_id=who.practice_id,
        account=account,
        plan=plan,
        payer=payer,
        starts=starts,
        chosen_at=at,
        chosen_by_id=who.user_id,
    )


def _for_all_accounts(who: Who) -> None:
    """What the practice pays is for people who see all of it."""
    if who.is_narrowed:
        raise MinimumRefused(
            gettext_noop("You look after some of the accounts; ask somebody who looks after all of your practice.")
        )
