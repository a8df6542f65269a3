"""What can be arranged: the lists with views, their columns, the cards of the dashboard."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.contacts import columns as contacts

LISTS = ("accounts", "fees", "schedules", "transactions", "contacts")

# What each list can show beside what it always shows.
COLUMNS: Mapping[str, Mapping[str, str | Promise]] = {
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
    "contacts": contacts.COLUMNS,
    "transactions": {"account": _("Account ID"), "title": _("Account title"), "method": _("Method")},
}
USUAL_COLUMNS = {
    "accounts": ("advisor", "kind", "opened", "value", "currency", "status"),
    "contacts": contacts.USUAL,
    "transactions": ("account", "title"),
}

# Lists whose columns stand in the order in which somebody has put them.
ARRANGED = ("contacts",)

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
    """The chosen columns of a list, or its usual ones."""
    if not isinstance(wanted, Iterable):
        return USUAL_COLUMNS[name]
    return chosen_of(name, wanted)


def chosen_of(name: str, wanted: Iterable[object]) -> tuple[str, ...]:
    """The columns that there are among the wanted ones: as somebody has put them, or in their usual order."""
    if name in ARRANGED:
        return contacts.arranged(wanted)
    asked = list(wanted)
    return tuple(key for key in COLUMNS[name] if key in asked)
