"""Charges for a person, and the proof of one: its inputs, its arithmetic in sentences, its agreements."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.queries import with_payee
from fees.engine import adjustment, rolling_cap, types
from fees.engine import investments as fund_fees
from fees.engine.executions import ExecutionFee
from fees.engine.executions import story as trades_story
from fees.engine.executions import text as executions_text
from fees.engine.explain import day_words, explain
from fees.engine.registry import EVERY, FUND_CODES, PROFIT_CODES, TRADE_CODES, words
from fees.engine.results import Measured, story, text
from fees.engine.results import parse as parse_result
from fees.posting.models import Charge, Reason
from fees.proofs.evidence import Evidence, evidence_of
from fees.proofs.rules import parse
from fees.schedules.models import Component
from fees.trades.evidence import fees_of
from portal.lib.periods import period_of
from portal.lib.words import Sentence, gettext_noop

NOT_OWED = gettext_noop("No agreement covers a day of the period, so nothing is owed for it.")
NOT_GIVEN_BACK = gettext_noop(
    "Of that %(rest)s %(currency)s had never been taken, so %(taken)s %(currency)s is given back."
)
SET_OFF = gettext_noop(
    "So much of the fee had been dropped for good before: %(rest)s %(currency)s of the difference is not charged,"
    " %(taken)s %(currency)s is."
)
UNREADABLE = gettext_noop("The stored inputs are not those that were charged: they cannot be read.")


@dataclass(frozen=True)
class Proof:
    """One charge opened up."""

    charge: Charge
    method: types.Method
    made_of: types.Charge | None
    story: tuple[Sentence, ...]
    days: tuple[tuple[types.Accrual, Sentence], ...]
    agreements: tuple[Component, ...]
    evidence: Evidence
    measured: Measured | None = None
    executions: tuple[ExecutionFee, ...] = ()
    investments: tuple[fund_fees.Investment, ...] = ()

    @property
    def bases(self) -> list[tuple[date, Decimal]]:
        """The days of the fee, each with the value that it was worked out on."""
        if self.measured is not None:
            ends = [(one.begin_day, one.begin) for one in self.measured.parts]
            return sorted({*ends, *((one.end_day, one.end) for one in self.measured.parts)})
        if self.made_of is None:
            return []
        closing = self.made_of.closing
        return [(closing.day, closing.nlv)] if closing else [(one.day, one.base) for one in self.made_of.accruals]


def charges(who: Who, sealed: date | None) -> "QuerySet[Charge]":
    """Charges that the person may see, of closed nights only: none younger than the last sealed day."""
    rows = with_payee(scope(who, Charge).select_related("account"))
    return rows.none() if sealed is None else rows.filter(period_end_day__lte=sealed)


def charge_for(who: Who, pk: UUID) -> Charge:
    """One of them; hidden and missing answer alike."""
    found = charges(who, sealed_day()).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def proof(charge: Charge) -> Proof:
    """What the charge was made from and how, as it was stored, and what became of it when it was posted."""
    return proofs([charge])[charge.pk]


def proofs(rows: Sequence[Charge]) -> dict[UUID, Proof]:
    """The same of many charges in as many queries as for one; their accounts and cuts should be there already."""
    known = evidence_of(rows)
    trades = fees_of([one for one in rows if one.method in TRADE_CODES and not one.revision])
    found = {}
    for charge in rows:
        of_it, fees = known[charge.pk], trades.get(charge.pk)
        opened = _proof_of_adjustment(charge, of_it) if charge.revision else _proof(charge, of_it, fees)
        found[charge.pk] = replace(opened, story=(*opened.story, *_posting_story(charge)))
    return found


def _posting_story(charge: Charge) -> list[Sentence]:
    """Why less moved than the fee comes to; nothing where all of it did."""
    if charge.forgone is None:
        return []
    if charge.reason == Reason.FEE_CAP:
        before = charge.set_off or Decimal(0)
        told = [_without(SET_OFF, charge, rest=before, taken=charge.amount - before)] if before else []
        try:
            seen = rolling_cap.parse(charge.cut.windows)
        except (ObjectDoesNotExist, ValueError, ArithmeticError):
            return [Sentence(UNREADABLE, {})]
        fee = charge.amount - before
        return [*told, *rolling_cap.story(seen, fee=fee, taken=charge.taken, currency=charge.currency)]
    if charge.reason == Reason.NOT_TAKEN:
        words = NOT_GIVEN_BACK if charge.amount < 0 else SET_OFF
        return [_without(words, charge, rest=abs(charge.forgone), taken=abs(charge.taken))]
    return []


def _without(words: str, charge: Charge, *, rest: Decimal, taken: Decimal) -> Sentence:
    return Sentence(words, {"rest": rest, "taken": taken, "currency": charge.currency})


def _proof_of_adjustment(charge: Charge, known: Evidence) -> Proof:
    """The fee as it came out then, between what had been billed and the difference."""
    try:
        billed, inputs = adjustment.parse(charge.inputs)
    except (ValueError, ArithmeticError):
        return _unreadable(charge, known)
    changed = adjustment.Billed(charge.exact, charge.amount)
    right = adjustment.together([billed, changed])
    whole = copy(charge)
    whole.inputs, whole.exact, whole.amount = inputs, right.exact, right.amount
    found = _proof(whole, known) if inputs else replace(_unreadable(charge, known), story=(Sentence(NOT_OWED, {}),))
    story = (adjustment.before(billed, charge.currency), *found.story, adjustment.after(changed, charge.currency))
    return replace(found, charge=charge, story=story)


def _proof(charge: Charge, known: Evidence, fees: list[ExecutionFee] | None = None) -> Proof:
    if charge.method in PROFIT_CODES:
        return _proof_of_result(charge, known)
    if charge.method in TRADE_CODES:
        return _proof_of_trades(charge, known, fees)
    if charge.method in FUND_CODES:
        return _proof_of_investments(charge, known)
    made_of = _made_of(charge, known)
    if made_of is None:
        return _unreadable(charge, known)
    used = {part.component for part in _parts(made_of)}
    return Proof(
        charge=charge,
        method=EVERY[charge.method],
        made_of=made_of,
        story=tuple(explain(made_of, known.terms)),
        days=tuple((one, day_words(made_of, one)) for one in made_of.accruals),
        agreements=tuple(one for one in known.components if one.pk in used),
        evidence=known,
    )


def _unreadable(charge: Charge, known: Evidence) -> Proof:
    return Proof(charge, EVERY[charge.method], None, (Sentence(UNREADABLE, {}),), (), known.components, known)


def _proof_of_result(charge: Charge, known: Evidence) -> Proof:
    """A fee on profit: its stored lines say everything that the engine needs to tell it again."""
    period = period_of(EVERY[charge.method].frequency, charge.starts)
    try:
        measured = parse_result(charge.inputs, method=charge.method, period=period, currency=charge.currency)
        fee = measured.fee()
    except (ValueError, ArithmeticError, LookupError):
        return _unreadable(charge, known)
    used = {part.component for part in measured.parts}
    agreements = tuple(one for one in known.components if one.pk in used)
    if {one.pk for one in agreements} != used or text(measured, fee) != charge.inputs:
        return _unreadable(charge, known)
    last = next(one for one in known.agreed if one.component == measured.parts[-1].component)
    return Proof(
        charge=charge,
        method=EVERY[charge.method],
        made_of=None,
        story=(*words(last), *story(measured, fee)),
        days=(),
        agreements=agreements,
        evidence=known,
        measured=measured,
    )


def _proof_of_trades(charge: Charge, known: Evidence, fees: list[ExecutionFee] | None) -> Proof:
    """A fee on trades, execution by execution; those of an adjusted fee are read here."""
    fees = fees_of([charge]).get(charge.pk) if fees is None else fees
    if fees is None or executions_text(fees) != charge.inputs:
        return _unreadable(charge, known)
    used = {one.component for one in fees}
    return Proof(
        charge=charge,
        method=EVERY[charge.method],
        made_of=None,
        story=tuple(trades_story(fees, charge.exact, charge.amount, charge.currency)),
        days=(),
        agreements=tuple(one for one in known.components if one.pk in used),
        evidence=known,
        executions=tuple(fees),
    )


def _proof_of_investments(charge: Charge, known: Evidence) -> Proof:
    """A fee on hedge funds, fund by fund, from its stored lines."""
    try:
        parts = fund_fees.parse(charge.inputs)
    except (ValueError, ArithmeticError):
        return _unreadable(charge, known)
    exact, amount = fund_fees.fee(parts, charge.currency)
    used = {part.component for part in parts}
    agreements = tuple(one for one in known.components if one.pk in used)
    is_sound = {one.pk for one in agreements} == used and fund_fees.text(parts) == charge.inputs
    if not is_sound or (exact, amount) != (charge.exact, charge.amount):
        return _unreadable(charge, known)
    return Proof(
        charge=charge,
        method=EVERY[charge.method],
        made_of=None,
        story=tuple(fund_fees.story(parts, exact, amount, charge.currency)),
        days=(),
        agreements=agreements,
        evidence=known,
        investments=tuple(parts),
    )


def _made_of(charge: Charge, known: Evidence) -> types.Charge | None:
    """None where the stored text is not what the night writes, or names an agreement that is not there."""
    try:
        made_of = parse(
            method=charge.method,
            period=known.period,
            currency=charge.currency,
            exact=charge.exact,
            amount=charge.amount,
            inputs=charge.inputs,
            terms={one.component: one for one in known.terms},
        )
    except (ValueError, ArithmeticError, LookupError):
        return None
    agreed = {one.pk for one in known.components}
    return made_of if {part.component for part in _parts(made_of)} <= agreed else None


def _parts(made_of: types.Charge) -> tuple[Any, ...]:
    return made_of.segments if made_of.closing else made_of.accruals
