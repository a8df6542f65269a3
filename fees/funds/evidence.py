"""What a fee on investments in hedge funds is proved with: what was agreed, and what was known of them then."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from accounts.ground.access.context import cursor
from fees.engine.investments import Investment, Valuation, measure
from fees.engine.registry import EVERY
from fees.engine.results import stretches_of
from fees.funds.queries import valuations
from fees.posting.models import Charge
from fees.proofs.evidence import Evidence
from portal.lib.periods import period_of


def valuations_then(charges: Iterable[Charge]) -> dict[UUID, Sequence[Valuation]]:
    """By charge, what was known of its account's investments when it was made; a query for each moment and period, of
    which a night has few however many fees it charges."""
    together: dict[tuple[date, datetime], list[Charge]] = defaultdict(list)
    for charge in charges:
        together[period_of(EVERY[charge.method].frequency, charge.starts).ends, charge.created_at].append(charge)
    found: dict[UUID, Sequence[Valuation]] = {}
    with cursor() as cur:
        for (until, at), some in together.items():
            known = valuations(cur, [one.account_id for one in some], until=until, at=at)
            found |= {one.pk: known.get(one.account_id, ()) for one in some}
    return found


def measured_again(charge: Charge, known: Evidence, told: Sequence[Valuation]) -> list[Investment] | None:
    """The period's investments anew, from what was told of them then; None where no agreement applied in it. Raises
    MissingValuation as the engine."""
    period = period_of(EVERY[charge.method].frequency, charge.starts)
    closed_on = charge.ends if charge.ends < period.ends else None
    stretches = stretches_of(
        known.agreed,
        period=period,
        opened_on=charge.account.opened_on or charge.starts,
        closed_on=closed_on,
        days=known.calendar,
    )
    if not stretches:
        return None
    until = min(period.ends, closed_on or period.ends)
    return measure(stretches, told, until=until, days=known.calendar)
