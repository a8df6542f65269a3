"""Adding users, changing what they may do, removing them; roles that are bound and not copied."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.abilities import DEFAULTS, FUNDING, known
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.scope import scope
from accounts.ground.authorizations.actions import ask_if_needed, authorised
from accounts.ground.authorizations.models import Authorization, Authorizer
from accounts.ground.invitations import actions as invitations
from accounts.ground.invitations.models import Invitation
from accounts.ground.people.actions import end_seat
from accounts.ground.people.models import AccessRole, Holdings, Seat, SeatAccount, Standing, User
from accounts.ground.people.names import is_free
from accounts.ground.tokens.models import ApiToken
from accounts.ground.tree.models import Account, Firm, Status
from accounts.ground.users.queries import institution, is_organisation, place, roles, seats, standing_seats
from accounts.ground.users.rules import (
    Forged,
    Grant,
    NewUser,
    UserProblem,
    check_grant,
    check_room,
    standings_of,
)


def may_add(who: Who) -> tuple[Standing, ...]:
    """As what this manager can add people. Raises UserProblem where nobody can be added, and says why."""
    firm = Firm.unscoped.get(pk=who.firm_id)
    found = standings_of(who.role, is_organisation=is_organisation(who))
    if not found:
        raise UserProblem(_("STL sub accounts cannot add users."))
    if who.role == "client":
        if firm.is_introducing_broker:
            raise UserProblem(_("Clients of introducing brokers cannot add users."))
        funded = Account.unscoped.filter(pk__in=who.account_ids, status=Status.OPEN, funded_on__isnull=False)
        if not funded.exists():
            raise UserProblem(_("Users can be added once the account is open and funded."))
    return found


def add_user(*, who: Who, wish: NewUser, site: str, at: datetime) -> Seat | Authorization:
    """Make the sign-in and the seat, and invite the person; or ask for approval where a rule says so."""
    with transaction.atomic(using=current_alias.get()):
        check_new(who, wish)
        title = _("Add the user %(name)s") % {"name": wish.username}
        detail = {"wish": wish.as_detail(), "site": site}
        waiting = ask_if_needed(who=who, kind="add_user", title=title, detail=detail, at=at)
        return waiting or _add(who, wish, site, at)


@authorised("add_user", gettext_lazy("Adding a user"))
def carry_out_adding(*, who: Who, detail: dict[str, Any], at: datetime) -> None:
    """The approved addition, checked once more: people and limits may have changed."""
    wish = NewUser.of_detail(detail["wish"])
    check_new(who, wish)
    _add(who, wish, detail["site"], at)


def check_new(who: Who, wish: NewUser) -> None:
    """Raises UserProblem, or Forged, for a wish that cannot be granted."""
    if wish.standing not in may_add(who):
        raise Forged(_("Users of this kind cannot be added here."))
    principal = _principal(who, wish)
    _lock(who)
    there = standing_seats(who).filter(standing=wish.standing)
    check_room(wish.standing, there.count())
    if principal is not None and there.filter(principal=principal).exists():
        raise UserProblem(_("This person has a second user already."))
    User.username_validator(wish.username)
    if not is_free(wish.username):
        raise UserProblem(_("Somebody signs in with this name already."))
    _check_grant(who, wish.grant, wish.standing)


def change_rights(*, who: Who, seat: Seat, grant: Grant, at: datetime) -> Authorization | None:
    """Give a user other functions or accounts; None when it is done, or what now waits for approval."""
    with transaction.atomic(using=current_alias.get()):
        _check_change(who, seat, grant)
        title = _("Change the rights of %(name)s") % {"name": seat.user.username}
        detail = {"seat": seat.pk, "grant": grant.as_detail()}
        waiting = ask_if_needed(who=who, kind="change_rights", title=title, detail=detail, at=at, subject=seat)
        if waiting is None:
            _write_grant(seat, grant)
        return waiting


@authorised("change_rights", gettext_lazy("Changing a user's rights"))
def carry_out_change(*, who: Who, detail: dict[str, Any], at: datetime) -> None:
    """The approved change."""
    seat, grant = seat_for(who, detail["seat"]), Grant.of_detail(detail["grant"])
    _check_change(who, seat, grant)
    _write_grant(seat, grant)


def remove_user(*, who: Who, seat: Seat, at: datetime) -> None:
    """End a user at once, with its second user, its link and its tokens. A primary user leaves another way."""
    if seat.standing == Standing.PRIMARY:
        raise UserProblem(_("A primary user is not removed here; use the page for people who leave."))
    if seat.pk == who.seat_id:
        raise UserProblem(_("You cannot remove yourself."))
    with transaction.atomic(using=current_alias.get()):
        for one in (*seats(who).filter(principal=seat, ended_at=None), seat):
            close_seat(seat=one, at=at)


def invite_again(*, seat: Seat, site: str, at: datetime) -> Invitation:
    """Send the invitation with a new link; the older one works no more."""
    found = Invitation.unscoped.select_related("seat__user").filter(seat=seat).first()
    if seat.is_active or seat.ended_at or found is None:
        raise UserProblem(_("There is nothing to send."))
    invitations.send(invitation=found, site=site, at=at)
    return found


def cancel_invitation(*, seat: Seat, at: datetime) -> None:
    """Make the link of somebody who has not come in worthless."""
    found = Invitation.unscoped.filter(seat=seat).first()
    if seat.is_active or seat.ended_at or found is None:
        raise UserProblem(_("There is no invitation to cancel."))
    invitations.cancel(invitation=found, at=at)


def close_seat(*, seat: Seat, at: datetime) -> None:
    """End a seat with everything that opens it: sessions, tokens, an invitation, an authorizer's duties."""
    invitation = Invitation.unscoped.filter(seat=seat).first()
    if invitation is not None:
        invitations.cancel(invitation=invitation, at=at)
    ApiToken.unscoped.filter(seat=seat, revoked_at=None).update(revoked_at=at)
    Authorizer.unscoped.filter(seat=seat).delete()
    if seat.is_active:
        end_seat(seat=seat, at=at)
    else:
        Seat.unscoped.filter(pk=seat.pk, ended_at=None).update(ended_at=at)


