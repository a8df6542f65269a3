"""What the palette and the header's search offer for a few letters: places, then accounts."""

from typing import NamedTuple

from accounts.ground.tree.rules import sort_key
from portal.shell.menu import Link, sections

PLACES_SHOWN = 8


class Command(NamedTuple):
    """Somewhere to go, with the letter that goes there after g."""

    words: str
    address: str
    go: str


def commands(role: str, abilities: frozenset[str] | None, text: str) -> list[Command]:
    """The built places of a role whose name has every word typed; those that begin with it come first."""
    links = {
        link.address: link
        for section in sections(role, [], abilities)
        for link in (*section.below, *([] if section.below else [section]))
    }
    wanted = sort_key(text.strip())
    fitting = [link for link in links.values() if all(word in sort_key(link.label) for word in wanted.split())]
    fitting.sort(key=lambda link: (not sort_key(link.label).startswith(wanted), link.label))
    return [_command(link) for link in fitting[:PLACES_SHOWN]]


def _command(link: Link) -> Command:
    return Command(link.label, link.address, link.place.go)
