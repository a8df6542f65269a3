"""Pure decisions about restrictions: does one hold on a day, does it match a trade, who may end it, how it reads."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import Asset, Side, Traded
from accounts.broker.restrictions.models import Restriction
from accounts.ground.people.models import Role

# A restriction is ended at the level that set it, or above.
_LEVEL = {Role.OFFICE: 0, Role.TOP: 1, Role.SECOND: 2, Role.STL: 2}


class RestrictionRefused(ValueError):
    """A sentence a person can read: what is wrong with a restriction."""


def holds_on(restriction: Restriction, day: date) -> bool:
    """Whether it is in force; the last day is not included."""
    return restriction.starts <= day and (restriction.ends is None or day < restriction.ends)


def matches(restriction: Restriction, traded: Traded, side: str) -> bool:
    """Whether it stops this trade. An instrument whose country is not known is stopped by every country."""
    return (
        restriction.asset in ("", traded.asset)
        and restriction.symbol in ("", traded.symbol)
        and (restriction.country in ("", traded.country) or not traded.country)
        and (restriction.side in ("", side) or (restriction.side, side) == (Side.SELL, Side.SHORT))
    )


def stopping(restrictions: Iterable[Restriction], traded: Traded, side: str, day: date) -> list[Restriction]:
    """Those that stop a trade on a day."""
    return [one for one in restrictions if holds_on(one, day) and matches(one, traded, side)]


def may_end(role: str, restriction: Restriction) -> bool:
    """Whether a role stands high enough to end it; that it may restrict the node at all is asked elsewhere."""
    return _LEVEL.get(Role(role), 9) <= _LEVEL.get(Role(restriction.set_by), 0)


def match_words(restriction: Restriction) -> str:
    """What may not be traded, in words."""
    what = [restriction.symbol or _("everything")]
    if restriction.asset:
        what.append(str(Asset(restriction.asset).label))
    if restriction.country:
        what.append(restriction.country)
    what.append(str(Side(restriction.side).label) if restriction.side else _("buy and sell"))
    return ", ".join(what)
