"""Hedge-fund fees: on what a client holds in a fund, and on what that holding earned.  See docs/money/hedge-fund.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT, ZERO, as_amount, share
from fees.engine.limits import check_rate, check_share, problem
from fees.engine.profit import MAX_SHARE, profit_of
from fees.engine.types import Kin, Method, Problem, Terms
from portal.lib.business_days import Calendar
from portal.lib.money import round_money
from portal.lib.periods import Frequency, Period, period_of
from portal.lib.words import Sentence, gettext_noop

FAMILY = "hedge_fund"
TITLE = gettext_noop("Hedge fund fee")
LABEL = gettext_noop("Hedge Fund Fee")
KIN = Kin("hedge_fund", gettext_noop("Agree at most one fee for each hedge fund."))

METHODS = (
    Method(
        code=51,
        name="HEDGEFUND_MONTHLY",
        family=FAMILY,
        kin=KIN,
        label=LABEL,
        title=gettext_noop("Hedge fund fee, monthly"),
        frequency=Frequency.MONTHLY,
        at_period_end=True,
    ),
    Method(
        code=52,
        name="HEDGEFUND_QUARTERLY",
        family=FAMILY,
        kin=KIN,
        label=LABEL,
        title=gettext_noop("Hedge fund fee, quarterly"),
        frequency=Frequency.QUARTERLY,
        at_period_end=True,
    ),
)


class FundRate(NamedTuple):
    """What is agreed for one fund: an annual rate of its value, a share of its profit, or both."""

    fund: str
    rate: Decimal | None = None
    profit_share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A client's investment in one fund over a period: values at its beginning and end, money put in and taken out."""

    begin: Decimal
    end: Decimal
    contributions: Decimal = ZERO
    redemptions: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeFundFee:
    """A period's fee on one fund: the part on its value, the part on its profit, and their sum."""

    on_value: Decimal
    on_profit: Decimal
    exact: Decimal
    amount: Decimal
    story: tuple[Sentence, ...]


def validate(rate: Decimal | None, profit_share: Decimal | None) -> list[Problem]:
    """An annual rate on the value, a share of the profit, or both."""
    if rate is None and profit_share is None:
        return [problem("rate", "required", gettext_noop("Enter a percentage of the value, of the profit, or both."))]
    found = [] if rate is None else check_rate(rate, field="rate")
    return found + ([] if profit_share is None else check_share(profit_share, field="profit_share", most=MAX_SHARE))


def rates_of(terms: Terms) -> tuple[FundRate, ...]:
    """The funds of these terms."""
    return terms.more if isinstance(terms.more, tuple) else ()


def words(terms: Terms) -> list[Sentence]:
    """The terms in sentences, for the proof and the form."""
    told = []
    for fund, rate, profit_share in rates_of(terms):
        if rate is not None:
            msgid = gettext_noop("%(fund)s: %(percent)s %% a year of what the investment is worth.")
            told.append(Sentence(msgid, {"fund": fund, "percent": rate * 100}))
        if profit_share is not None:
            msgid = gettext_noop("%(fund)s: %(percent)s %% of what the investment earns in a period.")
            told.append(Sentence(msgid, {"fund": fund, "percent": profit_share * 100}))
    return told


def fund_fee(
    holding: Holding, *, rate: Decimal | None, profit_share: Decimal | None, fee_days: int, currency: str
) -> HedgeFundFee:
    """The fee for a period of which `fee_days` business days were agreed; no part of it is below zero."""
    story, on_value, on_profit = [], ZERO, ZERO
    if rate is not None:
        on_value = share(CONTEXT.multiply(max(holding.end, ZERO), rate), Decimal(fee_days))
        msgid = gettext_noop("%(value)s × %(percent)s %% × %(days)s ÷ 252 = %(amount)s.")
        params: dict[str, object] = {"value": holding.end, "percent": rate * 100, "days": fee_days, "amount": on_value}
        story.append(Sentence(msgid, params))
    if profit_share is not None:
        profit = profit_of(
            begin=holding.begin, end=holding.end, deposits=holding.contributions, withdrawals=holding.redemptions
        )
        on_profit = as_amount(max(CONTEXT.multiply(profit, profit_share), ZERO))
        msgid = gettext_noop("The investment earned %(profit)s; %(percent)s %% of it, never below zero, is %(amount)s.")
        story.append(Sentence(msgid, {"profit": profit, "percent": profit_share * 100, "amount": on_profit}))
    exact = CONTEXT.add(on_value, on_profit)
    amount = round_money(exact, currency)
    msgid = gettext_noop("Together %(exact)s; rounded once, half up, the fee is %(amount)s %(currency)s.")
    story.append(Sentence(msgid, {"exact": exact, "amount": amount, "currency": currency}))
    return HedgeFundFee(on_value=on_value, on_profit=on_profit, exact=exact, amount=amount, story=tuple(story))


def effective_from(*, approved_on: date, before: Frequency | None, after: Frequency) -> date:
    """The day from which a fee that was approved on a day counts.

    A first fee counts at once; a new rate from the next period; a change to or from quarterly from the next quarter.
    """
    if before is None:
        return approved_on
    waits_for = Frequency.QUARTERLY if Frequency.QUARTERLY in (before, after) else after
    return period_of(waits_for, approved_on).ends


def first_day(asked: date, *, before: Iterable[Terms], after: Iterable[Terms], days: Calendar) -> date:
    """The first day from `asked` on, on which terms may take the place of others: those that change what a fund costs
    already wait for its next period, which a day without a business day before it in that period begins as well.

    `before` comes oldest first. What was given up inside the running period is still what the fund has cost in it.
    """
    known, wanted = _by_fund(one for one in before if _is_of_running_period(one, asked)), _by_fund(after)
    changed = [(known[fund], new) for fund, new in wanted.items() if fund in known and known[fund] != new]
    begins = [asked]
    for (former, _rate), (frequency, _new) in changed:
        next_one = effective_from(approved_on=asked, before=former, after=frequency)
        longest = Frequency.QUARTERLY if Frequency.QUARTERLY in (former, frequency) else frequency
        if days.count(period_of(longest, asked).starts, asked):
            begins.append(next_one)
    return max(begins)


def _is_of_running_period(terms: Terms, day: date) -> bool:
    frequency = next((one.frequency for one in METHODS if one.code == terms.method), None)
    return frequency is not None and (terms.ends is None or terms.ends > period_of(frequency, day).starts)


def _by_fund(terms: Iterable[Terms]) -> dict[str, tuple[Frequency, FundRate]]:
    frequencies = {method.code: method.frequency for method in METHODS}
    return {
        rate.fund: (frequencies[one.method], rate)
        for one in terms
        if one.method in frequencies
        for rate in rates_of(one)
    }


def fee_period(frequency: Frequency, day: date, *, starts: date) -> Period:
    """The period that contains `day`, cut to the days on or after the one from which the fee counts."""
    whole = period_of(frequency, day)
    return Period(max(whole.starts, starts), whole.ends)
