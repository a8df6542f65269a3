"""Percent of profit: a share of what a period earned, above carried losses and above a threshold.

See docs/money/profit.md.  The percentage is not annual: it applies to the period's profit as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from fees.engine.arithmetic import CONTEXT, ZERO, as_amount
from fees.engine.high_water import Loss, Mark, name_of, settle
from fees.engine.hurdle import Threshold, ThresholdKind
from fees.engine.limits import check_share
from fees.engine.types import Kin, Method, Problem, Terms
from portal.lib.money import round_money
from portal.lib.periods import Frequency
from portal.lib.words import Sentence, gettext_noop

FAMILY = "profit"
TITLE = gettext_noop("Percent of P&L")
LABEL = gettext_noop("Percentage of P&L Fee")
MAX_SHARE = Decimal("0.30")

METHODS = (
    Method(
        code=31,
        name="PERCENTOFPROFIT",
        family=FAMILY,
        kin=Kin("profit_annual", gettext_noop("Agree at most one annual percentage of profit.")),
        label=LABEL,
        title=gettext_noop("Percent of P&L, annual"),
        frequency=Frequency.ANNUAL,
        at_period_end=True,
    ),
    Method(
        code=32,
        name="PERCENTOFPROFIT_QUARTER",
        family=FAMILY,
        kin=Kin("profit_quarter", gettext_noop("Agree at most one quarterly percentage of profit.")),
        label=LABEL,
        title=gettext_noop("Percent of P&L, quarterly"),
        frequency=Frequency.QUARTERLY,
        at_period_end=True,
    ),
)
_FREQUENCIES = {method.code: method.frequency for method in METHODS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shield:
    """What is agreed beside the percentage: a threshold, how losses are carried, and losses of earlier periods."""

    threshold: Threshold | None = None
    mark: Mark | None = None
    initial: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the period under one percentage (a fraction: 0.20 is 20 %) and what it earned, in money."""

    share: Decimal
    profit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitFee:
    """A period's fee and how it came about; every amount in the currency of the account.

    `profit` is what the period earned, `recovered` the part that offset carried losses, `chargeable` what was left of
    it, `hurdle` what had to be exceeded and `surplus` what was charged.  `carried` are the losses that go on.
    """

    profit: Decimal
    recovered: Decimal
    chargeable: Decimal
    hurdle: Decimal
    surplus: Decimal
    exact: Decimal
    amount: Decimal
    carried: tuple[Loss, ...]
    story: tuple[Sentence, ...]


def profit_of(*, begin: Decimal, end: Decimal, deposits: Decimal = ZERO, withdrawals: Decimal = ZERO) -> Decimal:
    """Mark-to-market change of the equity with deposits and withdrawals (both positive) taken out."""
    return CONTEXT.add(CONTEXT.subtract(CONTEXT.subtract(end, begin), deposits), withdrawals)


def validate(share: Decimal | None, *, most: Decimal = MAX_SHARE) -> list[Problem]:
    """What is wrong with a percentage of profit, a fraction above zero and at most `most`."""
    return check_share(share, field="rate", most=most)


def shield_of(terms: Terms) -> Shield:
    """What protects the client under these terms."""
    return terms.more if isinstance(terms.more, Shield) else Shield()


def words(terms: Terms) -> list[Sentence]:
    """The terms in sentences, for the proof and the form."""
    shield, frequency = shield_of(terms), _FREQUENCIES[terms.method]
    msgid = gettext_noop("The agreed fee is %(percent)s %% of the profit of each year.")
    if frequency == Frequency.QUARTERLY:
        msgid = gettext_noop("The agreed fee is %(percent)s %% of the profit of each quarter.")
    told = [Sentence(msgid, {"percent": (terms.rate or ZERO) * 100})]
    if shield.threshold:
        told.append(_threshold_words(shield.threshold))
    if shield.mark:
        told += _mark_words(shield.mark)
    for loss in shield.initial:
        msgid = gettext_noop("A loss of %(amount)s from %(period)s is recovered first.")
        told.append(Sentence(msgid, {"amount": loss.amount, "period": name_of(frequency, loss.period)}))
    return told


def _threshold_words(threshold: Threshold) -> Sentence:
    if threshold.kind == ThresholdKind.BENCHMARK:
        msgid = gettext_noop("Only profit above the return of %(benchmark)s in the period is charged.")
        return Sentence(msgid, {"benchmark": threshold.benchmark})
    figure = threshold.figure or ZERO
    if threshold.kind == ThresholdKind.AMOUNT and threshold.currency:
        msgid = gettext_noop(
            "Only profit above %(figure)s %(currency)s in a period is charged, at the rate of its last business day."
        )
        return Sentence(msgid, {"figure": figure, "currency": threshold.currency})
    if threshold.kind == ThresholdKind.AMOUNT:
        return Sentence(gettext_noop("Only profit above %(figure)s in a period is charged."), {"figure": figure})
    msgid = gettext_noop("Only profit above a return of %(percent)s %% in a period is charged.")
    return Sentence(msgid, {"percent": figure * 100})


