"""Asking the level above for trading permissions, taking it back, deciding; an approval grants at once."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.broker.permissions.models import PermissionRequest, PermissionState
from accounts.broker.permissions.queries import asked_by_me, may_ask, to_decide
from accounts.broker.permissions.rules import LIFETIME, PermissionProblem, agreement, check_wanted, due_at
from accounts.broker.permissions.telling import tell
from accounts.broker.products.actions import grant
from accounts.broker.products.queries import approvals, by_node, kinds_above, nodes_above
from accounts.broker.products.rules import Permission, covers, not_approved_words, permission_words
from accounts.ground.access.context import Who, as_role, current_alias
from accounts.ground.access.scope import NotAllowed
from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import Account


class PermissionConflict(PermissionProblem):
    """The request stands where this cannot be done any more."""


def ask(
    *,
    who: Who,
    account: Account,
    wanted: Iterable[Permission],
    objective: str,
    experience: int,
    name: str,
    at: datetime,
) -> PermissionRequest:
    """Put a signed request before the level above. What that level lacks itself is refused at once, in its words."""
    if not may_ask(who, account):
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
    check_wanted(account, new, experience)
    if not name.strip():
        raise PermissionProblem(_("Sign with your name."))
    text = agreement(account, new)
    try:
        with transaction.atomic(using=current_alias.get()):
            made = PermissionRequest.unscoped.create(
                firm_id=account.firm_id,
                practice_id=account.practice_id,
                account=account,
                node_kind=account.kind,
                wanted=[f"{one.product}:{one.country}" for one in new],
                objective=objective,
                experience=experience,
                signed_name=name.strip()[:200],
                document=text,
                document_hash=hashlib.sha256(text.encode()).hexdigest(),
                asked_by=who.user_id,
                asked_at=at,
                due_at=due_at(at, calendar()),
                expires_at=at + LIFETIME,
            )
            tell(made, account.number)
    except IntegrityError as problem:
        if "one_permission_request" not in str(problem):
            raise
        raise PermissionConflict(_("A request of this account is under review already.")) from problem
    return made


def decide(*, who: Who, pk: UUID, approve: bool, reason: str, at: datetime) -> PermissionRequest:
    """Approve or decline, once. An approval that the rules refuse by now grants nothing and decides nothing."""
    with transaction.atomic(using=current_alias.get()):
        found, account = to_decide(who, pk)
        if found.expires_at <= at:
            raise PermissionConflict(_("This request was not answered in time"))
        if not approve and not reason.strip():
            raise PermissionProblem(_("Say why it is declined."))
        if approve:
            wanted = [one for one in map(Permission.read, found.wanted) if one]
            grant(who=who, account=account, permissions=wanted, day=at.date(), at=at)
        _end(found, PermissionState.APPROVED if approve else PermissionState.DECLINED, at, who.user_id, reason)
        tell(found, account.number)
    return found


def cancel(*, who: Who, pk: UUID, at: datetime) -> PermissionRequest:
    """Who asked takes it back, while nobody has decided."""
    with transaction.atomic(using=current_alias.get()):
        found, account = asked_by_me(who, pk)
        _end(found, PermissionState.CANCELLED, at, who.user_id, "")
        tell(found, account.number)
    return found


def lapse_due(*, at: datetime) -> int:
    """End requests that nobody has decided, each in a transaction of its own; how many there were."""
    ended = 0
    with as_role("office"):
        while _lapse_next(at):
            ended += 1
    return ended


def _lapse_next(at: datetime) -> bool:
    with transaction.atomic(using="office"):
        due = PermissionRequest.unscoped.select_for_update(skip_locked=True).filter(state=PermissionState.REVIEW)
        found = due.filter(expires_at__lte=at).order_by("expires_at", "pk").first()
        if found is None:
            return False
        _end(found, PermissionState.EXPIRED, at, None, "")
        tell(found, Account.unscoped.values_list("number", flat=True).get(pk=found.account_id))
        return True


def _end(found: PermissionRequest, state: str, at: datetime, by: int | None, reason: str) -> None:
    living = PermissionRequest.unscoped.filter(pk=found.pk, state=PermissionState.REVIEW)
    if not living.update(state=state, decided_at=at, decided_by=by, reason=reason.strip()[:300]):
        raise PermissionConflict(_("This request has been answered already"))
    found.state, found.decided_at, found.decided_by, found.reason = state, at, by, reason.strip()[:300]
