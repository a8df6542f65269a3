"""Asking for money to move, and every step of a request until the broker has it. Raises FundingProblem in words.

Whoever asks at the same time waits: what a person has withdrawn and what an account has free are read under locks that
last until the transaction ends.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.broker.funding import rules
from accounts.broker.funding.checking import Asked, check_amount, check_ends, check_method, checked
from accounts.broker.funding.models import (
    LONGEST_REASON,
    PENDING,
    FundingKind,
    FundingMethod,
    FundingRequest,
    FundingStatus,
    PositionKind,
    PositionMethod,
    SavedBank,
)
from accounts.broker.funding.queries import bank_for, names_somebody_else, request_for, requests_of
from accounts.broker.funding.rules import FundingConflict, FundingProblem, TooManyNumbers, WrongNumber
from accounts.broker.funding.telling import mail_number, tell
from accounts.broker.positions.actions import list_positions
from accounts.broker.positions.queries import parts_of
from accounts.broker.positions.rules import broker_problem, in_order
from accounts.ground.access.context import Who, acting, current_alias, cursor
from accounts.ground.access.locks import is_alone, one_at_a_time
from accounts.ground.access.scope import account_for
from accounts.ground.consents.queries import authority
from accounts.ground.days.queries import calendar
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Kind
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

DIGITS, MOST_WRONG = 8, 5
USED_KEY = gettext_noop("This form was sent before with something else in it. Open it anew, and ask again.")
# What has confirmed nothing but that somebody knows the password: a number is mailed besides.
WITHOUT_DEVICE = ("", "password")
# What only comes takes nothing, and needs no proof.
COMING = (FundingKind.DEPOSIT, PositionKind.IN)


@dataclass(frozen=True)
class BankAsked:
    """A bank account as it was typed."""

    name: str
    method: str
    bank_name: str
    holder: str
    code: str
    number: str


def notify_deposit(*, who: Who, account: Account, asked: Asked, at: datetime) -> FundingRequest:
    """Say that money is coming. It needs no second factor, for it takes nothing."""
    check_method(asked)
    return _ask(who, account, asked, factor="", at=at)


def withdraw(*, who: Who, account: Account, asked: Asked, factor: str, at: datetime) -> FundingRequest:
    """Ask for money to leave for a saved bank, or by check to the holder's address; `factor` confirmed who asks."""
    check_method(asked)
    if asked.method != FundingMethod.CHECK and (asked.bank is None or asked.bank.method != asked.method):
        raise FundingProblem(gettext_noop("Choose a saved bank instruction of this method."))
    return _ask(who, account, asked, factor=factor, at=at)


def move(*, who: Who, payer: Account, asked: Asked, factor: str, at: datetime) -> FundingRequest:
    """Ask for cash to go to another account of the firm; the caller may fund one of the two and see the other."""
    assert asked.counter is not None, "an internal transfer has two ends"
    return _ask(who, payer, asked, factor=factor, at=at)


def transfer_positions(*, who: Who, account: Account, asked: Asked, factor: str, at: datetime) -> FundingRequest:
    """Ask for positions to come from a saved broker, to leave for one, or to change accounts inside the firm."""
    if asked.kind == PositionKind.INTERNAL:
        assert asked.counter is not None, "an internal transfer has two ends"
    elif asked.bank is None or asked.bank.method not in PositionMethod.values:
        raise FundingProblem(gettext_noop("Choose a saved broker."))
    return _ask(who, account, replace(asked, parts=in_order(asked.parts)), factor=factor, at=at)


def ends_of(who: Who, number: str, other: str) -> tuple[Account, Account]:
    """Payer and payee by number, for who may fund both clients; a group's money goes by its master."""
    payer, payee = account_for(who, number), account_for(who, other)
    master = next((one for one in (payer, payee) if one.kind == Kind.STL_MASTER), payer)
    if settings.STL_SUBS_PAY_EACH_OTHER and payer.stl is not None and payer.stl_id == payee.stl_id:
        master = payer.stl
    account_for(who, master.number, "fund")
    if payee.kind == Kind.CLIENT:
        account_for(who, payee.number, "fund")
    return payer, payee


