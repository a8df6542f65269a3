"""Requests for approval that nobody decided in time: they end, nothing is carried out, and both sides are told."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import as_role
from accounts.ground.authorizations.models import OPEN, Authorization, AuthorizationState, Authorizer
from accounts.ground.outbox.actions import owe_people
from accounts.ground.people.models import Seat, Standing
from accounts.ground.requests.models import Request, RequestStatus


def lapse_due(*, at: datetime) -> int:
    """End every request for approval whose time has run out, each in a transaction of its own; how many."""
    ended = 0
    with as_role("office"):
        while _next(at):
            ended += 1
    return ended


def _next(at: datetime) -> bool:
    """End one; killed anywhere, it is as if it had not begun. False when nothing is due."""
    with transaction.atomic(using="office"):
        due = Authorization.unscoped.select_for_update(skip_locked=True, of=("self",))
        waiting = due.filter(state__in=OPEN, expires_at__lte=at).order_by("expires_at", "pk").first()
        if waiting is None:
            return False
        waiting.state, waiting.finished_at = AuthorizationState.EXPIRED, at
        waiting.save(update_fields=["state", "finished_at"])
        Request.unscoped.filter(pk=waiting.pk, finished_at=None).update(status=RequestStatus.EXPIRED, finished_at=at)
        _tell(waiting)
        return True


def _tell(waiting: Authorization) -> None:
    """Who asked and who could have approved read the same end, each from their own side."""
    said = {"title": waiting.title, "days": (waiting.expires_at - waiting.asked_at).days}
    sides = (
        (
            "asker",
            {waiting.requested_by.user_id},
            _("Your request has expired"),
            _("%(title)s: not enough approvals came in %(days)s days. Nothing was done; you can ask again."),
        ),
        (
            "authorizer",
            _could_approve(waiting),
            _("A request for your approval has expired"),
            _("%(title)s: it waited %(days)s days without enough approvals. Nothing was done."),
        ),
    )
    for side, users, subject, text in sides:
        owe_people(
            users=users,
            subject=subject,
            text=text,
            said=said,
            path=reverse("users:authorizations"),
            natural_key=f"lapsed {waiting.pk} {side}",
            firm_id=waiting.firm_id,
        )


def _could_approve(waiting: Authorization) -> set[int]:
    """Users of the authorizers of the rule, or of the managers of the place where there is none."""
    if waiting.rule_id is not None:
        seats = Seat.unscoped.filter(pk__in=Authorizer.unscoped.filter(rule_id=waiting.rule_id).values("seat_id"))
    else:
        place = Seat.unscoped.filter(
            firm_id=waiting.firm_id, practice_id=waiting.practice_id, account_id=waiting.account_id
        )
        seats = place.filter(standing=Standing.PRIMARY) | place.filter(is_security_officer=True)
    others = seats.filter(is_active=True).exclude(pk__in=[waiting.requested_by_id, waiting.subject_id or 0])
    return set(others.values_list("user_id", flat=True))
