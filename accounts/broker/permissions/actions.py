"""Asking the level above for trading permissions step by step, taking it back, deciding; an approval grants at once.

An advisor may begin a request for a client's account; it stands until the client has signed, and nothing holds before.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.broker.permissions import agreement
from accounts.broker.permissions.models import LIVING, UNSIGNED, PermissionRequest, PermissionState
from accounts.broker.permissions.queries import (
    asked_here,
    is_owned,
    may_ask,
    may_decide,
    to_decide,
    to_go_on_with,
)
from accounts.broker.permissions.rules import LIFETIME, PermissionProblem, Said, check_proof, check_wanted, due_at
from accounts.broker.permissions.telling import tell
from accounts.broker.products.actions import grant, set_products
from accounts.broker.products.queries import approvals, by_node, kinds_above, nodes_above
from accounts.broker.products.rules import Permission, covers, not_approved_words, permission_words
from accounts.ground.access.context import Who, as_role, current_alias
from accounts.ground.access.scope import NotAllowed
from accounts.ground.days.queries import calendar
from accounts.ground.optouts.queries import waived
from accounts.ground.signatures.rules import Hand, name_problem
from accounts.ground.tree.models import Account
from accounts.ground.writing import told_in


class PermissionConflict(PermissionProblem):
    """The request stands where this cannot be done any more."""


def ask(*, who: Who, account: Account, wanted: Iterable[Permission], at: datetime) -> PermissionRequest:
    """Write down what is wanted. What the level above lacks itself is refused at once, in its words."""
    if not (may_ask(who, account) or (is_owned(account) and may_decide(who, account))):
        raise NotAllowed("grant_products", _("Only who owns the account asks the level above for its permissions."))
    rows = list(approvals(account))
    held = by_node(rows)
    new = sorted(set(wanted) - held.get(account.pk, set()))
    if not new:
        raise PermissionProblem(_("Choose at least one permission that the account does not have."))
    for node, kind in zip(nodes_above(account, rows), kinds_above(account), strict=True):
        for one in new:
            if not covers(held.get(node, set()), one):
                words = {"permission": permission_words(one), "why": not_approved_words(kind)}
                raise PermissionProblem(_("%(permission)s: %(why)s") % words)
    if may_ask(who, account):
        check_proof(new, waived(who.user_id, at))
    try:
        with transaction.atomic(using=current_alias.get()):
            made = PermissionRequest.unscoped.create(
                firm_id=account.firm_id,
                practice_id=account.practice_id,
                account=account,
                node_kind=account.kind,
                wanted=[f"{one.product}:{one.country}" for one in new],
                asked_by=who.user_id,
                asked_at=at,
                expires_at=at + LIFETIME,
            )
            if not may_ask(who, account):
                tell(made, account.number)
    except IntegrityError as problem:
        if "one_permission_request" not in str(problem):
            raise
        raise PermissionConflict(_("A request of this account is under way already.")) from problem
    return made


def set_or_ask(
    *, who: Who, account: Account, wanted: Iterable[Permission], day: date, at: datetime
) -> PermissionRequest | None:
    """Make these the account's permissions. What is taken is taken at once; what a client's account would gain waits
    for the client, and the request that waits is returned."""
    wanted = set(wanted)
    if not is_owned(account):
        set_products(who=who, account=account, wanted=wanted, day=day, at=at)
        return None
    with transaction.atomic(using=current_alias.get()):
        held = by_node(approvals(account))[account.pk]
        set_products(who=who, account=account, wanted=wanted & held, day=day, at=at)
        return ask(who=who, account=account, wanted=wanted, at=at) if wanted - held else None


def state_facts(*, who: Who, pk: UUID, said: Said, at: datetime) -> PermissionRequest:
    """The owner says what the account is for, and gets the agreement to read in the language of the page."""
    with transaction.atomic(using=current_alias.get()):
        found, account = to_go_on_with(who, pk)
        _still(found, UNSIGNED, at)
        wanted = [one for one in map(Permission.read, found.wanted) if one]
        check_wanted(account, wanted, said)
        check_proof(wanted, waived(who.user_id, at))
        language = get_language() or "en"
        with told_in(language):
            letter = agreement.Letter(account, tuple(wanted), said, asked_on=found.asked_at)
            text = agreement.write(letter)
        return _change(
            found,
            UNSIGNED,
            state=PermissionState.AGREEMENT,
            **asdict(said),
            language=language,
            document=text,
            document_hash=agreement.hash_of(text),
        )


def sign(*, who: Who, pk: UUID, hand: Hand, seen: str, at: datetime) -> PermissionRequest:
    """Sign the agreement as it was read; `seen` is the hash of the text on the signer's screen. Now it is reviewed."""
    with transaction.atomic(using=current_alias.get()):
        found, account = to_go_on_with(who, pk)
        _still(found, (PermissionState.AGREEMENT,), at)
        if seen != found.document_hash:
            raise PermissionConflict(_("You have read another version of this agreement; read this one first."))
        wrong = name_problem(hand.name)
        if wrong is not None:
            raise PermissionProblem(_(wrong.msgid) % wrong.params)
        check_proof([one for one in map(Permission.read, found.wanted) if one], waived(who.user_id, at))
        _change(
            found,
            (PermissionState.AGREEMENT,),
            state=PermissionState.REVIEW,
            signed_name=hand.name.strip(),
            signed_at=at,
            signed_by=who.user_id,
            signed_address=hand.address[:45],
            signed_agent=hand.agent[:400],
            signed_session=hand.session,
            due_at=due_at(at, calendar()),
            expires_at=at + LIFETIME,
        )
        tell(found, account.number)
    return found


