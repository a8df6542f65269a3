"""Telling a person, and who is responsible for the person, by mail what others have changed of the sign-in."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.outbox.actions import owe_people, owe_person
from accounts.ground.people.models import Party, Role, Seat, Standing, User
from accounts.ground.writing import told_in


def tell_renewed(user: User, at: datetime) -> None:
    """The back office has given a new temporary password; whoever did not ask for it must hear of it elsewhere."""
    with told_in(user.language):
        body = _(
            "The back office has given %(name)s a new temporary password, and the old one no longer works. If you did"
            " not ask for it, tell somebody else of the back office at once."
        ) % {"name": user.username}
        key = f"password renewed {user.pk} {at.isoformat()}"
        owe_person(user_id=user.pk, subject=_("You were given a new password"), body=body, natural_key=key)


def tell_moved(user: User, at: datetime) -> None:
    """The back office is about to note another address: the one that stands in the books until then hears of it."""
    with told_in(user.language):
        body = _(
            "The back office has noted another e-mail address for %(name)s; mail no longer comes to this one. If you"
            " did not ask for it, tell somebody else of the back office at once."
        ) % {"name": user.username}
        key = f"address changed {user.pk} {at.isoformat()}"
        owe_person(user_id=user.pk, subject=_("Your e-mail address was changed"), body=body, natural_key=key)


def tell_other_party(user: User, former: Party | None, at: datetime) -> None:
    """The back office now takes a sign-in for another person of the books: its user and the primary users of the firms
    concerned hear of it.

    Whose the sign-in was and is stands in the mail to a firm for its own people only.
    """
    firms = {party.firm_id for party in (former, user.party) if party is not None} | set(
        Seat.unscoped.filter(user=user, is_active=True, firm__isnull=False).values_list("firm_id", flat=True)
    )
    heads = Seat.unscoped.filter(firm_id__in=firms, role=Role.TOP, standing=Standing.PRIMARY, is_active=True)
    told: dict[int | None, set[int]] = {None: {user.pk}}
    for head in heads:
        told.setdefault(head.firm_id, set()).add(head.user_id)
    for firm_id, users in told.items():
        owe_people(
            users=users,
            subject=gettext_lazy("A sign-in belongs to another person in the books"),
            text=gettext_lazy(
                "The back office has changed whose sign-in %(name)s is: until now %(former)s, from now on %(now)s. If"
                " that is not right, tell the back office at once."
            ),
            said={"name": user.username, "former": _known(former, firm_id), "now": _known(user.party, firm_id)},
            path=reverse("dashboard:home"),
            natural_key=f"party changed {user.pk} {at.isoformat()} {firm_id or 'own'}",
            firm_id=firm_id,
        )


def _known(party: Party | None, firm_id: int | None) -> str:
    """A person's name as far as the reader may know it: a firm its own people's, the person theirs."""
    return party.legal_name if party is not None and firm_id in (None, party.firm_id) else "\N{EM DASH}"