def save_bank(*, who: Who, account: Account, bank: BankAsked, key: UUID, factor: str, at: datetime) -> FundingRequest:
    """Add a bank to which the account's money may go, once that is confirmed."""
    is_broker = bank.method in PositionMethod.values
    if problem := (broker_problem if is_broker else rules.bank_problem)(bank.method, bank.code, bank.number):
        raise FundingProblem(problem)
    if not is_broker and bank.method not in (*rules.CURRENCY_OF, FundingMethod.WIRE):
        raise FundingProblem(gettext_noop("Choose a method."))
    repeated = _repeated_bank(who, account, bank, key)
    if repeated is not None:
        return repeated
    try:
        with transaction.atomic(using=current_alias.get()):
            saved = SavedBank.unscoped.create(
                firm_id=account.firm_id,
                practice_id=account.practice_id,
                account=account,
                added_by=who.user_id,
                added_at=at,
                **vars(bank),
            )
            asked = Asked(FundingKind.BANK, account.base_currency, key, method=bank.method, bank=saved)
            return _ask(who, account, asked, factor=factor, at=at)
    except IntegrityError as problem:
        if "savedbank_name_once" not in str(problem):
            raise
        # Two clicks at once: the second finds the first one's.
        repeated = _repeated_bank(who, account, bank, key)
        if repeated is not None:
            return repeated
        raise FundingConflict(gettext_noop("A bank of this name is saved already; choose another name.")) from problem


def delete_bank(*, who: Who, bank: SavedBank, at: datetime) -> None:
    """No money goes there any more; what was promised to it goes on, unless it is cancelled."""
    rows = SavedBank.unscoped.filter(pk=bank_for(who, bank.pk).pk, deleted_at=None)
    if not rows.update(deleted_by=who.user_id, deleted_at=at):
        raise FundingConflict(gettext_noop("It is deleted already."))


def confirm(*, who: Who, found: FundingRequest, number: str, at: datetime) -> FundingRequest:
    """Take the mailed number; what the request needs besides is asked now, limits and free cash included."""
    with transaction.atomic(using=current_alias.get()):
        # A wrong number is counted after its request has ended: those that are tried meanwhile are not looked at.
        if not is_alone(f"funding number {found.pk}"):
            raise FundingConflict(gettext_noop("Another number is looked at just now; wait a moment."))
        held = _held(who, found)
        if held.status != FundingStatus.PENDING_CONFIRMATION or held.asked_by != who.user_id:
            raise FundingConflict(gettext_noop("Nothing waits for a number here."))
        if held.wrong_numbers >= MOST_WRONG:
            raise FundingConflict(gettext_noop("Too many wrong numbers. Cancel it and ask again."))
        if not constant_time_compare(number_of(held), number.strip()):
            raise WrongNumber(gettext_noop("That is not the number in the mail."))
        asked = _asked_of(who, held)
        assert held.numbered_at is not None, "a check constraint says so"
        since = held.numbered_at if held.kind == FundingKind.BANK else held.asked_at
        if at >= since + rules.NUMBER_LASTS:
            raise FundingConflict(gettext_noop("That number counted for a day. Have another mailed, or ask again."))
        _may_still(who, held)
        _lock(who, held.account_id)
        fields = checked(who, held.account, asked, held.factor, at)
        return _step(held, _onward(who, held, fields, at), **fields)


def count_wrong(found: FundingRequest) -> None:
    """Count a wrong number, after what the refused request wrote has been taken back."""
    with acting(found.asked_by), cursor() as cur:
        cur.execute("SELECT broker_wrong_number(%s)", [found.pk])


def resend(*, who: Who, found: FundingRequest, at: datetime) -> None:
    """Mail another number; the earlier one no longer counts."""
    with transaction.atomic(using=current_alias.get()):
        held = _held(who, found)
        if held.status != FundingStatus.PENDING_CONFIRMATION or held.asked_by != who.user_id:
            raise FundingConflict(gettext_noop("Nothing waits for a number here."))
        assert held.numbered_at is not None, "a check constraint says so"
        if at < rules.resend_from(held.asked_at, held.numbered_at):
            raise FundingConflict(gettext_noop("A number was mailed a moment ago; wait a little, longer each time."))
        held.numbered_at = at
        held.save(update_fields=["numbered_at"])
        mail_number(held, number_of(held))


def verify(*, who: Who, found: FundingRequest, accepts: bool, at: datetime) -> FundingRequest:
    """The owner lets through, or declines, what the advisor asked for."""
    with transaction.atomic(using=current_alias.get()):
        held = _held(who, found)
        if held.status != FundingStatus.PENDING_VERIFICATION:
            raise FundingConflict(gettext_noop("Nothing waits for your approval here."))
        if not accepts:
            ended = {"ended_by": who.user_id, "ended_at": at}
            return _step(held, FundingStatus.REJECTED, verified_by=who.user_id, **ended)
        check_ends(who, held.account, _asked_of(who, held))
        if held.kind == FundingKind.BANK:
            ended = {"ended_by": who.user_id, "ended_at": at}
            return _step(held, FundingStatus.APPROVED, verified_by=who.user_id, **ended)
        return _step(held, FundingStatus.PENDING, verified_by=who.user_id, released_at=at)


