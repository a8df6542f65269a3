"""Agreeing a schedule: the former version is closed where the new one starts, and nothing agreed is ever edited."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Max, Q

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account, Practice
from fees.engine.flattened import flatten
from fees.engine.limits import problem
from fees.engine.types import Problem
from fees.schedules import rules
from fees.schedules.models import Component, RunSchedule, Schedule
from fees.schedules.queries import billed_through, night_barrier
from fees.schedules.rules import Figures, ScheduleRefused, Signature
from portal.lib.exchange import EXCHANGE_ZONE
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
    by: int | None,
    at: datetime,
) -> Schedule:
    """Put a new version in force for what `account` pays `practice`; ScheduleRefused says what is wrong with it.

    Later versions that have not begun are superseded too: they keep their rows, with an empty period.
    """
    with transaction.atomic(using=current_alias.get()):
        # The night takes this barrier alone when accruals begin: a version is either seen by it or starts later.
        night_barrier(alone=False)
        found = rules.problems(
            strategy=strategy,
            components=components,
            starts=starts,
            ends=ends,
            signature=signature,
            signed_on=signature.at.astimezone(EXCHANGE_ZONE).date() if signature else None,
            billed_through=billed_through(),
            funded_on=account.opened_on and max(account.opened_on, account.funded_on or account.opened_on),
        )
        found += _payee(account, practice)
        if found:
            raise ScheduleRefused(found)
        _one_at_a_time(account, practice)
        schedule = Schedule.unscoped.create(
            firm_id=account.firm_id,
            account=account,
            practice=practice,
            version=_close_former(account, practice, starts) + 1,
            strategy=strategy,
            starts=starts,
            ends=ends,
            signed_name=signature.name if signature else "",
            signed_at=signature.at if signature else None,
            document_hash=signature.document_hash if signature else "",
            agreed_at=at,
            agreed_by_id=by,
        )
        _write_components(schedule, components)
        record(
            account=account,
            kind="schedule",
            title=gettext_noop("Fee schedule agreed"),
            status=strategy,
            data={"schedule": schedule.pk, "version": schedule.version, "practice": practice.pk},
            day=starts,
            by=by,
        )
    return schedule


def end_agreements(*, account: Account, practices: Sequence[int], first_day: date) -> None:
    """What the account has agreed with some payees applies no more from `first_day` on; nothing agreed is edited.

    The caller makes sure that no night has billed that day.
    """
    with transaction.atomic(using=current_alias.get()):
        night_barrier(alone=False)
        for practice in Practice.unscoped.filter(pk__in=practices):
            _one_at_a_time(account, practice)
            _close_former(account, practice, first_day)


def _payee(account: Account, practice: Practice) -> list[Problem]:
    """A client pays its own advisor, and the top level above it; masters hold nothing and pay nothing."""
    if practice.firm_id != account.firm_id or (practice.pk != account.practice_id and practice.level != 1):
        msgid = gettext_noop("The fee can be paid to the account's own advisor or to the top level only.")
        return [problem("practice", "foreign_payee", msgid)]
    if not account.is_holding:
        return [problem("account", "not_holding", gettext_noop("An advisor's master account pays no fees."))]
    return []


def _one_at_a_time(account: Account, practice: Practice) -> None:
    with cursor() as cur:
        cur.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"schedule {account.pk} {practice.pk}"])


def _close_former(account: Account, practice: Practice, starts: date) -> int:
    """End what is or would be in force from `starts` on; the number of the last version."""
    versions = Schedule.unscoped.filter(account=account, practice=practice)
    open_after = Q(ends=None) | Q(ends__gt=starts)
    versions.filter(open_after, starts__lt=starts).update(ends=starts)
    versions.filter(Q(ends=None) | Q(ends__gt=F("starts")), starts__gte=starts).update(ends=F("starts"))
    return versions.aggregate(last=Max("version"))["last"] or 0


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
