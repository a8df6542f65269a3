"""Enrolling for class action recovery and leaving it; writing down what was recovered, and taking it back."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import DatabaseError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.desk.recoveries.models import Recovery, RecoveryElection, RecoveryKind
from accounts.desk.recoveries.queries import problem_of, steps
from accounts.desk.recoveries.rules import (
    RecoveryConflict,
    RecoveryProblem,
    hash_of,
    split,
    terms,
    took_part_on,
)
from accounts.desk.recoveries.tying import tie
from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.scope import answer, refusal
from accounts.ground.signatures.rules import Hand, name_problem
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account
from accounts.ground.writing import told_in
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

Row = TypeVar("Row", RecoveryElection, Recovery)

# What the database says where the pages let something through: who enrols twice, which claim is there already.
REFUSED = ("is so already", "is posted already", "recovery_reverses_id", "took no part")


@dataclass(frozen=True)
class Claim:
    """What the administrator of a claim has paid."""

    case: str
    reference: str
    gross: Decimal
    currency: str
    data_sent_on: date
    paid_on: date


def enroll(*, who: Who, account: Account, hand: Hand, seen: str, at: datetime) -> RecoveryElection:
    """Take part; `seen` is the hash of the terms on the signer's screen."""
    _may_sign(who, account)
    if problem := problem_of(account):
        raise RecoveryProblem(problem)
    wrong = name_problem(hand.name)
    if wrong is not None:
        raise RecoveryProblem(_(wrong.msgid) % wrong.params)
    language = get_language() or "en"
    with told_in(language):
        text = terms(account)
    if seen != hash_of(text):
        raise RecoveryConflict(_("You have read another version of the terms; read this one first."))
    signed = {
        "language": language,
        "document": text,
        "document_hash": hash_of(text),
        "signed_name": hand.name.strip(),
        "signed_address": hand.address[:45],
        "signed_agent": hand.agent[:400],
        "signed_session": hand.session,
    }
    return _step(who, account, at, is_enrolled=True, **signed)


def leave(*, who: Who, account: Account, at: datetime) -> RecoveryElection:
    """Take part no more; what was claimed before is still paid out."""
    _may_sign(who, account)
    return _step(who, account, at, is_enrolled=False)


def write_down(*, who: Who, account: Account, claim: Claim, at: datetime) -> Recovery:
    """The back office posts a recovered amount: fee and net, once a claim, for who took part when data were sent."""
    _may_post(who, account)
    taken = [(row.elected_at, row.is_enrolled) for row in reversed(steps(who, account))]
    if not took_part_on(taken, claim.data_sent_on):
        raise RecoveryProblem(_("The account took no part when its data were sent."))
    if claim.paid_on < claim.data_sent_on:
        raise RecoveryProblem(_("A claim is paid after its data were sent."))
    parts = split(claim.gross, claim.currency)
    return _post(
        who,
        account,
        at,
        case=" ".join(claim.case.split()),
        reference=claim.reference.strip(),
        currency=claim.currency,
        gross=parts.gross,
        fee=parts.fee,
        net=parts.net,
        data_sent_on=claim.data_sent_on,
        paid_on=claim.paid_on,
    )


def take_back(*, who: Who, found: Recovery, at: datetime) -> Recovery:
    """Post a mistake the other way round, once."""
    _may_post(who, found.account)
    if found.kind != RecoveryKind.RECOVERY:
        raise RecoveryConflict(_("This was taken back already."))
    names = ("case", "reference", "currency", "gross", "fee", "net", "data_sent_on", "paid_on")
    same = {name: getattr(found, name) for name in names}
    return _post(who, found.account, at, kind=RecoveryKind.REVERSAL, reverses=found, **same)


def _may_sign(who: Who, account: Account) -> None:
    if not answer(who, Function.SIGN, account).allowed:
        raise refusal(who, Function.SIGN, account)


def _may_post(who: Who, account: Account) -> None:
    if who.role != "office":
        raise refusal(who, Function.FUND, account)


def _step(who: Who, account: Account, at: datetime, *, is_enrolled: bool, **signed: str) -> RecoveryElection:
    last = steps(who, account).first()
    if (last.is_enrolled if last else False) == is_enrolled:
        raise RecoveryConflict(_("It is so already."))
    made = _write(
        RecoveryElection(**_place(account), is_enrolled=is_enrolled, elected_by=who.user_id, elected_at=at, **signed)
    )
    title = gettext_noop("Class action recovery")
    status = "enrolled" if is_enrolled else "unsubscribed"
    record(account=account, kind="recovery", title=title, status=status, day=exchange_day(at), by=who.user_id)
    return made


def _post(who: Who, account: Account, at: datetime, **fields: Any) -> Recovery:
    made = _write(Recovery(**_place(account), written_by=who.user_id, written_at=at, **fields))
    tie(accounts=[account.pk], at=at)
    money = {name: str(getattr(made, name)) for name in ("gross", "fee", "net", "currency", "case", "reference")}
    title = gettext_noop("Class action recovery")
    record(
        account=account,
        kind="recovery",
        title=title,
        status=made.kind,
        data=dict(money),
        day=made.paid_on,
        by=who.user_id,
    )
    return made


def _place(account: Account) -> dict[str, Any]:
    return {"firm_id": account.firm_id, "practice_id": account.practice_id, "account": account}


def _write(row: Row) -> Row:
    """Save it; what the database refuses is there already."""
    try:
        with transaction.atomic(using=current_alias.get()):
            row.save(force_insert=True, using=current_alias.get())
    except DatabaseError as problem:
        if not any(words in str(problem) for words in REFUSED):
            raise
        raise RecoveryConflict(_("It is so already.")) from problem
    return row
