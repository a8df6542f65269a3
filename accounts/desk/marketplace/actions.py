"""A firm writes its listing, submits and withdraws it; the back office approves it or says why not."""

from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk.marketplace.models import Listing, ListingState
from accounts.desk.marketplace.queries import may_list, own_practice
from accounts.desk.marketplace.rules import ListingConflict, ListingProblem, Said, check_category, check_step
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.scope import NotAllowed
from accounts.ground.outbox.actions import owe_people
from accounts.ground.people.models import Role, Seat, Standing

APPROVED = (gettext_lazy("Your listing is approved"), gettext_lazy("“%(name)s” stands on the marketplace now."))
DECLINED = (
    gettext_lazy("Your listing was declined"),
    gettext_lazy("“%(name)s” does not appear on the marketplace. The back office says: %(reason)s"),
)

UNREAD = gettext_lazy("The firm has written this listing anew; open it and read it first.")


def write(*, who: Who, category: str, said: Said, at: datetime) -> Listing:
    """Write down what one's practice offers; it is a draft from now on, and others read it no more."""
    check_category(category)
    said, practice = said.cleaned(), _speaking(who)
    values = {**asdict(said), "state": ListingState.DRAFT, "written_by": who.user_id, "written_at": at}
    with transaction.atomic(using=current_alias.get()):
        held = _locked(practice, category)
        if held is None:
            return _first(who, practice, category, values)
        for name, value in values.items():
            setattr(held, name, value)
        held.save(update_fields=list(values))
    return held


def submit(*, who: Who, category: str, at: datetime) -> Listing:
    """Put the draft before the back office."""
    return _move(who, category, ListingState.SUBMITTED, at)


def withdraw(*, who: Who, category: str, at: datetime) -> Listing:
    """Take it off the marketplace, or back from the back office."""
    return _move(who, category, ListingState.WITHDRAWN, at)


def approve(*, who: Who, listing: Listing, seen: datetime | None, at: datetime) -> Listing:
    """The back office lets others read it, as it was written at the moment `seen`."""
    return _decide(who, listing, seen, ListingState.APPROVED, "", at)


def decline(*, who: Who, listing: Listing, seen: datetime | None, reason: str, at: datetime) -> Listing:
    """The back office does not, and says why."""
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise ListingProblem(_("Say why; the firm reads it."))
    return _decide(who, listing, seen, ListingState.DECLINED, reason, at)


def _decide(
    who: Who, listing: Listing, seen: datetime | None, state: ListingState, reason: str, at: datetime
) -> Listing:
    if who.role != "office":
        raise NotAllowed("office")
    with transaction.atomic(using=current_alias.get()):
        held = Listing.unscoped.select_for_update().get(pk=listing.pk)
        check_step(held.state, state)
        if held.written_at != seen:
            raise ListingConflict(UNREAD)
        held.state, held.reason, held.decided_by, held.decided_at = state, reason, who.user_id, at
        held.save(update_fields=["state", "reason", "decided_by", "decided_at"])
        subject, text = APPROVED if state == ListingState.APPROVED else DECLINED
        owe_people(
            users=_people(held),
            subject=subject,
            text=text,
            said={"name": held.name, "reason": held.reason},
            path=reverse("marketplace:own"),
            natural_key=f"listing {held.pk} {at.isoformat()}",
            firm_id=held.firm_id,
        )
    return held


def _people(listing: Listing) -> set[int]:
    """Who wrote it and who answers for the practice, as far as they still sit there."""
    there = Q(practice_id=listing.practice_id) | Q(account__practice_id=listing.practice_id)
    speaks = Q(user_id=listing.written_by) | Q(standing=Standing.PRIMARY)
    seats = Seat.unscoped.filter(there, speaks, role__in=(Role.TOP, Role.SECOND, Role.MANAGER), is_active=True)
    present = seats.filter(ended_at=None).exclude(principal__is_active=False)
    return set(present.values_list("user_id", flat=True))


def _speaking(who: Who) -> int:
    practice = own_practice(who) if may_list(who) else None
    if practice is None:
        raise NotAllowed("manage", _("Only who manages the practice's accounts writes its listing."))
    return practice


def _locked(practice: int, category: str) -> Listing | None:
    return Listing.unscoped.select_for_update().filter(practice_id=practice, category=category).first()


def _first(who: Who, practice: int, category: str, values: dict[str, object]) -> Listing:
    try:
        with transaction.atomic(using=current_alias.get()):
            return Listing.unscoped.create(firm_id=who.firm_id, practice_id=practice, category=category, **values)
    except IntegrityError as problem:
        if "listing_one_a_category" not in str(problem):
            raise
        raise ListingConflict(_("A colleague has written this listing at the same time; read it first.")) from problem


def _move(who: Who, category: str, state: ListingState, at: datetime) -> Listing:
    practice = _speaking(who)
    with transaction.atomic(using=current_alias.get()):
        held = _locked(practice, category)
        if held is None:
            raise ListingConflict(_("There is no such listing of yours."))
        check_step(held.state, state)
        held.state, held.written_by, held.written_at = state, who.user_id, at
        held.save(update_fields=["state", "written_by", "written_at"])
    return held
