"""Requests for trading permissions as a person may see, ask, answer and take back."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.broker.permissions.models import PermissionRequest
from accounts.broker.products.queries import may_grant
from accounts.ground.access.authority import Relation
from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed, refusal, relation_to, scope
from accounts.ground.tree.models import HOLDING_KINDS, Account, Kind

# A group's master signs for its sub accounts too.
OWN_SUBS = {"stl": (Relation.OWN_STL_SUB,)}


def may_ask(who: Who, account: Account) -> bool:
    """Whether the person asks the level above: for an account of one's own that one cannot grant to oneself.

    A top level asks the broker, and the back office writes its approvals down.
    """
    own = relation_to(who, account) in (Relation.SELF, *OWN_SUBS.get(who.role, ())) and account.kind != Kind.TOP_MASTER
    return own and who.has("trading_permissions") and who.behind is None and not (who.is_advisor and who.is_narrowed)


def is_owned(account: Account) -> bool:
    """Whether an owner signs for the account; a master of advisors belongs to an advisor."""
    return account.kind in HOLDING_KINDS


def may_decide(who: Who, account: Account) -> bool:
    """Whether the answer is this person's to give."""
    return may_grant(who, account) and who.behind is None


def of_account(who: Who, account: Account) -> "QuerySet[PermissionRequest]":
    """An account's requests, the latest first."""
    return scope(who, PermissionRequest).filter(account_id=account.pk).order_by("-asked_at", "pk")


def to_decide(who: Who, pk: UUID) -> tuple[PermissionRequest, Account]:
    """A request and its account, for who may answer it. Hidden and missing answer alike."""
    found, account = _found(who, pk)
    if not may_decide(who, account):
        raise refusal(who, "grant_products", account)
    return found, account


def to_go_on_with(who: Who, pk: UUID) -> tuple[PermissionRequest, Account]:
    """A request that this person may state facts for and sign: an owner's own, whoever has begun it."""
    found, account = _found(who, pk)
    if not may_ask(who, account):
        words = _("Only who owns the account says what it is for, and signs.")
        raise NotAllowed("grant_products", words)
    return found, account


def asked_here(who: Who, pk: UUID) -> tuple[PermissionRequest, Account]:
    """A request that this person may take back: its own, or one about an account that it owns."""
    found, account = _found(who, pk)
    if found.asked_by != who.user_id and not may_ask(who, account):
        raise Http404
    return found, account


def seen_request(who: Who, pk: UUID) -> tuple[PermissionRequest, Account]:
    """A request as somebody may read it who sees the account; one that is not signed is its owner's and the asker's."""
    found, account = _found(who, pk)
    if not (found.asked_by == who.user_id or may_ask(who, account) or not found.is_unsigned):
        raise Http404
    return found, account


def said_before(who: Who, found: PermissionRequest) -> dict[str, Any]:
    """What was said with this request, or else with the latest one that was signed for the account, to look through."""
    if not found.objective:
        signed = of_account(who, found.account).filter(signed_at__isnull=False)
        found = signed.first() or found
    return {name: getattr(found, name) for name in ("objective", "experience", "income", "net_worth", "liquid_worth")}


def _found(who: Who, pk: UUID) -> tuple[PermissionRequest, Account]:
    found: Any = scope(who, PermissionRequest).filter(pk=pk).first()
    account = scope(who, Account).filter(pk=found.account_id).first() if found else None
    if account is None:
        raise Http404
    return found, account
