"""Working a fee out again: the engine, from what was known then, beside what was charged."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from fees.adjustments.night import WAITS, worked_out
from fees.adjustments.queries import billed_before, revisions
from fees.engine import investments
from fees.engine.adjustment import difference
from fees.engine.adjustment import text as text_of_adjustment
from fees.engine.charge import MissingNav, OverlappingTerms, recompute
from fees.engine.executions import day_total
from fees.engine.executions import text as executions_text
from fees.engine.inputs import charge_fingerprint, stored_fingerprint
from fees.engine.quotes import MissingPrice
from fees.engine.registry import FUND_CODES, PROFIT_CODES, TRADE_CODES
from fees.engine.results import MissingBegin, MissingValues, text
from fees.funds.evidence import measured_again as investments_again
from fees.funds.evidence import valuations_then
from fees.posting.models import Charge
from fees.proofs.evidence import Evidence, evidence
from fees.results.evidence import measured_again
from fees.trades.evidence import fees_again
from portal.lib.words import Sentence, gettext_noop


@dataclass(frozen=True)
class Verdict:
    """Whether a fee comes out again; `problem` says why it could not be worked out at all."""

    charged: Decimal
    charged_exact: Decimal
    amount: Decimal | None = None
    exact: Decimal | None = None
    same_inputs: bool = False
    unchanged: bool = False
    problem: Sentence | None = None

    @property
    def agrees(self) -> bool:
        return self.unchanged and self.same_inputs and (self.amount, self.exact) == (self.charged, self.charged_exact)


def recompute_charge(charge: Charge, known: Evidence | None = None) -> Verdict:
    """Work the charge out anew.  Nothing that its night stored takes part but the instants at which it looked."""
    if charge.revision:
        return _adjustment_again(charge)
    known = known or evidence(charge)
    before = Verdict(charge.amount, charge.exact, unchanged=is_unchanged(charge))
    if charge.method in PROFIT_CODES:
        return _result_again(charge, known, before)
    if charge.method in TRADE_CODES:
        return _trades_again(charge, before)
    if charge.method in FUND_CODES:
        return _investments_again(charge, known, before)
    try:
        again = recompute(
            method=charge.method,
            nav=known.nav,
            terms=known.terms,
            calendar=known.calendar,
            period=known.period,
            currency=charge.currency,
        )
    except MissingNav as missing:
        msgid = gettext_noop("The account's value is not known on %(count)s of the days, the first being %(day)s.")
        return _without_result(before, Sentence(msgid, {"count": len(missing.days), "day": missing.days[0]}))
    except OverlappingTerms as overlap:
        msgid = gettext_noop("Two agreements for the same fee apply on %(day)s.")
        return _without_result(before, Sentence(msgid, {"day": overlap.day}))
    if again is None:
        return _without_result(before, Sentence(gettext_noop("No agreement for this fee applies in the period."), {}))
    return Verdict(
        charged=charge.amount,
        charged_exact=charge.exact,
        amount=again.amount,
        exact=again.exact,
        same_inputs=charge_fingerprint(again, account=charge.account.number, payee=charge.practice_id)
        == charge.fingerprint,
        unchanged=before.unchanged,
    )


def _adjustment_again(charge: Charge) -> Verdict:
    """The whole fee again as it was known when the adjustment was made, less what had been billed by then."""
    before = Verdict(charge.amount, charge.exact, unchanged=is_unchanged(charge))
    first, *_rest = revisions(charge)
    try:
        again = worked_out(first, revision=charge.revision, at=charge.created_at)
    except WAITS:
        msgid = gettext_noop("A value that the fee was worked out from is not known.")
        return _without_result(before, Sentence(msgid, {}))
    so_far = billed_before(charge)
    changed = difference(so_far, again.fee)
    same = text_of_adjustment(so_far, again.inputs) == charge.inputs
    return replace(before, amount=changed.amount, exact=changed.exact, same_inputs=same)


def _result_again(charge: Charge, known: Evidence, before: Verdict) -> Verdict:
    """A fee on profit: the period is measured day by day again, after what the periods before it left."""
    try:
        return _by_either_reading(lambda once: _measured(charge, known, before, once=once))
    except MissingValues as missing:
        msgid = gettext_noop("The account's value is not known on %(count)s of the days, the first being %(day)s.")
        return _without_result(before, Sentence(msgid, {"count": len(missing.days), "day": missing.days[0]}))
    except MissingBegin as missing:
        msgid = gettext_noop("The account's value of %(day)s, with which the period began, is not known.")
        return _without_result(before, Sentence(msgid, {"day": missing.day}))
    except MissingPrice as missing:
        msgid = gettext_noop("The price of %(symbol)s on %(day)s is not known.")
        return _without_result(before, Sentence(msgid, {"symbol": missing.symbol, "day": missing.day}))


def _measured(charge: Charge, known: Evidence, before: Verdict, *, once: bool) -> Verdict:
    measured = measured_again(charge, known, once=once)
    if measured is None:
        return _without_result(before, Sentence(gettext_noop("No agreement for this fee applies in the period."), {}))
    fee = measured.fee()
    return replace(before, amount=fee.amount, exact=fee.exact, same_inputs=text(measured, fee) == charge.inputs)


def _by_either_reading(work_out: Callable[[bool], Verdict]) -> Verdict:
    """A fee on profit agrees if it follows from the losses as they are carried now, or from what nights once added to
    them where a new version stated earlier losses otherwise."""
    verdict = work_out(False)
    once = verdict if verdict.agrees else work_out(True)
    return once if once.agrees else verdict


def _trades_again(charge: Charge, before: Verdict) -> Verdict:
    """A fee on trades: each execution that it names, again."""
    try:
        fees = fees_again(charge)
    except (ValueError, LookupError):
        return _without_result(before, Sentence(gettext_noop("An execution that was charged is not there."), {}))
    exact, amount = day_total(fees, charge.currency)
    if charge.exact == 0 > exact:
        # Charged when a day below zero cost nothing; since then it is given back.
        exact, amount = charge.exact * 0, charge.amount * 0
    return replace(before, amount=amount, exact=exact, same_inputs=executions_text(fees) == charge.inputs)


def _investments_again(charge: Charge, known: Evidence, before: Verdict) -> Verdict:
    """A fee on hedge funds, from what was known of the investments when it was charged."""
    try:
        parts = investments_again(charge, known, valuations_then([charge])[charge.pk])
    except investments.MissingValuation as missing:
        msgid = gettext_noop("What %(fund)s was worth on %(day)s is not known.")
        return _without_result(before, Sentence(msgid, {"fund": missing.fund, "day": missing.day}))
    if parts is None:
        return _without_result(before, Sentence(gettext_noop("No agreement for this fee applies in the period."), {}))
    exact, amount = investments.fee(parts, charge.currency)
    return replace(before, amount=amount, exact=exact, same_inputs=investments.text(parts) == charge.inputs)


def is_unchanged(charge: Charge) -> bool:
    """Whether the stored columns still have the fingerprint that was taken of them."""
    return charge.fingerprint == stored_fingerprint(
        account=charge.account.number,
        payee=charge.practice_id,
        method=charge.method,
        starts=charge.starts,
        ends=charge.ends,
        currency=charge.currency,
        exact=charge.exact,
        amount=charge.amount,
        inputs=charge.inputs,
    )


def _without_result(before: Verdict, problem: Sentence) -> Verdict:
    return Verdict(before.charged, before.charged_exact, unchanged=before.unchanged, problem=problem)
