"""Sending, changing and withdrawing reimbursements.  The database's clock stamps what counts, as for invoices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from accounts.ground.access.context import Who, current_alias
from accounts.ground.tree.models import Account, Status
from fees.billing.queries import locked_months, threshold_of
from fees.reimbursements.models import Refusal, Reimbursement
from fees.reimbursements.queries import ceilings
from fees.reimbursements.rules import Ceiling, over_half, refusal
from fees.sending.actions import (
    Kind,
    LineRefused,
    accounts_of,
    cancel_line,
    change_line,
    counts_for,
    hold_sending,
)
from fees.sending.queries import clock
from fees.sending.rules import Asked, Verdict, amount_of, memo_problem
from portal.lib.money import BadDecimal
from portal.lib.words import Sentence, gettext_noop


class ReimbursementRefused(LineRefused):
    """What was asked of a reimbursement cannot be done; `sentence` says why."""


def submit(
    *, who: Who, rows: Sequence[Asked], at: datetime | None = None, save: bool = True
) -> tuple[date, list[Verdict]]:
    """Take each row or refuse it with its reason; the day they count for, and a verdict a row in their order.

    The person's own practice gives back what it received. With `save=False` nothing is kept: a review.
    """
    with transaction.atomic(using=current_alias.get()):
        hold_sending(who.firm_id)
        stamp = at or clock()
        day = counts_for(stamp)
        accounts = accounts_of(who, rows)
        verdicts = _judge(who, rows, accounts, day)
        if save:
            verdicts = _saved(who, verdicts, rows, accounts, day, stamp)
    return day, verdicts


def change(
    *, who: Who, reimbursement: Reimbursement, amount: str, memo: str, at: datetime | None = None
) -> Reimbursement:
    """Another amount or memo for a pending one, with all checks again.  ReimbursementRefused says why not."""
    return change_line(_KIND, who=who, line=reimbursement, amount=amount, memo=memo, at=at)


def cancel(*, who: Who, reimbursement: Reimbursement, at: datetime | None = None) -> Reimbursement:
    """Withdraw a pending one until its cut-off; what it took of the ceiling is free again."""
    return cancel_line(_KIND, who=who, line=reimbursement, at=at)


def _judge(
    who: Who, rows: Sequence[Asked], accounts: dict[str, Account], day: date, without: Sequence[str] = ()
) -> list[Verdict]:
    ids = [one.pk for one in accounts.values()]
    known = ceilings(who.practice_id or 0, ids, day, without)
    is_locked = bool(locked_months(who.practice_id, [day]))
    verdicts = []
    for row in rows:
        account = accounts.get(row.account.strip().upper())
        verdict = replace(_verdict(row, account, known), title=account.title if account else "")
        if verdict.is_accepted and is_locked:
            words = refusal(Refusal.LOCKED, day=day)
            verdict = replace(verdict, reason=Refusal.LOCKED.value, sentence=words)
        if verdict.is_accepted and account is not None and verdict.amount is not None:
            # Another row for the same client finds less.
            left = known[account.pk]
            known[account.pk] = replace(left, rebates=left.rebates + verdict.amount)
        verdicts.append(verdict)
    return verdicts


def _verdict(row: Asked, account: Account | None, known: dict[int, Ceiling]) -> Verdict:
    number = row.account.strip().upper()
    if account is None or not account.is_holding:
        return _no(row, number, Refusal.BAD_ACCOUNT, refusal(Refusal.BAD_ACCOUNT, account=number[:20]))
    currency = account.base_currency
    if account.status != Status.OPEN:
        return _no(row, number, Refusal.CLOSED, refusal(Refusal.CLOSED), currency)
    try:
        amount = amount_of(row.amount, currency)
    except BadDecimal as error:
        return _no(row, number, Refusal.BAD_AMOUNT, Sentence(error.msgid, error.params), currency)
    if wrong := memo_problem(row.memo.strip()):
        return _no(row, number, Refusal.BAD_AMOUNT, wrong, currency)
    available = known[account.pk].available
    if too_much := over_half(amount, available):
        refused = _no(row, number, Refusal.OVER_HALF, too_much, currency)
        return replace(refused, amount=amount, available=available)
    return Verdict(line=row.line, account=number, amount=amount, currency=currency, available=available)


def _no(row: Asked, number: str, reason: str, sentence: Sentence, currency: str = "") -> Verdict:
    return Verdict(line=row.line, account=number, currency=currency, reason=reason, sentence=sentence)


def _saved(
    who: Who, verdicts: list[Verdict], rows: Sequence[Asked], accounts: dict[str, Account], day: date, stamp: datetime
) -> list[Verdict]:
    found, kept = [], []
    above = threshold_of(who.practice_id, day)
    for verdict, row in zip(verdicts, rows, strict=True):
        if not verdict.is_accepted:
            found.append(verdict)
            continue
        account = accounts[verdict.account]
        one = Reimbursement(
            firm_id=account.firm_id,
            account=account,
            practice_id=who.practice_id,
            amount=verdict.amount,
            currency=verdict.currency,
            memo=row.memo.strip(),
            business_day=day,
            submitted_at=stamp,
            submitted_by_id=who.user_id,
            needs_approval=above is not None and verdict.amount is not None and verdict.amount >= above,
        )
        kept.append(one)
        found.append(replace(verdict, invoice=str(one.pk)))
    Reimbursement.unscoped.bulk_create(kept)
    return found


_KIND = Kind(
    model=Reimbursement,
    refused=ReimbursementRefused,
    judge=_judge,
    ended=gettext_noop("The reimbursement has been processed, rejected or cancelled."),
    too_late=gettext_noop("The cut-off of %(day)s has passed; the reimbursement can no longer be changed."),
    locked=lambda day: refusal(Refusal.LOCKED, day=day),
)
