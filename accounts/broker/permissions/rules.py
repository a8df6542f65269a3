"""What may be asked for, and how long a review takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import MARGIN_PRODUCTS, Product
from accounts.broker.products.rules import Permission, permission_words
from accounts.ground.optouts.rules import Waived, penny_stock_problem
from accounts.ground.tree.models import Account, Margin
from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE

# Nothing is approved or ended at the usual 48 business hours; much later a forgotten request ends.
USUAL_BUSINESS_DAYS = 2
LIFETIME = timedelta(days=90)

NEEDS_EXPERIENCE = (Product.OPTIONS, Product.FUTURES_OPTIONS, Product.COMPLEX_FUNDS)
NEEDS_MARGIN = (*sorted(MARGIN_PRODUCTS), Product.FOREX)
# The broker's companies that issue contracts for difference.
ISSUES_CFDS = ("IB-UK", "IB-IE", "IBAU")


@dataclass(frozen=True)
class Said:
    """What an owner says of the account: what it is for, years of trading, and means in its base currency."""

    objective: str
    experience: int
    income: Decimal
    net_worth: Decimal
    liquid_worth: Decimal


class PermissionProblem(ValueError):
    """A sentence a person can read: why this cannot be asked for or answered."""


def check_wanted(account: Account, wanted: Iterable[Permission], said: Said) -> None:
    """Raises PermissionProblem for a product that this account or this experience does not fit."""
    if said.liquid_worth > said.net_worth:
        raise PermissionProblem(_("The liquid part is not more than the whole."))
    for one in wanted:
        if one.product in NEEDS_EXPERIENCE and said.experience < 1:
            raise PermissionProblem(
                _("%(permission)s: needs at least a year of experience") % {"permission": permission_words(one)}
            )
        if one.product in NEEDS_MARGIN and account.is_holding and account.margin_kind == Margin.CASH:
            raise PermissionProblem(_("%(permission)s: needs a margin account") % {"permission": permission_words(one)})
        if one.product == Product.CFDS and account.is_holding and account.entity not in ISSUES_CFDS:
            raise PermissionProblem(
                _("%(permission)s: the broker's company that holds this account issues none")
                % {"permission": permission_words(one)}
            )


def check_proof(wanted: Iterable[Permission], choice: Waived | None) -> None:
    """Raises PermissionProblem where the owner has opted out of secure login and a product is closed to who has."""
    problem = penny_stock_problem(choice)
    if problem is not None and any(one.product == Product.PENNY_STOCKS for one in wanted):
        raise PermissionProblem(_(problem.msgid) % problem.params)


def due_at(submitted: datetime, days: Calendar) -> datetime:
    """48 business hours later: the same hour in New York two business days on. Hours of other days do not count."""
    there = submitted.astimezone(EXCHANGE_ZONE)
    if not days.is_business_day(there.date()):
        there = datetime.combine(days.on_or_after(there.date()), time(), EXCHANGE_ZONE)
    return datetime.combine(days.add(there.date(), USUAL_BUSINESS_DAYS), there.time(), EXCHANGE_ZONE)
