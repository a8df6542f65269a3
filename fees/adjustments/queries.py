"""What was billed for a period in all: the charge and the adjustments to it."""

from collections.abc import Iterable

from fees.engine.adjustment import Billed, together
from fees.posting.models import Charge


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


def billed_before(charge: Charge) -> Billed:
    """What had been billed when this adjustment was made."""
    return billed(one for one in revisions(charge) if one.revision < charge.revision)


def billed(charges: Iterable[Charge]) -> Billed:
    return together(Billed(one.exact, one.amount) for one in charges)