def consent(*, who: Who, found: FundingRequest, at: datetime) -> FundingRequest:
    """The advisor lets a client's withdrawal go before its hold ends. An advisor cannot refuse it."""
    with transaction.atomic(using=current_alias.get()):
        held = _held(who, found)
        if held.status != FundingStatus.PENDING_ADVISOR or not who.is_advisor:
            raise FundingConflict(gettext_noop("Nothing waits for an advisor's consent here."))
        check_ends(who, held.account, _asked_of(who, held))
        return _step(held, FundingStatus.PENDING, consented_by=who.user_id, released_at=at)


def cancel(*, who: Who, found: FundingRequest, reason: str, at: datetime) -> FundingRequest:
    """Take it back while it is pending: the owner anything, an advisor what an advisor asked for."""
    said = " ".join(reason.split())
    if not 1 <= len(said) <= LONGEST_REASON:
        raise FundingProblem(gettext_noop("Say why, in 1 to %(most)s characters."), most=LONGEST_REASON)
    with transaction.atomic(using=current_alias.get()):
        held = _held(who, found)
        rules.check_step(held.status, FundingStatus.CANCELLED)
        if who.is_advisor and not held.is_by_advisor:
            raise FundingConflict(gettext_noop("Your client asked for this; an advisor cannot refuse it."))
        return _step(held, FundingStatus.CANCELLED, ended_by=who.user_id, ended_at=at, reason=said)


def cancel_for_move(*, account: Account, at: datetime) -> None:
    """What the broker has not heard of when an account goes to another advisor is asked for anew there."""
    either_end = Q(account=account) | Q(counter=account)
    for found in FundingRequest.unscoped.filter(either_end, status__in=PENDING).order_by("pk"):
        reason = gettext_noop("The account has another advisor now.")
        _step(found, FundingStatus.CANCELLED, ended_at=at, reason=reason)


def change_amount(*, who: Who, found: FundingRequest, amount: Decimal) -> FundingRequest:
    """Another amount of an announced wire, while the broker has not heard of it."""
    with transaction.atomic(using=current_alias.get()):
        held = _held(who, found)
        # While the owner is asked, what is asked stays as it is.
        if (held.kind, held.method, held.status) != (FundingKind.DEPOSIT, FundingMethod.WIRE, FundingStatus.PENDING):
            raise FundingConflict(gettext_noop("Only the amount of a pending wire deposit can be changed."))
        if who.is_advisor and not held.is_by_advisor:
            raise FundingConflict(gettext_noop("Your client asked for this; only the client changes it."))
        if who.is_advisor and not authority(who, held.account):
            raise FundingConflict(gettext_noop("Your client has approved this amount; cancel it and ask again."))
        check_amount(amount, held.currency)
        held.amount = amount
        held.save(update_fields=["amount"])
        return held


def number_of(found: FundingRequest) -> str:
    """The number in the mail. It is worked out anew each time and stored nowhere."""
    assert found.numbered_at is not None, "asked only of what waits for one"
    said = f"{found.pk} {found.numbered_at.astimezone(UTC).isoformat()}"
    code = salted_hmac("funding.confirm", said, algorithm="sha256").digest()
    return str(int.from_bytes(code[:8], "big") % 10**DIGITS).zfill(DIGITS)


