"""Requests for trading permissions as a person may see, ask, answer and take back."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.broker.permissions.models import PermissionRequest
from accounts.broker.products.queries import may_grant
from accounts.ground.access.authority import Relation
from accounts.ground.access.context import Who
from accounts.ground.access.scope import refusal, relation_to, scope
from accounts.ground.tree.models import Account, Kind


def may_ask(who: Who, account: Account) -> bool:
    """Whether the person asks the level above: for an account of one's own that one cannot grant to oneself.

    A top level asks the broker, and the back office writes its approvals down.
    """
    own = relation_to(who, account) == Relation.SELF and account.kind != Kind.TOP_MASTER
    return own and who.has("trading_permissions") and who.behind is None and not (who.is_advisor and who.is_narrowed)


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


def asked_by_me(who: Who, pk: UUID) -> tuple[PermissionRequest, Account]:
    """A request that this very person has made."""
    found, account = _found(who, pk)
    if found.asked_by != who.user_id:
        raise Http404
    return found, account


def _found(who: Who, pk: UUID) -> tuple[PermissionRequest, Account]:
    found: Any = scope(who, PermissionRequest).filter(pk=pk).first()
    account = scope(who, Account).filter(pk=found.account_id).first() if found else None
    if account is None:
        raise Http404
    return found, account
