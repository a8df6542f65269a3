"""Pure decisions about who pays the broker's charges, and the sentences that say why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from uuid import UUID

from fees.borne.models import BorneCharge
from fees.engine.allocation_minimum import CEILINGS, VALUE_SHARE, Plan, charged, least
from fees.engine.payer import FLOOR_USD, Payer, payer
from portal.lib.money import round_money
from portal.lib.words import Sentence, gettext_noop

# As the rows keep them.
BALANCE_PLACES, RATE_PLACES = Decimal("1E-4"), Decimal("1E-10")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A charge of the broker that an advisor is asked to pay, rounded once, half up, to its currency's unit.

    `rates` turn its currency into others, None where no rate is known.  `revision` counts what was decided about it
    before: then `amount` is what a correction changed, and `borne` what the advisor has paid of it.
    """

    kind: str
    trade_id: int | None
    line_id: int | None
    firm_id: int
    account_id: int
    day: date
    currency: str
    amount: Decimal
    description: str
    rates: Mapping[str, Decimal | None]
    block_id: UUID | None = None
    worked: Mapping[str, str] | None = None
    revision: int = 0
    borne: Decimal = Decimal(0)


class Decision(NamedTuple):
    """Who pays, and what the advisor's account had before."""

    payer: Payer
    balance: Decimal | None


def decide(charges: Iterable[Asked], purse: tuple[str, Decimal | None, Decimal | None]) -> list[Decision]:
    """One charge after another, each tested against what those before it have left.

    Without a balance or a rate nothing says that the advisor has USD 1,000, so the client pays. Balances and rates are
    taken as the rows keep them, so that whoever decides again from the rows comes to the same. What the broker takes
    back goes to whoever had paid it.
    """
    currency, balance, usd_rate = purse[0], _kept(purse[1], BALANCE_PLACES), _kept(purse[2], RATE_PLACES)
    found = []
    for one in charges:
        rate = _kept(one.rates.get(currency), RATE_PLACES)
        if one.amount < 0:
            found.append(Decision(Payer.MASTER if one.borne > 0 else Payer.CLIENT, balance))
            if one.borne > 0 and balance is not None and rate is not None:
                balance = _kept(balance - one.amount * rate, BALANCE_PLACES)
            continue
        if balance is None or usd_rate is None or rate is None:
            found.append(Decision(Payer.CLIENT, balance))
            continue
        found.append(Decision(payer(balance=balance, usd_rate=usd_rate), balance))
        if found[-1].payer == Payer.MASTER:
            balance = _kept(balance - one.amount * rate, BALANCE_PLACES)
    return found


def _kept(figure: Decimal | None, places: Decimal) -> Decimal | None:
    return None if figure is None else figure.quantize(places, ROUND_HALF_UP)


def changed(amount: Decimal, told: Decimal, borne: Decimal) -> Decimal:
    """What is to be decided of a charge of `amount` of which `told` was decided before.

    What goes back goes to the advisor first, and no further than it has paid; the client's part is another row.
    """
    difference = amount - told
    return max(difference, -borne) if difference < 0 < borne else difference


def comes_out(one: BorneCharge, told: Decimal) -> bool:
    """Whether an allocation's decisions so far, `told` together, are what the engine makes of its figures.

    Where the client's part of a correction is a row of its own, they are so with that one.
    """
    if not one.worked:
        return False
    figures = {name: Decimal(text) for name, text in one.worked.items() if name != "plan"}
    plan = Plan(one.worked["plan"])
    right = charged(plan, value=figures["value"], commission=figures["commission"])
    is_part = one.amount < 0 and one.payer == Payer.MASTER and told > right
    return (told == right or is_part) and figures["minimum"] == least(plan, figures["value"])


def story(one: BorneCharge) -> list[Sentence]:
    """What this charge was made from, and why it was paid by whom it was."""
    return [*_worked(one), *_corrected(one), *_paid(one)]


def _worked(one: BorneCharge) -> list[Sentence]:
    """The arithmetic of an allocation minimum."""
    if not one.worked:
        return []
    told = {name: Decimal(text) for name, text in one.worked.items() if name != "plan"}
    params = {
        **told,
        "value": round_money(told["value"], one.currency),
        "share": VALUE_SHARE * 100,
        "ceiling": CEILINGS[Plan(one.worked["plan"])],
        "currency": one.currency,
    }
    return [
        Sentence(
            gettext_noop(
                "%(quantity)s shares for %(value)s %(currency)s: %(share)s %% of that, at most %(ceiling)s, is a"
                " minimum of %(minimum)s %(currency)s; the broker charged %(commission)s."
            ),
            params,
        )
    ]


def _corrected(one: BorneCharge) -> list[Sentence]:
    """That a later statement changed what the broker charged."""
    if not one.revision:
        return []
    return [Sentence(gettext_noop("A later statement corrected it; this is the difference."), {})]


def _paid(one: BorneCharge) -> list[Sentence]:
    """Why by whom."""
    if one.amount < 0:
        if one.payer == Payer.MASTER:
            return [Sentence(gettext_noop("The advisor had paid it, so the difference goes back to the advisor."), {})]
        return [Sentence(gettext_noop("The client had paid it, so the difference is the client's."), {})]
    figures = {"amount": one.amount, "currency": one.currency, "floor": FLOOR_USD}
    if one.balance is None:
        msgid = gettext_noop("The broker told nothing of the advisor's account, so the client paid it.")
        return [Sentence(msgid, figures)]
    if one.usd_rate is None or one.rate is None:
        msgid = gettext_noop("The day had no exchange rate to compare with, so the client paid it.")
        return [Sentence(msgid, figures)]
    params = {**figures, "balance": round_money(one.balance, one.master_currency), "own": one.master_currency}
    if one.master_currency != "USD":
        params["usd"] = round_money(one.balance * one.usd_rate, "USD")
        had = gettext_noop("The advisor's account had %(balance)s %(own)s before it, which was %(usd)s USD.")
    else:
        had = gettext_noop("The advisor's account had %(balance)s %(own)s before it.")
    if one.payer == Payer.MASTER:
        why = gettext_noop("That is at least %(floor)s USD, so the advisor paid it.")
    else:
        why = gettext_noop("That is less than %(floor)s USD, so the client paid it.")
    return [Sentence(had, params), Sentence(why, params)]
