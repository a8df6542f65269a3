"""What can be arranged: the lists with views, their columns, the cards of the dashboard."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

LISTS = ("accounts", "fees", "schedules", "transactions", "contacts")

# What each list can show beside what it always shows.
COLUMNS = {
    "accounts": {
        "alias": _("Alias"),
        "advisor": _("Advisor"),
        "kind": _("Kind"),
        "type": _("Type"),
        "margin": _("Margin"),
        "opened": _("Opened"),
        "funded": _("Funded"),
        "value": _("Value"),
        "currency": _("Currency"),
        "status": _("Status"),
    },
    "contacts": {
        "kind": _("Kind"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "accounts": _("Accounts"),
        "status": _("Account status"),
        "value": _("Value"),
        "noted": _("Last note"),
        "next": _("Next event"),
        "owner": _("Kept by"),
        "changed": _("Changed"),
    },
    "transactions": {"account": _("Account ID"), "title": _("Account title"), "method": _("Method")},
}
USUAL_COLUMNS = {
    "accounts": ("advisor", "kind", "opened", "value", "currency", "status"),
    "contacts": ("email", "phone", "accounts", "status", "value", "noted"),
    "transactions": ("account", "title"),
}

# A practice's own fields of contacts, whose names only an opened client book knows.
_OWN = re.compile(r"own_[0-9a-f]{32}")
MOST_OWN = 50

CARDS = ("pending", "plot", "day", "tasks", "news", "workflows", "notes", "documents", "activity")


def ordered(wanted: object) -> list[str]:
    """Every card once, those that somebody has put somewhere first; unknown names are left out."""
    known = [one for one in wanted if one in CARDS] if isinstance(wanted, list) else []
    return [*dict.fromkeys(known), *(one for one in CARDS if one not in known)]


def moved_up(order: list[str], name: str) -> list[str]:
    """The same order with one card a place earlier."""
    if name not in order or order.index(name) == 0:
        return order
    place = order.index(name)
    return [*order[: place - 1], name, order[place - 1], *order[place + 1 :]]


def columns_of(name: str, wanted: object) -> tuple[str, ...]:
    """The chosen columns of a list, in their usual order."""
    if not isinstance(wanted, Iterable):
        return USUAL_COLUMNS[name]
    return chosen_of(name, wanted)


def chosen_of(name: str, wanted: Iterable[object]) -> tuple[str, ...]:
    """The columns that there are among the wanted ones, a practice's own last."""
    asked = list(wanted)
    own = [key for key in asked if name == "contacts" and isinstance(key, str) and _OWN.fullmatch(key)]
    return (*(key for key in COLUMNS[name] if key in asked), *own[:MOST_OWN])
