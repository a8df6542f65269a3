"""Listings as others read them, and one's own in every state."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.desk.marketplace.models import Listing, ListingCategory, ListingState
from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed, scope
from accounts.ground.assignments.queries import managers
from accounts.ground.tree.models import Account, Kind

LONGEST_SEARCH = 80
MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER, Kind.MONEY_MANAGER)


def visitor(who: Who | None) -> Who:
    """Advisors and money managers walk the marketplace; for everybody else there is none."""
    if who is None or not (who.is_advisor or who.reach == "managed"):
        raise Http404
    if who.is_advisor and not all(one.can("view") for one in (who, who.behind) if one is not None):
        raise NotAllowed("view")
    return who


def may_list(who: Who) -> bool:
    """Whether the person speaks for its practice: an advisor who manages accounts, or the money manager itself; never
    somebody who looks as another person."""
    if who.behind is not None:
        return False
    return who.reach == "managed" or (who.is_advisor and who.can("manage") and not who.is_narrowed)


def own_practice(who: Who) -> int | None:
    """The practice that one lists."""
    if who.reach != "managed":
        return who.practice_id
    return Account.unscoped.filter(pk=who.account_id).values_list("practice_id", flat=True).first()


def listed(*, category: str = "", region: str = "", text: str = "") -> "QuerySet[Listing]":
    """What is approved, of all firms."""
    rows = Listing.unscoped.filter(state=ListingState.APPROVED)
    if category in ListingCategory.values:
        rows = rows.filter(category=category)
    region, text = (one.replace("\0", "").strip()[:LONGEST_SEARCH] for one in (region, text))
    if region:
        rows = rows.filter(region__icontains=region)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(text__icontains=text) | Q(fees__icontains=text))
    return rows


def listing_for(who: Who, pk: UUID) -> Listing:
    """One that is approved, or one's own; hidden and missing answer alike."""
    found = Listing.unscoped.filter(pk=pk).filter(Q(state=ListingState.APPROVED) | Q(practice_id=own_practice(who)))
    row = found.first()
    if row is None:
        raise Http404
    return row


def own_listings(who: Who) -> "QuerySet[Listing]":
    """What one's own practice has written."""
    return Listing.unscoped.filter(practice_id=own_practice(who)).order_by("category")


def own_master(who: Who) -> Account | None:
    """The account that a ticket about the marketplace is of: the practice's own master."""
    rows = scope(who, Account).filter(practice_id=who.practice_id, kind__in=MASTERS)
    return rows.order_by("level", "pk").first() if who.is_advisor else None


def manager_of(who: Who, listing: Listing) -> Account | None:
    """The money manager of one's own firm that the listing is of, to whom accounts can be assigned."""
    if not who.is_advisor or listing.category != ListingCategory.MONEY_MANAGER:
        return None
    return managers(who).filter(practice_id=listing.practice_id).first()
