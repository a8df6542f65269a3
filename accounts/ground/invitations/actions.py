"""Sending, cancelling and using invitations. The secret of a link is only in the mail; its hash is in the row."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, cursor, leave
from accounts.ground.invitations.models import Invitation, InvitationState
from accounts.ground.outbox.actions import owe_person
from accounts.ground.people.models import Seat, User
from accounts.ground.writing import told_in

LIFETIME = timedelta(days=30)


class InvitationGone(Exception):
    """A link that was used, replaced, cancelled, is too old, or never was; all of them answer alike."""


@dataclass(frozen=True)
class Invited:
    """What a link opens: who is invited, and where to."""

    user_id: int
    firm_name: str
    place_name: str
    state: str


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def draft(*, who: Who, seat: Seat) -> Invitation:
    """An invitation that has not been sent."""
    return Invitation.unscoped.create(firm_id=seat.firm_id, seat=seat, invited_by_id=who.user_id)


def send(*, invitation: Invitation, site: str, at: datetime) -> None:
    """Owe the mail with a new link that works for 30 days; an older link dies with this."""
    secret = secrets.token_urlsafe(32)
    user = invitation.seat.user
    invitation.link_hash = hash_of(secret)
    invitation.state = InvitationState.SENT
    invitation.times_sent += 1
    invitation.sent_at, invitation.expires_at, invitation.finished_at = at, at + LIFETIME, None
    invitation.save()
    with told_in(user.language):
        subject = _("Your sign-in to the advisor portal")
        body = _(
            "Hello %(name)s,\n\na sign-in was made for you; your user name is %(username)s.\n\n"
            "Open this link to confirm your data and to choose your own password:\n%(link)s\n\n"
            "The link works once and for 30 days. If you did not expect this mail, do nothing."
        ) % {"name": user.get_full_name(), "username": user.username, "link": f"{site}/invitation/{secret}/"}
    owe_person(
        user_id=user.pk,
        subject=subject,
        body=body,
        natural_key=f"invitation {invitation.pk} {invitation.times_sent}",
    )


def cancel(*, invitation: Invitation, at: datetime) -> None:
    """Make the link worthless; the invitation can be sent again."""
    if invitation.state == InvitationState.SUBMITTED:
        return
    invitation.state, invitation.link_hash, invitation.finished_at = InvitationState.CANCELLED, None, at
    invitation.save(update_fields=["state", "link_hash", "finished_at"])


def open_link(*, secret: str, at: datetime) -> Invited:
    """Whom the link invites. Raises InvitationGone for a link that does not work."""
    with cursor() as cur:
        cur.execute("SELECT user_id, firm_name, place_name, state FROM app_invitation(%s, %s)", [hash_of(secret), at])
        row = cur.fetchone()
    if row is None:
        raise InvitationGone
    return Invited(*row)


def move(*, secret: str, state: str, at: datetime) -> int:
    """Note that the link was opened, that data were confirmed, or that all is done. Raises InvitationGone."""
    with cursor() as cur:
        cur.execute("SELECT app_move_invitation(%s, %s, %s)", [hash_of(secret), state, at])
        (user_id,) = cur.fetchone()
    if user_id is None:
        raise InvitationGone
    return user_id


def confirm_data(*, secret: str, first_name: str, last_name: str, email: str, language: str, at: datetime) -> User:
    """The invited person's own reading of who they are."""
    user = User.objects.get(pk=move(secret=secret, state=InvitationState.STARTED, at=at))
    leave()  # whoever else may be signed in in this browser does not act here, and could not
    user.first_name, user.last_name, user.email, user.language = first_name, last_name, email, language
    user.save(update_fields=["first_name", "last_name", "email", "language"])
    return user


def choose_password(*, secret: str, password: str, at: datetime) -> User:
    """Replace the temporary sign-in: the link dies, the seat begins. Raises ValidationError for a weak password."""
    invited = open_link(secret=secret, at=at)
    if invited.state != InvitationState.STARTED:
        raise InvitationGone
    user = User.objects.get(pk=invited.user_id)
    validate_password(password, user)
    move(secret=secret, state=InvitationState.SUBMITTED, at=at)
    user.refresh_from_db()
    user.set_password(password)
    leave()
    user.save(update_fields=["password"])
    return user
