"""When somebody leaves: everything that the person owns here, and one transaction that moves it to a colleague.

Other rooms add what they know of with `belonging(key, words, of, move)`; the page lists it without knowing the room.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.authorizations.actions import ask, authorised
from accounts.ground.authorizations.models import OPEN, Authorization, Authorizer
from accounts.ground.consents.actions import withdraw_closings
from accounts.ground.consents.queries import closings_asked_by
from accounts.ground.invitations.models import ON_THE_WAY, Invitation
from accounts.ground.people.actions import end_sessions, sessions_of
from accounts.ground.people.models import ClientRight, Seat, Standing
from accounts.ground.tokens.models import ApiToken
from accounts.ground.users.actions import close_seat, seat_for
from accounts.ground.users.queries import seats
from accounts.ground.users.rules import UserProblem


@dataclass(frozen=True)
class Belonging:
    """One kind of thing a person owns: its words, the things of a seat, and how they move.

    What does not move ends, with the seat or by `end`, or `stays` where the practice has it anyway.
    """

    key: str
    words: object
    of: Callable[[Seat], list[str]]
    move: Callable[..., None] | None = None
    end: Callable[..., None] | None = None
    stays: bool = False


BELONGINGS: list[Belonging] = []


def belonging(
    key: str,
    words: object,
    of: Callable[[Seat], list[str]],
    move: Callable[..., None] | None,
    end: Callable[..., None] | None = None,
    *,
    stays: bool = False,
) -> None:
    """Register a kind of thing that must not stay with somebody who has left."""
    BELONGINGS.append(Belonging(key, words, of, move, end, stays))


@dataclass(frozen=True)
class Owned:
    """What the screen lists: a kind, its things, and whether they move, stay with everybody's work, or end."""

    words: object
    things: list[str]
    moves: bool
    stays: bool


def owned(seat: Seat) -> list[Owned]:
    """Everything that the person of this seat owns here."""
    return [Owned(one.words, one.of(seat), one.move is not None, one.stays) for one in BELONGINGS]


def leave(*, who: Who, seat: Seat, heir: Seat, at: datetime) -> Authorization | None:
    """Move everything and end the seat; for a primary user a second manager must agree first."""
    check(who, seat, heir)
    if seat.standing == Standing.PRIMARY:
        title = _("%(name)s leaves; %(heir)s takes over") % {"name": seat.user.username, "heir": heir.user.username}
        detail = {"seat": seat.pk, "heir": heir.pk}
        return ask(who=who, rule=None, kind="leave", title=title, detail=detail, at=at, subject=seat)
    _move_and_end(who, seat, heir, at)
    return None


@authorised("leave", gettext_lazy("A primary user leaves"))
def carry_out_leaving(*, who: Who, detail: dict[str, Any], at: datetime) -> None:
    """The agreed leaving of a primary user."""
    seat, heir = seat_for(who, detail["seat"]), seat_for(who, detail["heir"])
    check(who, seat, heir)
    _move_and_end(who, seat, heir, at)


def check(who: Who, seat: Seat, heir: Seat) -> None:
    """Raises UserProblem when this person cannot leave to that colleague."""
    if seat.pk == who.seat_id:
        raise UserProblem(_("Nobody lets themselves leave; ask a colleague."))
    if seat.ended_at is not None:
        raise UserProblem(_("This user was removed."))
    if heir.pk == seat.pk or not heir.is_active or heir.principal_id == seat.pk:
        raise UserProblem(_("Choose a colleague who stays."))
    others = seats_that_manage(who).exclude(pk=seat.pk)
    if seat.standing == Standing.PRIMARY and not others.exists():
        raise UserProblem(_("Somebody must be left who manages users."))


def seats_that_manage(who: Who) -> Any:
    """Active primary users and security officers at one's own place."""
    rows = seats(who).filter(is_active=True)
    return rows.filter(standing=Standing.PRIMARY) | rows.filter(is_security_officer=True)


