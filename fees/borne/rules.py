"""Pure decisions about who pays the broker's charges, and the sentences that say why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from fees.borne.models import BorneCharge
from fees.engine.payer import FLOOR_USD, Payer, payer
from portal.lib.money import round_money
from portal.lib.words import Sentence, gettext_noop

# As the rows keep them.
BALANCE_PLACES, RATE_PLACES = Decimal("1E-4"), Decimal("1E-10")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A charge of the broker that an advisor is asked to pay, rounded once, half up, to its currency's unit.

    `rates` turn its currency into others, None where no rate is known.
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


class Decision(NamedTuple):
    """Who pays, and what the advisor's account had before."""

    payer: Payer
    balance: Decimal | None


def decide(charges: Iterable[Asked], purse: tuple[str, Decimal | None, Decimal | None]) -> list[Decision]:
    """One charge after another, each tested against what those before it have left.

    Without a balance or a rate nothing says that the advisor has USD 1,000, so the client pays. Balances and rates are
    taken as the rows keep them, so that whoever decides again from the rows comes to the same.
    """
    currency, balance, usd_rate = purse[0], _kept(purse[1], BALANCE_PLACES), _kept(purse[2], RATE_PLACES)
    found = []
    for one in charges:
        rate = _kept(one.rates.get(currency), RATE_PLACES)
        if balance is None or usd_rate is None or rate is None:
            found.append(Decision(Payer.CLIENT, balance))
            continue
        found.append(Decision(payer(balance=balance, usd_rate=usd_rate), balance))
        if found[-1].payer == Payer.MASTER:
            balance = _kept(balance - one.amount * rate, BALANCE_PLACES)
    return found


def _kept(figure: Decimal | None, places: Decimal) -> Decimal | None:
    return None if figure is None else figure.quantize(places, ROUND_HALF_UP)


def story(one: BorneCharge) -> list[Sentence]:
    """Why this charge was paid by whom it was."""
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
