"""Choosing from which amount on a second person approves, approving, and closing a month of billing or opening it."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.db import transaction

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.days.queries import calendar
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from fees.billing.models import BillingLock, BillingRule
from fees.billing.queries import (
    KIND,
    LOST,
    POLLED,
    exceptions,
    forecast_of,
    last_night_left,
    lock_of,
    threshold_of,
    totals,
)
from fees.billing.rules import Month, is_second
from fees.billing.telling import tell_milder
from fees.invoicing.models import Invoice
from fees.reimbursements.models import Reimbursement
from fees.sending.actions import as_its_payee, counts_for, hold_sending, is_closed
from fees.sending.queries import clock, invoiced_through
from fees.sending.rules import cut_off_of
from portal.lib.fingerprint import fingerprint
from portal.lib.words import Sentence, gettext_noop

CLOSED = gettext_noop("The billing of the month of %(day)s is closed; open the month first.")
LONGEST_REASON = 500
HIGHEST = Decimal("1e15")
Sent = TypeVar("Sent", Invoice, Reimbursement)


class BillingRefused(ValueError):
    """What was asked of the billing cannot be done; `sentence` says why."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params)
        self.sentence = Sentence(msgid, params)


def choose_threshold(*, who: Who, threshold: Decimal | None, at: datetime) -> BillingRule:
    """From this amount on, in the account's currency, a second person of the practice approves; None asks for nobody.

    What asks more often holds for what is sent from now on.  What asks less often holds only from the second business
    day after the one that is sent for now on, so never within 24 hours, and everybody who may set fees is told at
    once: it too would need a second person otherwise, and so one can object.

    BillingRefused where it is not an amount above zero.
    """
    _for_all_accounts(who)
    if threshold is not None and not (threshold.is_finite() and Decimal(0) < threshold < HIGHEST):
        raise BillingRefused(gettext_noop("The amount must be above zero."))
    with transaction.atomic(using=current_alias.get()):
        hold_sending(who.firm_id)
        today, days = counts_for(at), calendar()
        now = threshold_of(who.practice_id, today)
        is_milder = now is not None and (threshold is None or threshold > now)
        chosen = {
            "threshold": threshold,
            "former": now if is_milder else None,
            "holds_from": days.next(days.next(today)) if is_milder else None,
            "changed_at": at,
            "changed_by": who.user_id,
        }
        rule, _made = BillingRule.unscoped.update_or_create(
            practice_id=who.practice_id, defaults=chosen, create_defaults={**chosen, "firm_id": who.firm_id}
        )
        if is_milder:
            tell_milder(rule)
        return rule


def approve(*, who: Who, line: Sent, at: datetime | None = None) -> Sent:
    """Let a pending invoice or reimbursement of another person go; BillingRefused says why not."""
    with transaction.atomic(using=current_alias.get()):
        hold_sending(who.firm_id)
        stamp = at or clock()
        if is_closed(who, line):
            raise BillingRefused(CLOSED, day=line.business_day)
        with as_its_payee(who, line, lambda said: BillingRefused(said.msgid, **said.params)):
            held = type(line).unscoped.select_for_update(of=("self",)).select_related("account").get(pk=line.pk)
            _may_approve(who, held, stamp)
            held.approved_by_id, held.approved_at = who.user_id, stamp
            held.save(update_fields=["approved_by", "approved_at"])
            return held


def close_month(*, who: Who, month: Month, reason: str, sealed: date | None, at: datetime) -> BillingLock:
    """Close a month as it stands: nothing is invoiced or given back for its days while it is closed.

    BillingRefused while a night of it is to come, and while something is open in it, unless `reason` says why it may
    be closed all the same.
    """
    _for_all_accounts(who)
    with transaction.atomic(using=current_alias.get()):
        hold_sending(who.firm_id)
        one_at_a_time(f"billing {who.practice_id} {month.text}")
        if lock_of(who, month) is not None:
            raise BillingRefused(gettext_noop("The month is closed already."))
        if sealed is None:
            raise BillingRefused(gettext_noop("No night has been sealed yet."))
        if last := last_night_left(month, sealed):
            raise BillingRefused(gettext_noop("The month can be closed once the night of %(day)s is sealed."), day=last)
        errors = sum(one.number for one in exceptions(who, month, sealed) if one.is_error)
        said = reason.strip()[:LONGEST_REASON]
        if errors and not said:
            msgid = gettext_noop("%(count)s errors are open in that month; settle them, or say why it can be closed.")
            raise BillingRefused(msgid, count=errors)
        figures = {currency: one.told() for currency, one in totals(who, month, sealed).items()}
        return BillingLock.unscoped.create(
            firm_id=who.firm_id,
            practice_id=who.practice_id,
            month=month.first,
            figures=figures,
            digest=digest_of(who.practice_id or 0, month, figures),
            reason=said if errors else "",
            locked_at=at,
            locked_by_id=who.user_id,
        )


def open_month(*, who: Who, month: Month, at: datetime) -> BillingLock:
    """Open a closed month again; another person than who closed it.  BillingRefused says why not."""
    _for_all_accounts(who)
    with transaction.atomic(using=current_alias.get()):
        hold_sending(who.firm_id)
        lock = lock_of(who, month)
        if lock is None:
            raise BillingRefused(gettext_noop("The month is not closed."))
        if lock.locked_by_id == who.user_id:
            raise BillingRefused(
                gettext_noop("Whoever closed a month cannot open it; ask somebody else of your practice.")
            )
        lock.opened_at, lock.opened_by_id = at, who.user_id
        lock.save(update_fields=["opened_at", "opened_by"])
        return lock


def ask_forecast(*, who: Who, month: Month, at: datetime) -> Job:
    """The forecast of the month that is at work, or a new one; one whose worker was lost or never came is ended."""
    job = forecast_of(who, month, at)
    if job is not None and job.state in POLLED:
        return job
    if job is not None:
        # Only what is still written down as running, or as waiting, is changed by it.
        jobs.end(job=job, at=at, problem=LOST)
        jobs.cancel(job=job, at=at)
    return jobs.ask(who=who, kind=KIND, arguments={"month": month.text})


def _may_approve(who: Who, held: Invoice | Reimbursement, stamp: datetime) -> None:
    if held.state != "pending" or not held.needs_approval or held.approved_at is not None:
        raise BillingRefused(gettext_noop("It does not wait for approval."))
    if held.submitted_by_id == who.user_id:
        raise BillingRefused(gettext_noop("Whoever sent it cannot approve it; ask somebody else of your practice."))
    if not is_second(held, who.user_id):
        raise BillingRefused(gettext_noop("Whoever changed it cannot approve it; ask somebody else of your practice."))
    taken = invoiced_through()
    if stamp >= cut_off_of(held.business_day) or (taken is not None and taken >= held.business_day):
        raise BillingRefused(gettext_noop("The cut-off of %(day)s has passed."), day=held.business_day)


def _for_all_accounts(who: Who) -> None:
    """What holds for the whole practice is for people who see all of it."""
    if who.is_narrowed:
        raise BillingRefused(
            gettext_noop("You look after some of the accounts; ask somebody who looks after all of your practice.")
        )


def digest_of(practice: int, month: Month, figures: dict[str, dict[str, str]]) -> str:
    """SHA-256 of a closed month's sums, currency by currency."""
    told = [part for currency, sums in sorted(figures.items()) for part in (currency, *map(str, sums.values()))]
    return fingerprint([practice, month.first, *told])
