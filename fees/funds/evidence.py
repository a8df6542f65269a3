"""What a fee on investments in hedge funds is proved with: what was agreed, and what was known of them then."""

from accounts.ground.access.context import cursor
from fees.engine.investments import Investment, measure
from fees.engine.registry import EVERY
from fees.engine.results import stretches_of
from fees.funds.queries import valuations
from fees.posting.models import Charge
from fees.proofs.evidence import Evidence
from portal.lib.periods import period_of


def measured_again(charge: Charge, known: Evidence) -> list[Investment] | None:
    """The period's investments anew; None where no agreement applied in it. Raises MissingValuation as the engine."""
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
    with cursor() as cur:
        found = valuations(cur, [charge.account_id], until=period.ends, at=charge.created_at)
    until = min(period.ends, closed_on or period.ends)
    return measure(stretches, found.get(charge.account_id, ()), until=until, days=known.calendar)
