"""What of the list of places a person sees: the left menu, the tabs of a section, breadcrumbs and older addresses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, URLPattern, path, resolve, reverse

from accounts.ground.access.authority import Function, may_ever
from accounts.ground.access.gates import SIGNED_IN, Gate, gate, gate_of
from portal.shell.place import Place, Sort, Whose
from portal.shell.places import PLACES

# What a user was given of the six groups; None is everything.
Abilities = frozenset[str] | None

FUNCTIONS = frozenset(function.value for function in Function)

BY_KEY = {place.key: place for place in PLACES}
OWNERS = frozenset({"client", "stl", "stl_sub"})
PRACTICE = frozenset({"top", "second"})
MARKET = PRACTICE | {"manager"}


@dataclass(frozen=True)
class Link:
    """A place as one person sees it on one page."""

    place: Place
    address: str
    is_current: bool = False
    is_open: bool = False
    below: tuple["Link", ...] = field(default=())

    @property
    def label(self) -> str:
        return str(self.place.label)


@cache
def address_of(place: Place) -> str | None:
    """Where the place is, or None while it is not built."""
    try:
        return reverse(place.url)
    except NoReverseMatch:
        return None


@cache
def asked(place: Place) -> Gate:
    """The gate of the built view; what the list says while there is none."""
    address = address_of(place)
    return (gate_of(resolve(address).func) if address else None) or Gate(place.right)


def asked_right(place: Place) -> str:
    """The right that the place's gate asks."""
    return asked(place).right


def may_see(place: Place, role: str | None, abilities: Abilities = None) -> bool:
    """Whether role and user have any use for the place; the gate of the view has the last word."""
    right = asked_right(place)
    if right == "public":
        return True
    if role is None:
        return False
    if right == "office":
        return role == "office"
    if right in FUNCTIONS:
        given = abilities is None or asked(place).ability in abilities
        return may_ever(role, right) and given
    return True


def children(key: str, *sorts: Sort) -> Iterator[Place]:
    """The places directly inside another, in the order of the list."""
    return (place for place in PLACES if place.inside == key and place.sort in (sorts or tuple(Sort)))


def is_in_menu_of(place: Place, role: str | None) -> bool:
    """Whether the place, and what it stands inside, is meant for people of that role."""
    closed = {Whose.ADVISORS if role in OWNERS else Whose.OWNERS}
    if role not in PRACTICE:
        closed.add(Whose.PRACTICE)
    if role not in MARKET:
        closed.add(Whose.MARKET)
    return all(one.whose not in closed for one in ancestry(place))


def trail(url_name: str, role: str | None = None) -> list[Place]:
    """From the section down to the place with that address name; empty for pages that stand in no list."""
    found = [place for place in PLACES if place.url == url_name and place.sort != Sort.BUTTON]
    found = [place for place in found if is_in_menu_of(place, role)]
    deepest = max(found, key=_depth, default=None)
    return ancestry(deepest) if deepest else []


def sections(role: str | None, current: Iterable[Place], abilities: Abilities = None) -> list[Link]:
    """The left menu, with the tabs of a section below it."""
    here = [place.key for place in current]
    links = []
    for place in PLACES:
        if place.sort != Sort.SECTION or not is_in_menu_of(place, role):
            continue
        below = tuple(tabs(place.key, role, current, abilities))
        address = address_of(place)
        if address is None and below:
            address = below[0].address
        if address and (may_see(place, role, abilities) or below):
            is_open = place.key in here
            links.append(Link(place, address, is_current=here[-1:] == [place.key], is_open=is_open, below=below))
    return links


def tabs(section: str, role: str | None, current: Iterable[Place], abilities: Abilities = None) -> list[Link]:
    """The built tabs of a section that the role may use."""
    here = {place.key for place in current}
    links = []
    for place in children(section, Sort.TAB):
        address = address_of(place)
        if address and may_see(place, role, abilities) and is_in_menu_of(place, role):
            links.append(Link(place, address, is_current=place.key in here))
    return links


def pages(tab: str, role: str | None, abilities: Abilities = None) -> list[Link]:
    """The built pages that a tab names on its own page, of those that the role may use."""
    found = ((place, address_of(place)) for place in children(tab, Sort.PAGE) if place.listed)
    return [Link(place, address) for place, address in found if address and may_see(place, role, abilities)]


def button(key: str, role: str | None, abilities: Abilities = None) -> Link | None:
    """One button, if it is built and the role may use it."""
    place = BY_KEY[key]
    address = address_of(place)
    return Link(place, address) if address and may_see(place, role, abilities) else None


def alias_patterns() -> list[URLPattern]:
    """Older addresses of places; each leads on to the present one."""
    return [
        path(alias, older_address, {"key": place.key}, name=f"alias-{place.key}-{number}")
        for place in PLACES
        for number, alias in enumerate(place.aliases)
    ]


@gate(SIGNED_IN)
def older_address(request: HttpRequest, key: str) -> HttpResponse:
    """Lead an older address on, with its query."""
    address = address_of(BY_KEY[key])
    if address is None:
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def ancestry(place: Place) -> list[Place]:
    """From the section down to the place itself."""
    above = BY_KEY.get(place.inside)
    return [*(ancestry(above) if above else []), place]


def _depth(place: Place) -> int:
    return len(ancestry(place))
