"""What a fee on trades is proved with: the executions that it names, under the terms they were charged by."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from accounts.ground.access.context import cursor
from fees.engine.executions import ExecutionFee, fee_of, keys_of
from fees.posting.models import Charge
from fees.results.queries import terms_by_component
from fees.trades.queries import named


class MissingExecution(LookupError):
    """What a stored text names is not there, or not in the currency that was charged."""


def fees_again(charge: Charge) -> list[ExecutionFee]:
    """Each execution worked out anew as it was known when charged; MissingExecution where one is not there."""
    fees = fees_of([charge]).get(charge.pk)
    if fees is None or any(one.execution.charged_in != charge.currency for one in fees):
        raise MissingExecution
    return fees


def fees_of(charges: Sequence[Charge]) -> dict[UUID, list[ExecutionFee]]:
    """The same of many charges in two queries; one whose text or executions are not there is left out."""
    wanted = {one: keys for one in charges if (keys := _keys(one))}
    terms = terms_by_component(component for keys in wanted.values() for _key, component in keys)
    named_by = [(one.account_id, key, one.created_at) for one, keys in wanted.items() for key, _component in keys]
    with cursor() as cur:
        known = named(cur, named_by) if named_by else {}
    found = {}
    for one, keys in wanted.items():
        with suppress(LookupError):
            found[one.pk] = [
                fee_of(terms[component], known[one.account_id, key, one.created_at]) for key, component in keys
            ]
    return found


def _keys(charge: Charge) -> list[tuple[str, int]]:
    try:
        return list(keys_of(charge.inputs))
    except ValueError:
        return []
