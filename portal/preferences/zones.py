"""The time zones that a person can choose, by continent."""

import zoneinfo
from functools import cache

from django.conf import settings

# The places that people know; what is left out are abbreviations, fixed offsets and older names.
CONTINENTS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia"),
    *("Europe", "Indian", "Pacific"),
)
UTC = "UTC"


@cache
def zone_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Continent by continent the zones, each with the name that is shown."""
    known = sorted(zoneinfo.available_timezones())
    groups = [
        (
            continent,
            [(one, one.partition("/")[2].replace("_", " ")) for one in known if one.startswith(f"{continent}/")],
        )
        for continent in CONTINENTS
    ]
    return [(UTC, [(UTC, UTC)]), *groups]


@cache
def _names() -> frozenset[str]:
    return frozenset(name for _continent, zones in zone_groups() for name, _words in zones)


def is_zone(name: str) -> bool:
    """Whether somebody can choose it."""
    return name in _names()


def zone_or_usual(name: str) -> str:
    """The zone in which times are shown to whoever has this one."""
    return name if is_zone(name) else settings.TIME_ZONE