def _ask(who: Who, account: Account, asked: Asked, *, factor: str, at: datetime) -> FundingRequest:
    if (repeated := _repeated(who, account, asked)) is not None:
        return repeated
    check_ends(who, account, asked)
    with transaction.atomic(using=current_alias.get()):
        _lock(who, account.pk)
        if (repeated := _repeated(who, account, asked)) is not None:
            return repeated
        made = FundingRequest(
            firm_id=account.firm_id,
            practice_id=account.practice_id,
            account=account,
            kind=asked.kind,
            method=asked.method,
            amount=asked.amount,
            currency=asked.currency,
            counter=asked.counter,
            bank=asked.bank,
            is_by_advisor=who.is_advisor,
            factor=factor,
            key=asked.key,
            asked_by=who.user_id,
            asked_at=at,
            requested_on=exchange_day(at),
        )
        fields = checked(who, account, asked, factor, at)
        needs_number = asked.kind not in COMING and factor in WITHOUT_DEVICE
        if needs_number:
            made.status, made.numbered_at = FundingStatus.PENDING_CONFIRMATION, at
            lately = requests_of(who).filter(asked_by=who.user_id, numbered_at__gt=at - rules.NUMBERS_WITHIN)
            if lately.count() >= rules.MOST_NUMBERS:
                raise TooManyNumbers(gettext_noop("Too many numbers were mailed to you; ask again in an hour."))
            if not User.objects.filter(pk=who.user_id).exclude(email="").exists():
                raise FundingProblem(
                    gettext_noop(
                        "You have no device and no e-mail address to confirm this with; add one of them first."
                    )
                )
        else:
            made.status = _onward(who, made, fields, at)
        for name, value in fields.items():
            setattr(made, name, value)
        try:
            with transaction.atomic(using=current_alias.get()):
                list_positions(made, asked.parts)
                made.save(force_insert=True)
        except IntegrityError as problem:
            if "funding_asked_once" not in str(problem):
                raise
            # In another seat of the same user, of which this one sees nothing.
            raise FundingConflict(USED_KEY) from problem
        if needs_number:
            mail_number(made, number_of(made))
        tell(made)
    return made


def _repeated(who: Who, account: Account, asked: Asked) -> FundingRequest | None:
    """What the same person asked for with the same key: a second click that asks the same is the first one."""
    found = requests_of(who).filter(asked_by=who.user_id, key=asked.key).first()
    if found is not None and (found.account_id, _asked_of(who, found)) != (account.pk, asked):
        raise FundingConflict(USED_KEY)
    return found


def _repeated_bank(who: Who, account: Account, bank: BankAsked, key: UUID) -> FundingRequest | None:
    """The same of a bank, which is compared as it was typed."""
    found = requests_of(who).filter(asked_by=who.user_id, key=key).first()
    if found is None:
        return None
    if found.account_id != account.pk or found.kind != FundingKind.BANK or found.bank is None:
        raise FundingConflict(USED_KEY)
    if any(getattr(found.bank, name) != value for name, value in vars(bank).items()):
        raise FundingConflict(USED_KEY)
    return found


def _may_still(who: Who, held: FundingRequest) -> None:
    """What let its asker ask, asked again: both accounts, their owners, and the right to move their money."""
    if held.counter is not None:
        ends_of(who, held.account.number, held.counter.number)
    else:
        account_for(who, held.account.number, "fund")
    check_ends(who, held.account, _asked_of(who, held))


def _lock(who: Who, account_id: int) -> None:
    """First the person, then the account: in one order, so that nobody waits for ever."""
    one_at_a_time(f"funding user {who.user_id}")
    one_at_a_time(f"funding account {account_id}")


def _held(who: Who, found: FundingRequest) -> FundingRequest:
    """The request as it stands now; locked as long as anybody but the broker can change it."""
    held = requests_of(who).select_for_update(of=("self",)).filter(pk=found.pk).first()
    return held or request_for(who, found.pk)


def _step(held: FundingRequest, status: str, **fields: object) -> FundingRequest:
    rules.check_step(held.status, status)
    held.status = status
    for name, value in fields.items():
        setattr(held, name, value)
    held.save(update_fields=["status", *fields])
    tell(held)
    return held


def _onward(who: Who, found: FundingRequest, fields: dict[str, object], at: datetime) -> str:
    """Where it goes once its asker is sure; what the new status says besides is added to the fields."""
    if found.is_by_advisor and (names_somebody_else(found) or not authority(who, found.account)):
        return FundingStatus.PENDING_VERIFICATION
    if found.kind == FundingKind.BANK:
        fields |= {"ended_by": who.user_id, "ended_at": at}
        return FundingStatus.APPROVED
    if found.kind == FundingKind.WITHDRAWAL and not found.is_by_advisor:
        amount, available = found.amount, fields["available"]
        assert amount is not None, "a withdrawal is of an amount"
        assert isinstance(available, Decimal), "and was checked against what is free"
        fields["hold_until"] = rules.hold_end(amount=amount, available=available, at=at, days=calendar())
        return FundingStatus.PENDING_ADVISOR
    fields["released_at"] = at
    return FundingStatus.PENDING


def _asked_of(who: Who, found: FundingRequest) -> Asked:
    ends = (found.bank, found.counter)
    return Asked(found.kind, found.currency, found.key, found.amount, found.method, *ends, parts_of(who, found))