def _mark_words(mark: Mark) -> list[Sentence]:
    if mark.look_back is None:
        told = [Sentence(gettext_noop("Losses are carried until profits have recovered them."), {})]
    else:
        msgid = gettext_noop("Losses are carried for %(periods)s periods and recovered before a fee is charged.")
        told = [Sentence(msgid, {"periods": mark.look_back})]
    if mark.prorate:
        told.append(Sentence(gettext_noop("Withdrawals shrink carried losses in proportion."), {}))
    return told


def profit_fee(
    *,
    pieces: Sequence[Piece],
    period: int,
    currency: str,
    mark: Mark | None = None,
    carried: Iterable[Loss] = (),
    withdrawn: Decimal = ZERO,
    hurdle: Decimal | None = None,
) -> ProfitFee:
    """The fee of one period, never below zero.

    `period` numbers periods of the same length one after another (`high_water.ordinal`), `withdrawn` is the fraction of
    the equity taken out in it (`high_water.withdrawn_fraction`), `hurdle` the amount that must be exceeded.
    Without a mark and a hurdle the fee of every piece is added and the sum is tested; otherwise what is chargeable is
    shared over the pieces that earned something.
    """
    profit = _sum(one.profit for one in pieces)
    settled = settle(mark, profit=profit, period=period, carried=carried, withdrawn=withdrawn)
    surplus = settled.chargeable if hurdle is None else max(CONTEXT.subtract(settled.chargeable, hurdle), ZERO)
    if mark is None and hurdle is None:
        exact = as_amount(max(_sum(CONTEXT.multiply(one.share, one.profit) for one in pieces), ZERO))
        surplus = max(profit, ZERO)
    else:
        exact = as_amount(_shared(pieces, surplus))
    amount = round_money(exact, currency)
    story = (
        *_profit_words(pieces, profit),
        *settled.story,
        *_hurdle_words(settled.chargeable, hurdle, surplus),
        *_fee_words(pieces, surplus, exact, amount, currency, accumulated=mark is None and hurdle is None),
    )
    return ProfitFee(
        profit=profit,
        recovered=settled.recovered,
        chargeable=settled.chargeable,
        hurdle=hurdle or ZERO,
        surplus=surplus,
        exact=exact,
        amount=amount,
        carried=settled.carried,
        story=story,
    )


def _shared(pieces: Sequence[Piece], surplus: Decimal) -> Decimal:
    """The surplus in proportion to what each piece earned, each part at its own percentage."""
    earned = _sum(max(one.profit, ZERO) for one in pieces)
    if surplus <= 0 or earned <= 0:
        return ZERO
    weighted = _sum(CONTEXT.multiply(one.share, max(one.profit, ZERO)) for one in pieces)
    return CONTEXT.divide(CONTEXT.multiply(surplus, weighted), earned)


def _profit_words(pieces: Sequence[Piece], profit: Decimal) -> list[Sentence]:
    if len(pieces) == 1:
        msgid = gettext_noop("The period's profit or loss, with deposits and withdrawals taken out, is %(profit)s.")
        return [Sentence(msgid, {"profit": profit})]
    msgid = gettext_noop("A part of the period at %(percent)s %% earned %(profit)s.")
    parts = [Sentence(msgid, {"percent": one.share * 100, "profit": one.profit}) for one in pieces]
    msgid = gettext_noop("Together the period's profit or loss is %(profit)s.")
    return [*parts, Sentence(msgid, {"profit": profit})]


def _hurdle_words(chargeable: Decimal, hurdle: Decimal | None, surplus: Decimal) -> list[Sentence]:
    if hurdle is None:
        return []
    params: dict[str, object] = {"chargeable": chargeable, "hurdle": hurdle, "surplus": surplus}
    if surplus <= 0:
        msgid = gettext_noop("The threshold is %(hurdle)s; %(chargeable)s does not exceed it, so nothing is charged.")
    else:
        msgid = gettext_noop("Only what exceeds the threshold of %(hurdle)s is charged: %(surplus)s.")
    return [Sentence(msgid, params)]


def _fee_words(
    pieces: Sequence[Piece], surplus: Decimal, exact: Decimal, amount: Decimal, currency: str, *, accumulated: bool
) -> list[Sentence]:
    params: dict[str, object] = {"exact": exact, "amount": amount, "currency": currency, "surplus": surplus}
    if not exact:
        return [Sentence(gettext_noop("The fee of the period is 0: a negative result is never charged."), params)]
    if accumulated and len(pieces) > 1:
        msgid = gettext_noop(
            "The fees of all parts add up to %(exact)s; rounded once, half up: %(amount)s %(currency)s."
        )
    elif len(pieces) > 1:
        msgid = gettext_noop(
            "%(surplus)s is shared over the parts that earned something, each at its percentage: %(exact)s; "
            "rounded once, half up: %(amount)s %(currency)s."
        )
    else:
        params["percent"] = pieces[0].share * 100
        msgid = gettext_noop(
            "%(percent)s %% of %(surplus)s is %(exact)s; rounded once, half up: %(amount)s %(currency)s."
        )
    return [Sentence(msgid, params)]


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return reduce(CONTEXT.add, numbers, ZERO)
