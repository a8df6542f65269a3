"""Who earns how much on a book: the fees of one day as a yearly percentage of its value, told apart by payee."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.tree.models import Account, Kind
from fees.engine.arithmetic import YEAR_DAYS


@dataclass(frozen=True)
class Share:
    """What one side earns on a book in a year, as a fraction of its value; the name is None where it says nothing."""

    rate: Decimal
    payee_name: str | None


def spread_of(who: Who, row: Account, value: Decimal | None, firm_name: str) -> list[Share]:
    """Both levels' shares of a master's book, for who may know of both; a group pays the practice it stands in.

    The rates are those of the last sealed day's fees, so that fees of every kind are in them.
    """
    if row.kind == Kind.STL_MASTER:
        return _shares(value, (getattr(row, "group_accrued", None), None))
    own, everything = getattr(row, "book_own", None), getattr(row, "book_accrued", None)
    if who.reach != "firm" or own is None or everything is None:
        return _shares(value, (everything, None))
    if row.kind == Kind.TOP_MASTER:
        return _shares(value, (own, firm_name), (everything - own, _("second-level advisors")))
    return _shares(value, (everything - own, firm_name), (own, row.practice.name))


def _shares(value: Decimal | None, *parts: tuple[Decimal | None, str | None]) -> list[Share]:
    if not value or value < 0:
        return []
    return [Share(amount * YEAR_DAYS / value, name) for amount, name in parts if amount]
