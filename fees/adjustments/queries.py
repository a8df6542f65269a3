"""What was billed for a period in all: the charge and the adjustments to it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from fees.engine.adjustment import Billed, together
from fees.posting.models import Charge

# Account, payee, method, first day and currency: what a charge and its adjustments have in common.
Fee = tuple[int, int, int, date, str]


def revisions(charge: Charge) -> list[Charge]:
    """The charge of the period and every adjustment to it, in their order."""
    return list(
        Charge.unscoped.filter(
            account_id=charge.account_id,
            practice_id=charge.practice_id,
            method=charge.method,
            starts=charge.starts,
            currency=charge.currency,
        )
        .select_related("account")
        .order_by("revision")
    )


def revisions_of(charges: Sequence[Charge]) -> dict[UUID, list[Charge]]:
    """The same of several charges in one query, by charge."""
    rows = Charge.unscoped.filter(
        account_id__in={one.account_id for one in charges},
        method__in={one.method for one in charges},
        starts__in={one.starts for one in charges},
    )
    known: dict[Fee, list[Charge]] = defaultdict(list)
    for row in rows.select_related("account").order_by("revision"):
        known[_fee(row)].append(row)
    return {one.pk: known[_fee(one)] for one in charges}


def _fee(charge: Charge) -> Fee:
    return charge.account_id, charge.practice_id, charge.method, charge.starts, charge.currency


def billed_before(charge: Charge) -> Billed:
    """What had been billed when this adjustment was made."""
    return billed(one for one in revisions(charge) if one.revision < charge.revision)


def billed(charges: Iterable[Charge]) -> Billed:
    return together(Billed(one.exact, one.amount) for one in charges)
