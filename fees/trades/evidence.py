"""What a fee on trades is proved with: the executions that it names, under the terms they were charged by."""

from accounts.ground.access.context import cursor
from fees.engine.executions import ExecutionFee, fee_of, keys_of
from fees.posting.models import Charge
from fees.results.queries import terms_by_component
from fees.trades.queries import named


def fees_again(charge: Charge) -> list[ExecutionFee]:
    """Each execution worked out anew; ValueError or LookupError where the stored text or an execution is not there."""
    wanted = keys_of(charge.inputs)
    terms = terms_by_component(component for _, component in wanted)
    with cursor() as cur:
        known = named(cur, account=charge.account_id, keys=[key for key, _ in wanted])
    return [fee_of(terms[component], known[key]) for key, component in wanted]
