"""Writing to the people of a money manager about what an advisor does; a mail names no client and no amount."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe_people
from accounts.ground.tree.models import Account

# Subject and text by what happened.
_WORDS = {
    "asked": (
        _("An advisor asks you to trade for a client"),
        _("%(advisor)s asks you to take an account. You see it once you have accepted."),
    ),
    "cancelled": (
        _("You are not asked any more to trade for a client"),
        _("%(advisor)s has taken back an account before you answered."),
    ),
    "ended": (
        _("An account is no longer assigned to you"),
        _("%(advisor)s has ended an assignment: you trade for that account no more, and its fees to you end."),
    ),
    "invoiced": (
        _("Invoices payable to you were sent"),
        _("%(advisor)s has sent invoices that are payable to you. They are processed in the night of their day."),
    ),
}


def tell_manager(manager: Account, what: str, *, key: str, advisor: str) -> None:
    """A mail to each person who trades for a money manager, once for each key; said by its advisor."""
    subject, text = _WORDS[what]
    with cursor() as cur:
        cur.execute("SELECT user_id FROM app_people_of_manager(%s)", [manager.pk])
        users = [user for (user,) in cur.fetchall()]
    owe_people(
        users=users,
        subject=subject,
        text=text,
        said={"advisor": advisor},
        path=reverse("managed:list"),
        natural_key=f"money manager {what} {key}",
        firm_id=manager.firm_id,
    )
