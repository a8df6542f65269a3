"""What a recovered amount comes to, who may take part, and for which claims money is paid; no rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import ALL_COUNTRIES, Product
from accounts.broker.products.rules import Permission
from accounts.ground.amounts import money_words, number_words
from accounts.ground.tree.models import Account, Status
from portal.lib.exchange import exchange_day
from portal.lib.money import minor_unit, round_money

FEE_RATE = Decimal("0.20")
COMPANY = "IBLLC-US"
PRODUCTS = (Product.STOCKS, Product.BONDS)
COUNTRIES = ("US", "CA", ALL_COUNTRIES)
COVERED = frozenset(Permission(product, country) for product in PRODUCTS for country in COUNTRIES)


class RecoveryProblem(ValueError):
    """A sentence a person can read: why this cannot be done."""


class RecoveryConflict(RecoveryProblem):
    """It stands already, or no longer."""


@dataclass(frozen=True)
class Split:
    """A recovered amount and its two parts, which sum to it."""

    gross: Decimal
    fee: Decimal
    net: Decimal


def split(gross: Decimal, currency: str) -> Split:
    """The fee is rounded once, to the currency's smallest unit; the account gets all the rest."""
    if not gross.is_finite() or gross <= 0:
        raise RecoveryProblem(_("A recovered amount is more than nothing."))
    if gross != gross.quantize(minor_unit(currency)):
        raise RecoveryProblem(_("The amount has more decimal places than the currency."))
    fee = round_money(gross * FEE_RATE, currency)
    return Split(gross, fee, gross - fee)


def derivation(parts: Split, currency: str) -> Iterator[str]:
    """How the two parts follow from the amount, line by line."""
    exact = parts.gross * FEE_RATE
    said = {
        "gross": money_words(parts.gross, currency),
        "exact": number_words(exact, 3),
        "fee": money_words(parts.fee, currency),
        "net": money_words(parts.net, currency),
    }
    if exact == parts.fee:
        yield _("Fee: %(gross)s × 20 %% = %(fee)s") % said
    else:
        yield _("Fee: %(gross)s × 20 %% = %(exact)s, rounded half up to %(fee)s") % said
    yield _("To the account: %(gross)s − %(fee)s = %(net)s") % said


def eligibility_problem(account: Account, held: Iterable[Permission]) -> str:
    """Why the account cannot take part; "" where it can. Every holding account here is an advisor's client or STL."""
    if not account.is_holding:
        return _("Only accounts that hold securities take part.")
    if account.status != Status.OPEN:
        return _("The account is not open.")
    if account.entity != COMPANY:
        return _("The service is for accounts that the broker's company in the United States holds.")
    if COVERED.isdisjoint(held):
        return _("The account may trade neither stocks nor bonds of the United States or Canada.")
    return ""


def took_part_on(steps: Iterable[tuple[datetime, bool]], day: date) -> bool:
    """Whether the account was enrolled at any time of a day; `steps` from the oldest to the latest.

    A claim whose data were sent then is paid out, also to who has left since.
    """
    before = False
    for at, is_enrolled in steps:
        when = exchange_day(at)
        if when > day:
            break
        if when == day and is_enrolled:
            return True
        if when == day and before:
            return True
        before = is_enrolled
    return before


def terms(account: Account) -> str:
    """The text that is signed, in the active language; the same account gives the same text."""
    lines = (
        _("SECURITIES CLASS ACTION RECOVERY: TERMS"),
        _("Account: %(number)s, %(title)s, in %(currency)s")
        % {"number": account.number, "title": account.title, "currency": account.base_currency},
        "",
        _("1. The service files claims in securities class actions for this account and sends its activity for them."),
        _(
            "2. Nothing is paid in advance. Of each recovered amount 20 percent is kept as the fee; the rest is paid"
            " into the account."
        ),
        _("3. I can unsubscribe at any time. Claims for which data were sent before are still paid out, less the fee."),
        _("4. Whether and when something is recovered is decided by courts and administrators, not by the broker."),
    )
    return "\n".join(lines) + "\n"


def hash_of(text: str) -> str:
    """SHA-256 over the text as UTF-8, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
