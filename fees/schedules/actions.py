"""Agreeing a schedule: the former version is closed where the new one starts, and nothing agreed is ever edited."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.ground.access.context import current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.days.queries import calendar
from accounts.ground.people.models import ClientRight
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account, Practice
from fees.engine.flattened import flatten
from fees.engine.hedge_fund import first_day
from fees.engine.limits import problem
from fees.engine.registry import FUND_CODES, TRADE_CODES
from fees.engine.types import Problem
from fees.schedules import rules
from fees.schedules.models import Component, RunSchedule, Schedule
from fees.schedules.queries import billed_through, hold_agreements, others_beside, terms_of
from fees.schedules.rules import Figures, ScheduleRefused, Signature
from fees.schedules.versions import close_former, manager_problems, payee_problems
from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE
from portal.lib.periods import Frequency, period_of
from portal.lib.words import gettext_noop


def agree(
    *,
    account: Account,
    practice: Practice,
    strategy: str,
    components: Sequence[Figures] = (),
    starts: date,
    ends: date | None = None,
    signature: Signature | None = None,
    commissions_to_master: bool = False,
    other_fees_to_master: bool = False,
    by: int | None,
    at: datetime,
) -> Schedule:
    """Put a new version in force for what `account` pays `practice`; ScheduleRefused says what is wrong with it.

    Later versions that have not begun are superseded too: they keep their rows, with an empty period. What an
    application has agreed is billed from the day on which the account is open, as every night bills.
    """
    with transaction.atomic(using=current_alias.get()):
        # The night takes this barrier alone when accruals begin: a version is either seen by it or starts later.
        hold_agreements(account.firm_id, alone=False)
        found = rules.problems(
            strategy=strategy,
            components=components,
            starts=starts,
            ends=ends,
            signature=signature,
            signed_on=signature.at.astimezone(EXCHANGE_ZONE).date() if signature else None,
            billed_through=billed_through(),
            funded_on=rules.funded_on(account.opened_on, account.funded_on),
            is_application=account.is_application,
        )
        found += payee_problems(account, practice)
        bears = commissions_to_master or other_fees_to_master
        found += manager_problems(account, practice, [one.method for one in components], bears=bears)
        if not found:
            found = _account_problems(account, practice, components, starts, bears=commissions_to_master)
        if found:
            raise ScheduleRefused(found)
        one_at_a_time(_agreeing(account, practice))
        schedule = Schedule.unscoped.create(
            firm_id=account.firm_id,
            account=account,
            practice=practice,
            version=close_former(Schedule.unscoped.filter(account=account, practice=practice), starts) + 1,
            strategy=strategy,
            starts=starts,
            ends=ends,
            signed_name=signature.name if signature else "",
            signed_at=signature.at if signature else None,
            document_hash=signature.document_hash if signature else "",
            agreed_at=at,
            agreed_by_id=by,
            commissions_to_master=commissions_to_master,
            other_fees_to_master=other_fees_to_master,
        )
        _write_components(schedule, components)
        _note(schedule, by)
    return schedule


def _account_problems(
    account: Account, practice: Practice, components: Sequence[Figures], starts: date, *, bears: bool
) -> list[Problem]:
    """What only the account's own people and terms can tell of fees that are right in themselves; `bears` says that the
    payee pays the account's commissions."""
    found = _commission_problems(account, practice, components, starts, bears=bears)
    if any(one.method in TRADE_CODES for one in components):
        registered = practice.is_commodity_registered
        found += rules.residence_problems(residences(account), components, commodity_registered=registered)
    begins = first_start(account=account, practice=practice.pk, components=components, starts=starts)
    if begins > starts:
        msgid = gettext_noop("What a hedge fund costs changes with its period only; choose %(day)s.")
        found.append(problem("starts", "inside_fund_period", msgid, day=begins))
    return found


def _commission_problems(
    account: Account, practice: Practice, components: Sequence[Figures], starts: date, *, bears: bool
) -> list[Problem]:
    """Where one payee pays commissions, no payee of the account agrees a price that counts them in.

    Asked one account at a time: two payees that agree at the same moment would each find nothing of the other.
    """
    has_price = rules.has_all_in_price(components)
    if not (bears or has_price):
        return []
    one_at_a_time(f"payees of {account.pk}")
    beside = others_beside(account, practice, starts)
    return rules.all_in_problems(
        bears_commissions=bears or beside.bears_commissions, has_price=has_price or beside.has_all_in_price
    )


def first_start(
    *, account: Account, practice: int, components: Sequence[Figures], starts: date, days: Calendar | None = None
) -> date:
    """`starts`, or the first day after it on which these terms may follow those in force, and those that a running
    month or quarter has known: what a hedge fund costs changes with its period only."""
    wanted = [one.terms(starts=starts) for one in components if one.method in FUND_CODES]
    if not wanted:
        return starts
    lately = Q(schedule__ends=None) | Q(schedule__ends__gt=period_of(Frequency.QUARTERLY, starts).starts)
    rows = Component.unscoped.filter(lately, schedule__account=account, schedule__practice_id=practice)
    rows = rows.filter(method__in=FUND_CODES, schedule__starts__lt=starts).select_related("schedule")
    rows = rows.order_by("schedule__starts", "schedule__version")
    return first_day(starts, before=[terms_of(one) for one in rows], after=wanted, days=days or calendar())


def residences(account: Account) -> list[str]:
    """Where the owners of the account live."""
    rights = ClientRight.unscoped.filter(account=account)
    return list(rights.values_list("party__residence", flat=True))


def end_agreements(*, account: Account, practices: Sequence[int], first_day: date) -> None:
    """What the account has agreed with some payees applies no more from `first_day` on; nothing agreed is edited.

    The caller makes sure that no night has billed that day.
    """
    with transaction.atomic(using=current_alias.get()):
        hold_agreements(account.firm_id, alone=False)
        for practice in Practice.unscoped.filter(pk__in=practices):
            one_at_a_time(_agreeing(account, practice))
            close_former(Schedule.unscoped.filter(account=account, practice=practice), first_day)


def _note(schedule: Schedule, by: int | None) -> None:
    record(
        account=schedule.account,
        kind="schedule",
        title=gettext_noop("Fee schedule agreed"),
        status=schedule.strategy,
        data={"schedule": schedule.pk, "version": schedule.version, "practice": schedule.practice_id},
        day=schedule.starts,
        by=by,
    )


def _agreeing(account: Account, practice: Practice) -> str:
    return f"schedule {account.pk} {practice.pk}"


def _write_components(schedule: Schedule, components: Sequence[Figures]) -> None:
    """Each component as agreed, and flattened to the row that the night joins."""
    for figures in components:
        component = Component.unscoped.create(
            schedule=schedule,
            method=figures.method,
            rate=figures.rate,
            flat=figures.flat,
            tiers=figures.tiers(),
            mode=figures.mode,
            terms=figures.kept(),
        )
        RunSchedule.unscoped.create(
            component=component,
            schedule=schedule,
            account_id=schedule.account_id,
            practice_id=schedule.practice_id,
            method=figures.method,
            starts=schedule.starts,
            ends=schedule.ends,
            **flatten(figures.terms(starts=schedule.starts, component=component.pk)),
        )
