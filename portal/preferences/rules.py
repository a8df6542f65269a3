"""What can be arranged: the lists with views, the columns of accounts, the cards of the dashboard."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

LISTS = ("accounts", "fees", "schedules", "transactions")

# Number and title are always there.
COLUMNS = {
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
}
USUAL_COLUMNS = ("advisor", "kind", "opened", "value", "currency", "status")

CARDS = ("pending", "plot", "day", "news", "activity")


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


def columns_of(wanted: object) -> tuple[str, ...]:
    """The chosen columns of the account list, in their usual order."""
    if not isinstance(wanted, Iterable):
        return USUAL_COLUMNS
    chosen = set(wanted)
    return tuple(key for key in COLUMNS if key in chosen)
