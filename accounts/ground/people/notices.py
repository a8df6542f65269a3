"""Telling a person by mail what others have changed of the sign-in."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.ground.outbox.actions import owe_person
from accounts.ground.people.models import User


def tell_renewed(user: User, at: datetime) -> None:
    """The back office has given a new temporary password; whoever did not ask for it must hear of it elsewhere."""
    with override(user.language):
        body = _(
            "The back office has given %(name)s a new temporary password, and the old one no longer works. If you did"
            " not ask for it, tell somebody else of the back office at once."
        ) % {"name": user.username}
        key = f"password renewed {user.pk} {at.isoformat()}"
        owe_person(user_id=user.pk, subject=_("You were given a new password"), body=body, natural_key=key)


def tell_moved(user: User, at: datetime) -> None:
    """The back office is about to note another address: the one that stands in the books until then hears of it."""
    with override(user.language):
        body = _(
            "The back office has noted another e-mail address for %(name)s; mail no longer comes to this one. If you"
            " did not ask for it, tell somebody else of the back office at once."
        ) % {"name": user.username}
        key = f"address changed {user.pk} {at.isoformat()}"
        owe_person(user_id=user.pk, subject=_("Your e-mail address was changed"), body=body, natural_key=key)
