"""Opting out of the second proof on a signed text, and in again. The person is told by mail of both."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias
from accounts.ground.addresses.rules import next_restart
from accounts.ground.optouts import queries
from accounts.ground.optouts.models import Extent, OptOut
from accounts.ground.optouts.rules import LASTS, VERSION, WITHOUT_PROOF, document, hash_of, may_opt_out
from accounts.ground.outbox.actions import owe_person
from accounts.ground.people.models import SignInSession, User
from accounts.ground.signatures.rules import Hand, name_problem
from accounts.ground.writing import told_in
from portal.lib.words import Sentence, gettext_noop


class OptOutProblem(ValueError):
    """Why it cannot be done, in words of the catalogue."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params)
        self.sentence = Sentence(msgid, params)


def opt_out(*, user: User, extent: str, hand: Hand, seen: str, at: datetime) -> OptOut:
    """Do without from now on, for 90 days; `seen` is the hash of the text on the signer's screen.

    It needs a network restriction that holds by the next nightly restart. The lesser choice ends the sessions that
    only the greater one allowed. Raises `OptOutProblem`.
    """
    with transaction.atomic(using=current_alias.get()):
        if not may_opt_out(queries.roles_of(user.pk), settings.OPT_OUT_ROLES):
            raise OptOutProblem(gettext_noop("Your role signs in with a second proof; that cannot be waived."))
        if not queries.is_restricted(user.pk, next_restart(at)):
            raise OptOutProblem(
                gettext_noop("First restrict yourself to network addresses no wider than /24, or /56 of IPv6.")
            )
        wrong = name_problem(hand.name)
        if wrong is not None:
            raise OptOutProblem(wrong.msgid)
        text = document(extent, name=user.username, at=at)
        if seen != hash_of(text):
            raise OptOutProblem(gettext_noop("You have read another version of this text; read this one first."))
        OptOut.unscoped.filter(user=user, ended_at=None).update(ended_at=at)
        if extent != Extent.FULL:
            _end_unproven(user)
        made = OptOut.unscoped.create(
            user=user,
            extent=Extent(extent),
            language=get_language() or "en",
            document=text,
            document_hash=seen,
            version=VERSION,
            signed_name=hand.name.strip(),
            signed_at=at,
            signed_address=hand.address[:45],
            signed_agent=hand.agent[:400],
            signed_session=hand.session,
            expires_at=at + LASTS,
        )
        _tell(user, made)
    return made


def opt_in(*, user: User, at: datetime) -> bool:
    """Ask for the second proof again, everywhere and at once; False where it was asked for anyway.

    Each of the person's sessions that began with the password alone ends, in whichever browser.
    """
    with transaction.atomic(using=current_alias.get()):
        _end_unproven(user)
        found = OptOut.unscoped.filter(user=user, ended_at=None).first()
        if found is None:
            return False
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        if found.expires_at > at:
            _tell(user, found)
    return True


def _end_unproven(user: User) -> None:
    for session in SignInSession.objects.filter(user_id=user.pk):
        if WITHOUT_PROOF in session.get_decoded():
            session.delete()


def _tell(user: User, one: OptOut) -> None:
    with told_in(user.language):
        if one.ended_at is None:
            subject = _("You have opted out of secure login")
            body = _(
                "%(name)s works without a second proof until %(day)s. If that was not you, change your password at"
                " once and tell the back office."
            ) % {"name": user.username, "day": f"{one.expires_at:%Y-%m-%d}"}
        else:
            subject = _("You have opted in to secure login again")
            body = _("%(name)s is asked for a second proof again from now on.") % {"name": user.username}
    key = f"opt out {one.pk} {'ended' if one.ended_at else 'signed'}"
    owe_person(user_id=user.pk, subject=subject, body=body, natural_key=key)
