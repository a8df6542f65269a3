"""Users at one's own place: the practice, STL group or client that a seat belongs to."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.people.models import AccessRole, Party, Seat, Standing
from accounts.ground.tree.models import Account


def place(who: Who) -> dict[str, object]:
    """Where a seat stands, as lookups on a seat."""
    return {
        "role": who.role,
        "firm_id": who.firm_id,
        "practice_id": who.practice_id,
        "account_id": who.account_id,
        "party_id": who.party_id,
    }


def institution(who: Who) -> dict[str, object]:
    """The same for rows of an institution, which have no party."""
    return {"firm_id": who.firm_id, "practice_id": who.practice_id, "account_id": who.account_id}


def seats(who: Who) -> "QuerySet[Seat]":
    """Everybody at one's own place, those who left included."""
    rows = Seat.unscoped.filter(**place(who))
    return rows.select_related("user", "access_role", "invitation", "principal__user")


def standing_seats(who: Who) -> "QuerySet[Seat]":
    """Who is there or invited."""
    return seats(who).filter(ended_at=None)


def roles(who: Who) -> "QuerySet[AccessRole]":
    """The roles of one's own institution."""
    return AccessRole.unscoped.filter(**institution(who)).order_by("name")


def found(who: Who, *, text: str = "", standing: str = "", state: str = "") -> "QuerySet[Any]":
    """Users by what the address of the list asks for."""
    rows = seats(who)
    for word in text.split():
        names = ("username", "first_name", "last_name", "email")
        any_name = Q()
        for name in names:
            any_name |= Q(**{f"user__{name}__icontains": word})
        rows = rows.filter(any_name)
    if standing in Standing.values:
        rows = rows.filter(standing=standing)
    kinds = {
        "active": Q(is_active=True),
        "invited": Q(is_active=False, ended_at=None),
        "removed": Q(ended_at__isnull=False),
    }
    return rows.filter(kinds[state]) if state in kinds else rows


def account_types(who: Who) -> list[str]:
    """The broker's account types that occur among one's accounts."""
    rows = scope(who, Account).exclude(account_type="").order_by("account_type")
    return list(rows.values_list("account_type", flat=True).distinct()[:50])


def is_organisation(who: Who) -> bool:
    """Whether the client that one acts for is an organisation."""
    return Party.unscoped.filter(pk=who.party_id, is_organisation=True).exists() if who.party_id else False