def _move_and_end(who: Who, seat: Seat, heir: Seat, at: datetime) -> None:
    with transaction.atomic(using=current_alias.get()):
        for one in BELONGINGS:
            if one.move is not None:
                one.move(seat=seat, heir=heir, at=at)
            if one.end is not None:
                one.end(who=who, seat=seat, at=at)
        for second in seats(who).filter(principal=seat, ended_at=None):
            close_seat(seat=second, at=at)
        close_seat(seat=seat, at=at)
        end_sessions(user_id=seat.user_id)


def _move_duties(*, seat: Seat, heir: Seat, at: datetime) -> None:
    there = Authorizer.unscoped.filter(seat=heir).values("rule_id")
    Authorizer.unscoped.filter(seat=seat, rule_id__in=there).delete()
    Authorizer.unscoped.filter(seat=seat).update(seat=heir)


def _move_asked(*, seat: Seat, heir: Seat, at: datetime) -> None:
    """The heir asks from now on; what the heir has approved already stays and counts no more than it did."""
    open_ones = Authorization.unscoped.filter(requested_by=seat, state__in=OPEN)
    open_ones.exclude(votes__seat=heir).update(requested_by=heir)


def _move_invited(*, seat: Seat, heir: Seat, at: datetime) -> None:
    Invitation.unscoped.filter(invited_by_id=seat.user_id, seat__firm_id=seat.firm_id, state__in=ON_THE_WAY).update(
        invited_by_id=heir.user_id
    )


def _work_of(seat: Seat) -> list[str]:
    with cursor() as cur:
        cur.execute("SELECT app_work_of_leaver(%s)", [seat.pk])
        found = cur.fetchone()[0]
    return [_("%(count)s waiting or running") % {"count": found}] if found else []


def _end_work(*, who: Who, seat: Seat, at: datetime) -> None:
    """Nothing goes on in the name of somebody who may do nothing any more."""
    with cursor() as cur:
        cur.execute("SELECT app_end_work_of_leaver(%s, %s)", [seat.pk, at])


def _role_of(seat: Seat) -> list[str]:
    return [seat.access_role.name] if seat.access_role else []


belonging(
    "seat",
    gettext_lazy("Seat"),
    lambda seat: [f"{seat.get_role_display()}, {seat.get_standing_display()}"],
    None,
)
belonging("role", gettext_lazy("Role"), _role_of, None)
belonging(
    "duties",
    gettext_lazy("Duties as authorizer"),
    lambda seat: [", ".join(duty.rule.kinds) for duty in Authorizer.unscoped.filter(seat=seat).select_related("rule")],
    _move_duties,
)
belonging(
    "asked",
    gettext_lazy("Requests for approval"),
    lambda seat: list(Authorization.unscoped.filter(requested_by=seat, state__in=OPEN).values_list("title", flat=True)),
    _move_asked,
)
belonging(
    "closings",
    gettext_lazy("Closings that wait for a client"),
    lambda seat: list(closings_asked_by(seat).values_list("account__number", flat=True)),
    None,
    withdraw_closings,
)
belonging(
    "invited",
    gettext_lazy("Invitations sent"),
    lambda seat: list(
        Invitation.unscoped.filter(invited_by_id=seat.user_id, state__in=ON_THE_WAY, firm_id=seat.firm_id).values_list(
            "seat__user__username", flat=True
        )
    ),
    _move_invited,
)
belonging(
    "second",
    gettext_lazy("Second user"),
    lambda seat: list(Seat.unscoped.filter(principal=seat, ended_at=None).values_list("user__username", flat=True)),
    None,
)
belonging(
    "rights",
    gettext_lazy("Accounts the person acts for"),
    lambda seat: (
        list(ClientRight.unscoped.filter(party_id=seat.party_id).values_list("account__number", flat=True))
        if seat.party_id
        else []
    ),
    None,
)
belonging(
    "tokens",
    gettext_lazy("API tokens"),
    lambda seat: list(ApiToken.unscoped.filter(seat=seat, revoked_at=None).values_list("name", flat=True)),
    None,
)
belonging(
    "sessions",
    gettext_lazy("Open sessions"),
    lambda seat: [_("%(count)s open") % {"count": found}] if (found := sessions_of(user_id=seat.user_id)) else [],
    None,
)
belonging("work", gettext_lazy("Files, forecasts and other long work"), _work_of, None, _end_work)
