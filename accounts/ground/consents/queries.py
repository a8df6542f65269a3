"""Consents as a person may see, give, refuse and take them back; and which authority an advisor has."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who
from accounts.ground.access.scope import Answer, account_for, answer, scope
from accounts.ground.consents.models import Consent, ConsentKind, ConsentState
from accounts.ground.consents.rules import FUNDING_WORDS, Level
from accounts.ground.people.models import Seat
from accounts.ground.tree.models import Account


def authority(who: Who, account: Account) -> "Consent | None":
    """The client's agreement to a streamlined authority of the advisor that the account has now."""
    rows = of_account(who, account).filter(kind=ConsentKind.STREAMLINED, state=ConsentState.AGREED, ended_at=None)
    return rows.filter(practice_id=account.practice_id).first()


def closings_asked_by(seat: Seat) -> "QuerySet[Consent]":
    """Closings that wait for a client and would be carried out in the name of this seat, as far as one may see them."""
    rows = Consent.unscoped.filter(asked_seat=seat.pk, kind=ConsentKind.CLOSE, state=ConsentState.WAITING)
    return rows.order_by("asked_at", "pk")


def level_of(who: Who, account: Account) -> Level:
    """How much the account's advisor may do for its client."""
    return Level.STREAMLINED if authority(who, account) else Level.CORE


def answer_for(who: Who, function: Function, account: Account) -> Answer:
    """May this person use a function on this account, and why; of funding by an advisor also what the client agreed to.

    The broker's rules let an advisor fund its clients, the client's authority says whether each time anew.
    """
    found = answer(who, function, account)
    if function != Function.FUND or not found.allowed or not who.is_advisor:
        return found
    return Answer(function, True, f"{found.words} {FUNDING_WORDS[level_of(who, account)]}")


def of_account(who: Who, account: Account) -> "QuerySet[Consent]":
    """What was asked about an account, the latest first."""
    return scope(who, Consent).filter(account_id=account.pk).order_by("-asked_at", "pk")


def consent_for(who: Who, pk: UUID, right: str = "view") -> Consent:
    """One of them, by who may use `right` on its account; hidden and missing answer alike."""
    found: Any = scope(who, Consent).filter(pk=pk).select_related("account", "practice").first()
    if found is None:
        raise Http404
    account_for(who, found.account.number, right)
    return found


def own_consent(who: Who, pk: UUID) -> Consent:
    """One that the person's own practice has asked for."""
    found = consent_for(who, pk, "manage")
    if found.practice_id != who.practice_id:
        raise Http404
    return found
