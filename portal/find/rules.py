"""What a few letters may mean among the places of the portal: pages, settings, and things to begin."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from accounts.ground.tree.rules import sort_key
from portal.shell.menu import Abilities, address_of, ancestry, is_in_menu_of, may_see
from portal.shell.place import Place, Sort
from portal.shell.places import PLACES

PLACES_SHOWN = 8
USED, PAGE, SETTING, ACTION = "used", "page", "setting", "action"
HEADINGS = {
    USED: gettext_lazy("Recently used"),
    ACTION: gettext_lazy("Do"),
    PAGE: gettext_lazy("Pages"),
    SETTING: gettext_lazy("Settings"),
}
# Buttons that show something and begin nothing.
SHOWN_BY_BUTTON = frozenset({"invited", "calendar_month", "calendar_days", "permissions"})
# Steps in the middle of something: nobody begins there.
NOT_OFFERED = frozenset(
    {"contacts_several", "export_contacts", "review_user", "review_invoices", "series", "find", "own_find"}
)


class Command(NamedTuple):
    """Somewhere to go or something to begin, with where it stands and the letter that goes there after g."""

    kind: str
    words: str
    address: str
    where: str
    go: str


class Group(NamedTuple):
    """What is offered of one kind, under its heading."""

    heading: str
    commands: list[Command]


def commands(role: str, abilities: Abilities, text: str, most: int = PLACES_SHOWN) -> list[Command]:
    """The built places of a role whose name or section has every word typed; names that begin with it come first."""
    wanted = sort_key(text.strip())
    words = wanted.split()
    fitting = [one for one in offered(role, abilities) if all(word in sort_key(one.words) for word in words)]
    if words and not fitting:
        fitting = [
            one
            for one in offered(role, abilities)
            if all(word in sort_key(f"{one.where} {one.words}") for word in words)
        ]
    # With nothing typed, the pages with a letter of their own are what most people want.
    fitting.sort(key=lambda one: (not sort_key(one.words).startswith(wanted), not words and not one.go, one.words))
    return fitting[:most]


def grouped(found: list[Command]) -> list[Group]:
    """The same by kind, the kind of the best match first."""
    kinds = dict.fromkeys(one.kind for one in found)
    return [Group(str(HEADINGS[kind]), [one for one in found if one.kind == kind]) for kind in kinds]


def offered(role: str, abilities: Abilities) -> Iterator[Command]:
    """Every place that opens without saying of what, each address once: a tab tells more than its section."""
    places: dict[str, Place] = {}
    for place in PLACES:
        address = address_of(place)
        if address is None or place.key in NOT_OFFERED:
            continue
        if may_see(place, role, abilities) and is_in_menu_of(place, role):
            known = places.get(address)
            if known is None or (known.sort, place.sort) == (Sort.SECTION, Sort.TAB):
                places[address] = place
    return (_command(place, address) for address, place in places.items())


def _command(place: Place, address: str) -> Command:
    above = [one for one in ancestry(place)[:-1] if one.sort != Sort.BUTTON]
    where = " › ".join(str(one.label) for one in above)
    return Command(_kind(place), str(place.label), address, where, place.go)


def _kind(place: Place) -> str:
    if place.key not in SHOWN_BY_BUTTON and (place.sort == Sort.BUTTON or place.key.startswith("new_")):
        return ACTION
    return SETTING if ancestry(place)[0].key == "settings" else PAGE