def seat_for(who: Who, pk: int) -> Seat:
    """A user at one's own place; anybody else's does not exist."""
    seat = seats(who).filter(pk=pk).first()
    if seat is None:
        raise Http404
    return seat


def save_role(*, who: Who, name: str, abilities: Iterable[str], role: AccessRole | None = None) -> AccessRole:
    """Make or change a role; who is bound to it has the new functions at once."""
    wanted = known(abilities) - DEFAULTS
    if not wanted:
        raise UserProblem(_("Choose at least one function."))
    if who.abilities is not None and not wanted <= who.abilities:
        raise Forged(_("You can give only functions that you have yourself."))
    if role is not None and wanted & FUNDING and role.seats.filter(standing=Standing.SECOND).exists():
        raise Forged(_("A second user can never have funding rights."))
    role = role or AccessRole(**institution(who))
    role.name, role.abilities = name, sorted(wanted)
    try:
        with transaction.atomic(using=current_alias.get()):
            role.save()
    except IntegrityError as problem:
        raise UserProblem(_("There is a role with this name already.")) from problem
    return role


def delete_role(*, who: Who, role: AccessRole) -> None:
    """Remove a role that nobody is bound to."""
    if standing_seats(who).filter(access_role=role).exists():
        raise UserProblem(_("Users are bound to this role; give them another one first."))
    with transaction.atomic(using=current_alias.get()):
        seats(who).filter(access_role=role).order_by().update(access_role=None)
        role.delete()


def role_for(who: Who, pk: int) -> AccessRole:
    """A role of one's own institution."""
    role = roles(who).filter(pk=pk).first()
    if role is None:
        raise Http404
    return role


def _add(who: Who, wish: NewUser, site: str, at: datetime) -> Seat:
    user = User(
        username=wish.username,
        first_name=wish.first_name,
        last_name=wish.last_name,
        email=wish.email,
        language=wish.language,
        is_active=False,  # until the link was used; nobody signs in with, or resets, a password that is not set
    )
    user.set_unusable_password()
    user.save()
    seat = Seat.unscoped.create(
        **place(who), user=user, standing=wish.standing, principal=_principal(who, wish), is_active=False
    )
    _write_grant(seat, wish.grant)
    invitations.send(invitation=invitations.draft(who=who, seat=seat), site=site, at=at)
    return seat


def _principal(who: Who, wish: NewUser) -> Seat | None:
    """The person whose second user it is to be: oneself, or somebody with a power of attorney."""
    if wish.standing != Standing.SECOND:
        return None
    seat = standing_seats(who).filter(pk=wish.principal or who.seat_id).exclude(standing=Standing.SECOND).first()
    if seat is None:
        raise Forged(_("Choose whose second user this is."))
    return seat


def _lock(who: Who) -> None:
    """Two additions at once must not both find the last free place."""
    list(Seat.unscoped.filter(**place(who), standing=Standing.PRIMARY).order_by("pk").select_for_update())


def _check_change(who: Who, seat: Seat, grant: Grant) -> None:
    if seat.standing == Standing.PRIMARY:
        raise Forged(_("A primary user has every right of the seat."))
    if seat.pk == who.seat_id:
        raise Forged(_("Nobody changes rights of their own."))
    if seat.ended_at is not None:
        raise UserProblem(_("This user was removed."))
    _check_grant(who, grant, seat.standing)


def _check_grant(who: Who, grant: Grant, standing: str) -> None:
    role = roles(who).filter(pk=grant.access_role).first() if grant.access_role else None
    if grant.access_role and role is None:
        raise Forged(_("There is no such role."))
    check_grant(who, grant, standing=standing, role_abilities=frozenset(role.abilities) if role else None)
    if grant.holdings == Holdings.CHOSEN:
        found = scope(who, Account).filter(number__in=grant.accounts).count()
        if found != len(set(grant.accounts)):
            raise Forged(_("An account you have chosen does not exist."))


def _write_grant(seat: Seat, grant: Grant) -> None:
    seat.access_role_id = grant.access_role
    seat.abilities = [] if grant.access_role else sorted(grant.abilities - DEFAULTS)
    seat.holdings = grant.holdings
    seat.account_types = list(grant.account_types) if grant.holdings == Holdings.TYPES else []
    seat.is_security_officer = grant.is_security_officer
    seat.is_account_representative = grant.is_account_representative
    seat.is_employee = grant.is_employee
    seat.save()
    SeatAccount.unscoped.filter(seat=seat).delete()
    if grant.holdings == Holdings.CHOSEN:
        chosen = Account.unscoped.filter(number__in=grant.accounts, firm_id=seat.firm_id)
        SeatAccount.unscoped.bulk_create(
            [SeatAccount(firm_id=seat.firm_id, seat=seat, account=account) for account in chosen]
        )
