"""What a path, tab or button of the portal is, and how one is written down."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Whose(StrEnum):
    """Whose menu a place stands in; what is inside a place goes with it."""

    EVERYBODY = "everybody"
    ADVISORS = "advisors"
    PRACTICE = "practice"  # advisors without the back office, which sees their pages but not their client book
    MARKET = "market"  # advisors and money managers without the back office
    OWNERS = "owners"


class Sort(StrEnum):
    """How a place is reached."""

    SECTION = "section"
    TAB = "tab"
    PAGE = "page"
    BUTTON = "button"


@dataclass(frozen=True)
class Place:
    """One path, tab or button. `inside` is the key of the place it belongs to; `go` is its letter after g.

    A page that is `listed` is named on the page of the place it stands inside.
    """

    key: str
    label: str | Promise
    url: str
    sort: Sort
    inside: str = ""
    icon: str = ""
    right: str = "signed_in"
    aliases: tuple[str, ...] = ()
    go: str = ""
    whose: Whose = Whose.EVERYBODY
    listed: bool = False


def section(key: str, label: str | Promise, url: str, icon: str, **more: object) -> Place:
    return Place(key, label, url, Sort.SECTION, icon=icon, **more)  # type: ignore[arg-type]


def tab(inside: str, key: str, label: str | Promise, url: str, right: str = "signed_in", **more: object) -> Place:
    return Place(key, label, url, Sort.TAB, inside, right=right, **more)  # type: ignore[arg-type]


def page(inside: str, key: str, label: str | Promise, url: str, right: str = "signed_in", **more: object) -> Place:
    return Place(key, label, url, Sort.PAGE, inside, right=right, **more)  # type: ignore[arg-type]


def button(inside: str, key: str, label: str | Promise, url: str, icon: str, right: str = "signed_in") -> Place:
    return Place(key, label, url, Sort.BUTTON, inside, icon=icon, right=right)