def decide(*, who: Who, pk: UUID, approve: bool, reason: str, at: datetime) -> PermissionRequest:
    """Approve or decline what was signed, once. An approval that the rules refuse by now decides nothing."""
    with transaction.atomic(using=current_alias.get()):
        found, account = to_decide(who, pk)
        if found.is_unsigned:
            raise PermissionConflict(_("The owner has not signed this yet"))
        _still(found, (PermissionState.REVIEW,), at)
        if not approve and not reason.strip():
            raise PermissionProblem(_("Say why it is declined."))
        if approve:
            wanted = [one for one in map(Permission.read, found.wanted) if one]
            if found.signed_by is not None:
                check_proof(wanted, waived(found.signed_by, at))
            grant(who=who, account=account, permissions=wanted, day=at.date(), at=at)
        _end(found, PermissionState.APPROVED if approve else PermissionState.DECLINED, at, who.user_id, reason)
        tell(found, account.number)
    return found


def cancel(*, who: Who, pk: UUID, at: datetime) -> PermissionRequest:
    """Who asked takes it back, or the owner does not want what the advisor asked for."""
    with transaction.atomic(using=current_alias.get()):
        found, account = asked_here(who, pk)
        was_signed = not found.is_unsigned
        _end(found, PermissionState.CANCELLED, at, who.user_id, "")
        if was_signed or found.asked_by != who.user_id:
            tell(found, account.number)
    return found


def cancel_for_move(*, account: Account, at: datetime) -> None:
    """What waits when an account goes to another advisor is asked of the new one anew."""
    for found in PermissionRequest.unscoped.filter(account=account, state__in=LIVING):
        _end(found, PermissionState.CANCELLED, at, None, "")


def lapse_due(*, at: datetime) -> int:
    """End requests that nobody has decided, each in a transaction of its own; how many there were."""
    ended = 0
    with as_role("office"):
        while _lapse_next(at):
            ended += 1
    return ended


def _lapse_next(at: datetime) -> bool:
    with transaction.atomic(using="office"):
        due = PermissionRequest.unscoped.select_for_update(skip_locked=True).filter(state__in=LIVING)
        found = due.filter(expires_at__lte=at).order_by("expires_at", "pk").first()
        if found is None:
            return False
        _end(found, PermissionState.EXPIRED, at, None, "")
        tell(found, Account.unscoped.values_list("number", flat=True).get(pk=found.account_id))
        return True


def _still(found: PermissionRequest, states: tuple[str, ...], at: datetime) -> None:
    if found.state not in states:
        raise PermissionConflict(_("This request has been answered already"))
    if found.expires_at <= at:
        raise PermissionConflict(_("This request was not answered in time"))


def _end(found: PermissionRequest, state: str, at: datetime, by: int | None, reason: str) -> None:
    _change(found, LIVING, state=state, decided_at=at, decided_by=by, reason=reason.strip()[:300])


def _change(found: PermissionRequest, states: tuple[str, ...], **fields: Any) -> PermissionRequest:
    """Only while it stands in one of these states; two at once cannot both win."""
    if not PermissionRequest.unscoped.filter(pk=found.pk, state__in=states).update(**fields):
        raise PermissionConflict(_("This request has been answered already"))
    for name, value in fields.items():
        setattr(found, name, value)
    return found
