"""What a fee on trades is proved with: the executions that it names, under the terms they were charged by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from accounts.ground.access.context import cursor
from fees.engine.executions import Execution, ExecutionFee, fee_in, keys_of
from fees.engine.types import Terms
from fees.posting.models import Charge
from fees.results.queries import terms_by_component
from fees.trades.queries import named

Known = Mapping[tuple[int, str, datetime], Execution]


class MissingExecution(LookupError):
    """What a stored text names is not there."""


def fees_again(charge: Charge) -> list[ExecutionFee]:
    """Each execution worked out anew as it was known when charged; MissingExecution where one is not there, and
    MissingCommission where no rate for its commission is known."""
    for _one, again in _again([charge]):
        return again()
    raise MissingExecution


def fees_of(charges: Sequence[Charge]) -> dict[UUID, list[ExecutionFee]]:
    """The same of many charges in two queries; one whose text or executions are not there is left out."""
    found = {}
    for one, again in _again(charges):
        with suppress(LookupError):
            found[one.pk] = again()
    return found


def _again(charges: Sequence[Charge]) -> Iterator[tuple[Charge, Callable[[], list[ExecutionFee]]]]:
    """Each charge whose text can be read, and what works it out."""
    wanted = {one: keys for one in charges if (keys := _keys(one))}
    terms = terms_by_component(component for keys in wanted.values() for _key, component in keys)
    named_by = [(one.account_id, key, one.created_at) for one, keys in wanted.items() for key, _component in keys]
    with cursor() as cur:
        known = named(cur, named_by) if named_by else {}
    for charge in wanted:
        yield charge, lambda one=charge: [_fee(one, key, terms.get(component), known) for key, component in wanted[one]]


def _fee(one: Charge, key: str, terms: Terms | None, known: Known) -> ExecutionFee:
    execution = known.get((one.account_id, key, one.created_at))
    if terms is None or execution is None:
        raise MissingExecution
    return fee_in(one.currency, terms, execution)


def _keys(charge: Charge) -> list[tuple[str, int]]:
    try:
        return list(keys_of(charge.inputs))
    except ValueError:
        return []
