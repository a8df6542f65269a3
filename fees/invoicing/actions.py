"""Agreeing caps, and sending, changing and cancelling invoices.  What counts is stamped by the database's clock."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from django.db import transaction

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.assignments.actions import as_payee
from accounts.ground.assignments.queries import accepted
from accounts.ground.assignments.telling import tell_manager
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account, Practice, Status
from fees.billing.queries import locked_months, threshold_of
from fees.engine.agreement import CapKind
from fees.engine.limits import check_rate, problem
from fees.engine.types import Problem
from fees.invoicing.models import Invoice, InvoiceCap, InvoiceUpload, Rejection
from fees.invoicing.queries import Limit, caps_in_force, limits, taken_days
from fees.invoicing.rules import over_limit, refusal
from fees.schedules.rules import ScheduleRefused, Signature
from fees.schedules.versions import close_former, payee_problems
from fees.sending.actions import (
    Kind,
    LineRefused,
    accounts_of,
    cancel_line,
    change_line,
    counts_for,
    hold_sending,
)
from fees.sending.models import State
from fees.sending.queries import clock
from fees.sending.rules import Asked, Verdict, amount_of, memo_problem
from portal.lib.money import BadDecimal
from portal.lib.words import Sentence, gettext_noop

ROWS_AT_ONCE = 1000


class Kept(NamedTuple):
    """A row that a file has been accepted with: its line, and the invoice it became if it was sent."""

    line: int
    invoice: str


NONE_KEPT: Mapping[str, Kept] = MappingProxyType({})


class InvoiceRefused(LineRefused):
    """What was asked of an invoice cannot be done; `sentence` says why."""


def agree_cap(
    *,
    account: Account,
    practice: Practice,
    kind: str,
    rate: Decimal | None,
    amount: Decimal | None = None,
    starts: date,
    ends: date | None = None,
    signature: Signature,
    by: int | None,
    at: datetime,
) -> InvoiceCap:
    """Put a new limit in force; ScheduleRefused says what is wrong with it.  Later versions are superseded."""
    found = _cap_problems(account, practice, kind, rate, amount, starts, ends, signature)
    if found:
        raise ScheduleRefused(found)
    with transaction.atomic(using=current_alias.get()):
        one_at_a_time(f"cap {account.pk} {practice.pk}")
        cap = InvoiceCap.unscoped.create(
            firm_id=account.firm_id,
            account=account,
            practice=practice,
            version=close_former(InvoiceCap.unscoped.filter(account=account, practice=practice), starts) + 1,
            kind=kind,
            rate=rate,
            amount=amount,
            starts=starts,
            ends=ends,
            signed_name=signature.name,
            signed_at=signature.at,
            document_hash=signature.document_hash,
            agreed_at=at,
            agreed_by_id=by,
        )
        record(
            account=account,
            kind="invoice_cap",
            title=gettext_noop("Invoice limit agreed"),
            status=kind,
            data={"cap": cap.pk, "version": cap.version, "practice": practice.pk},
            day=starts,
            by=by,
        )
    return cap


def end_cap(*, account: Account, practice: Practice, first_day: date) -> None:
    """What may be invoiced ends: from `first_day` on there is no limit, so nothing can be invoiced."""
    with transaction.atomic(using=current_alias.get()):
        one_at_a_time(f"cap {account.pk} {practice.pk}")
        close_former(InvoiceCap.unscoped.filter(account=account, practice=practice), first_day)


def submit(
    *,
    who: Who,
    rows: Sequence[Asked],
    at: datetime | None = None,
    upload: InvoiceUpload | None = None,
    save: bool = True,
    kept: Mapping[str, Kept] = NONE_KEPT,
) -> tuple[date, list[Verdict]]:
    """Take each row or refuse it with its reason; the day they count for, and a verdict a row in their order.

    The time is the database's unless `at` is given.  With `save=False` nothing is kept: the same checks as a review.
    `kept` are the rows of the same file that an earlier call has accepted, by account.
    """
    with transaction.atomic(using=current_alias.get()):
        hold_sending(who.firm_id)
        stamp = at or clock()
        day = counts_for(stamp)
        accounts = accounts_of(who, rows)
        verdicts = _judge(who, rows, accounts, day, _made(kept, accounts), kept)
        if save:
            verdicts = _saved(who, verdicts, rows, accounts, day, stamp, upload)
    return day, verdicts


def change(*, who: Who, invoice: Invoice, amount: str, memo: str, at: datetime | None = None) -> Invoice:
    """Give a pending invoice another amount or memo; all checks are made again.  InvoiceRefused says why not."""
    return change_line(_KIND, who=who, line=invoice, amount=amount, memo=memo, at=at)


def cancel(*, who: Who, invoice: Invoice, at: datetime | None = None) -> Invoice:
    """Withdraw a pending invoice until its cut-off; what it took of the limit is free again."""
    return cancel_line(_KIND, who=who, line=invoice, at=at)


def end_invoicing(*, account: Account, practices: Collection[int], first_day: date, at: datetime) -> None:
    """The account pays these payees no more: limits end before `first_day`, and what waits is cancelled.

    Whatever day a pending invoice is for: until its night has taken it nothing has been paid.
    """
    with transaction.atomic(using=current_alias.get()):
        hold_sending(account.firm_id)
        close_former(InvoiceCap.unscoped.filter(account=account, practice_id__in=practices), first_day)
        waiting = Invoice.unscoped.filter(account=account, practice_id__in=practices, state=State.PENDING)
        waiting.update(state=State.CANCELLED, changed_at=at)


def _judge(
    who: Who,
    rows: Sequence[Asked],
    accounts: dict[str, Account],
    day: date,
    without: Sequence[str] = (),
    kept: Mapping[str, Kept] = NONE_KEPT,
) -> list[Verdict]:
    ids = [one.pk for one in accounts.values()]
    own = list(caps_in_force(who, day).filter(practice_id=who.payee, account_id__in=ids))
    known = limits(own, day=day, without=without)
    managers = accepted(ids) if any(row.money_manager for row in rows) else {}
    theirs = _of_managers(who, managers, day, without)
    taken = taken_days(ids, day, without)
    is_locked = bool(locked_months(who.practice_id, [day]))
    verdicts: list[Verdict] = []
    first_line = {number: one.line for number, one in kept.items()}
    for row in rows:
        account = accounts.get(row.account.strip().upper())
        manager = managers.get(account.pk) if account else None
        if row.money_manager and (manager is None or manager.number != row.money_manager.upper()):
            verdict = _no_manager(row, account)
        else:
            verdict = _verdict(row, account, theirs if row.money_manager else known, taken, day)
        verdict = replace(verdict, title=account.title if account else "")
        if verdict.is_accepted and is_locked:
            words = refusal(Rejection.LOCKED, day=day)
            verdict = replace(verdict, reason=Rejection.LOCKED.value, sentence=words)
        if verdict.is_accepted:
            if verdict.account in first_line:
                verdict = _second(verdict, first_line[verdict.account])
            else:
                first_line[verdict.account] = row.line
        verdicts.append(verdict)
    return verdicts


def _made(kept: Mapping[str, Kept], accounts: Mapping[str, Account]) -> list[str]:
    """The invoices that the same file has made of these accounts: they are told as its rows, and not as others."""
    return [kept[number].invoice for number in accounts if number in kept and kept[number].invoice]


def _verdict(row: Asked, account: Account | None, known: dict[int, Limit], taken: set[int], day: date) -> Verdict:
    number = row.account.strip().upper()
    if account is None or not account.is_holding:
        return _no(row, number, Rejection.BAD_ACCOUNT, refusal(Rejection.BAD_ACCOUNT, account=number[:20]))
    currency = account.base_currency
    if account.status != Status.OPEN:
        return _no(row, number, Rejection.RESTRICTED, refusal(Rejection.RESTRICTED), currency)
    try:
        amount = amount_of(row.amount, currency)
    except BadDecimal as error:
        return _no(row, number, Rejection.BAD_AMOUNT, Sentence(error.msgid, error.params), currency)
    if wrong := memo_problem(row.memo.strip()):
        return _no(row, number, Rejection.BAD_AMOUNT, wrong, currency)
    if account.pk in taken:
        return _no(row, number, Rejection.DUPLICATE, refusal(Rejection.DUPLICATE, day=day), currency)
    limit = known.get(account.pk)
    if limit is None:
        return _no(row, number, Rejection.NO_CAP, refusal(Rejection.NO_CAP), currency)
    if too_much := over_limit(amount, limit.available):
        refused = _no(row, number, Rejection.OVER_LIMIT, too_much, currency)
        return replace(refused, amount=amount, available=limit.available)
    return Verdict(line=row.line, account=number, amount=amount, currency=currency, available=limit.available)


def _of_managers(who: Who, managers: Mapping[int, Account], day: date, without: Sequence[str]) -> dict[int, Limit]:
    """What may be invoiced for the money manager of each account that has one."""
    payees = {account: one.practice_id for account, one in managers.items()}
    rows = caps_in_force(who, day).filter(account_id__in=payees, practice_id__in=set(payees.values()))
    caps = [cap for cap in rows if payees[cap.account_id] == cap.practice_id]
    return limits(caps, day=day, without=without) if caps else {}


def _no_manager(row: Asked, account: Account | None) -> Verdict:
    number = row.account.strip().upper()
    if account is None or not account.is_holding:
        return _no(row, number, Rejection.BAD_ACCOUNT, refusal(Rejection.BAD_ACCOUNT, account=number[:20]))
    words = refusal(Rejection.NO_MANAGER, manager=row.money_manager[:20])
    return _no(row, number, Rejection.NO_MANAGER, words, account.base_currency)


def _no(row: Asked, number: str, reason: str, sentence: Sentence, currency: str = "") -> Verdict:
    return Verdict(line=row.line, account=number, currency=currency, reason=reason, sentence=sentence)


def _second(verdict: Verdict, first: int) -> Verdict:
    msgid = gettext_noop("A second invoice for the same client (row %(row)s is kept).")
    return replace(verdict, reason=Rejection.DUPLICATE.value, sentence=Sentence(msgid, {"row": first}))


def _saved(
    who: Who,
    verdicts: Sequence[Verdict],
    rows: Sequence[Asked],
    accounts: dict[str, Account],
    day: date,
    stamp: datetime,
    upload: InvoiceUpload | None,
) -> list[Verdict]:
    """The accepted rows as invoices, and each verdict with the id of its invoice."""
    found = []
    invoices: dict[int | None, list[Invoice]] = defaultdict(list)
    for_managers = [accounts[one.account].pk for one, row in zip(verdicts, rows, strict=True) if _is_for_one(one, row)]
    managers = accepted(for_managers) if for_managers else {}
    above = threshold_of(who.practice_id, day)
    for verdict, row in zip(verdicts, rows, strict=True):
        if not verdict.is_accepted:
            found.append(verdict)
            continue
        account = accounts[verdict.account]
        manager = managers[account.pk] if row.money_manager else None
        invoice = Invoice(
            firm_id=account.firm_id,
            account=account,
            practice_id=manager.practice_id if manager else who.practice_id,
            amount=verdict.amount,
            currency=verdict.currency,
            memo=row.memo.strip(),
            business_day=day,
            submitted_at=stamp,
            submitted_by_id=who.user_id,
            needs_approval=above is not None and verdict.amount is not None and verdict.amount >= above,
            upload=upload,
        )
        invoices[manager.pk if manager else None].append(invoice)
        found.append(replace(verdict, invoice=str(invoice.pk)))
    Invoice.unscoped.bulk_create(invoices.pop(None, []), batch_size=ROWS_AT_ONCE)
    for lines in invoices.values():
        manager = managers[lines[0].account_id]
        with as_payee(who, [line.account_id for line in lines], manager):
            Invoice.unscoped.bulk_create(lines, batch_size=ROWS_AT_ONCE)
        tell_manager(manager, "invoiced", key=f"{manager.pk} {day}", advisor=lines[0].account.practice.name)
    return found


def _is_for_one(verdict: Verdict, row: Asked) -> bool:
    return verdict.is_accepted and bool(row.money_manager)


def _cap_problems(
    account: Account,
    practice: Practice,
    kind: str,
    rate: Decimal | None,
    amount: Decimal | None,
    starts: date,
    ends: date | None,
    signature: Signature,
) -> list[Problem]:
    found: list[Problem] = []
    if kind not in list(CapKind):
        found.append(problem("kind", "unknown", gettext_noop("Choose how the limit is worked out.")))
    if rate is not None or amount is None:
        found += check_rate(rate, field="rate")
    if amount is not None and (not amount.is_finite() or amount <= 0):
        found.append(problem("amount", "too_low", gettext_noop("The amount must be above zero.")))
    if ends is not None and ends <= starts:
        found.append(problem("ends", "ends_before_start", gettext_noop("The limit must end after it starts.")))
    if not signature.is_complete:
        found.append(problem("signature", "required", gettext_noop("The client must sign the limit.")))
    return found + payee_problems(account, practice)


_KIND = Kind(
    model=Invoice,
    refused=InvoiceRefused,
    judge=_judge,
    ended=gettext_noop("The invoice has been processed, rejected or cancelled."),
    too_late=gettext_noop("The cut-off of %(day)s has passed; the invoice can no longer be changed."),
    locked=lambda day: refusal(Rejection.LOCKED, day=day),
)
