"""Telling a person, and who is responsible for the person, by mail what others have changed of the sign-in."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.ground.outbox.actions import owe_people, owe_person
from accounts.ground.people.models import Party, Role, Seat, Standing, User


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


def tell_other_party(user: User, former: Party | None, at: datetime) -> None:
    """The back office now takes a sign-in for another person of the books: its user and the primary users of the firms
    concerned hear of it."""
    parties = [party for party in (former, user.party) if party is not None]
    firms = {party.firm_id for party in parties} | set(
        Seat.unscoped.filter(user=user, is_active=True, firm__isnull=False).values_list("firm_id", flat=True)
    )
    heads = Seat.unscoped.filter(firm_id__in=firms, role=Role.TOP, standing=Standing.PRIMARY, is_active=True)
    words = {
        "name": user.username,
        "former": former.legal_name if former else "\N{EM DASH}",
        "now": user.party.legal_name if user.party else "\N{EM DASH}",
    }
    owe_people(
        users={user.pk, *heads.values_list("user_id", flat=True)},
        subject=gettext_lazy("A sign-in belongs to another person in the books"),
        text=gettext_lazy(
            "The back office has changed whose sign-in %(name)s is: until now %(former)s, from now on %(now)s. If that"
            " is not right, tell the back office at once."
        ),
        said=words,
        path=reverse("dashboard:home"),
        natural_key=f"party changed {user.pk} {at.isoformat()}",
        firm_id=None,
    )
