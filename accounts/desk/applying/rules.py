"""Pure decisions about applications: which kind is open to whom, from which age, and how heirs share."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.desk.applying.kinds import COUNTRIES, USA, AccountKind, Group
from accounts.ground.tree.models import Margin
from accounts.ground.tree.rules import ADULT, OF_FULL_AGE, age_on

WHOLE = Decimal(100)
OLDEST = 120


class ApplicationProblem(ValueError):
    """A sentence a person can read: what is not possible and why."""


def clean_country(text: str) -> str:
    """A country as three letters. Raises ApplicationProblem."""
    code = text.strip().upper()
    if code not in COUNTRIES:
        raise ApplicationProblem(_("Write the country as three letters, such as USA."))
    return code


def plain_name(text: str) -> str:
    """A name on one line, which goes into mails and lists: no link stands in it. Raises ApplicationProblem."""
    name = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if not name:
        raise ApplicationProblem(_("A name is required."))
    if re.search(r"://|\bwww\.", name, re.IGNORECASE):
        raise ApplicationProblem(_("A name holds no address of a page."))
    return name


def check_kind(kind: AccountKind, *, country: str, tax_country: str) -> None:
    """Raises ApplicationProblem where an account of this kind is not offered to such a resident."""
    if kind.us_tax_only and tax_country != USA:
        raise ApplicationProblem(_("An IRA is for tax residents of the United States only."))
    if kind.residence and country != kind.residence:
        if kind.group == Group.CUSTODIAL and kind.residence == USA:
            raise ApplicationProblem(_("A UGMA/UTMA account is for residents of the United States only."))
        raise ApplicationProblem(
            _("This kind of account is offered to residents of %(country)s only.") % {"country": kind.residence}
        )


def check_born(born_on: date, day: date) -> None:
    """Nobody below 18 holds an account. Raises ApplicationProblem."""
    _check_past(born_on, day)
    if age_on(born_on, day) < ADULT:
        raise ApplicationProblem(_("The holder must be at least 18 years old; for a minor there is UGMA/UTMA"))


def check_minor(born_on: date, day: date) -> None:
    """Whom a custodian holds for is a minor. Raises ApplicationProblem."""
    _check_past(born_on, day)
    if age_on(born_on, day) >= ADULT:
        raise ApplicationProblem(_("Who is 18 or older applies in their own name."))


def margins_for(kind: AccountKind, born: Iterable[date], day: date) -> list[str]:
    """Which margin an account can have: cash alone for a custodian, and until every holder is 21."""
    is_young = any(age_on(one, day) < OF_FULL_AGE for one in born)
    if kind.is_cash_only or is_young:
        return [Margin.CASH]
    if kind.group == Group.RETIREMENT:
        return [Margin.CASH, Margin.MARGIN]
    return [Margin.CASH, Margin.MARGIN, Margin.PORTFOLIO]


def check_margin(kind: AccountKind, born: Iterable[date], margin: str, day: date) -> None:
    """Raises ApplicationProblem for a margin that this holder cannot have yet, or ever."""
    if margin in margins_for(kind, born, day):
        return
    if kind.is_cash_only:
        raise ApplicationProblem(_("An account of this kind is a cash account"))
    if kind.group == Group.RETIREMENT and margin == Margin.PORTFOLIO:
        raise ApplicationProblem(_("A retirement account has no portfolio margin"))
    raise ApplicationProblem(_("A holder below 21 years can have a cash account only"))


def check_shares(shares: Sequence[Decimal], *, are_primary: bool) -> None:
    """What the heirs of one class get is the whole, or nobody is named. Raises ApplicationProblem."""
    if shares and sum(shares) != WHOLE:
        if are_primary:
            raise ApplicationProblem(_("The shares of the primary beneficiaries must total 100 percent."))
        raise ApplicationProblem(_("The shares of the contingent beneficiaries must total 100 percent."))


def check_decedent(born_on: date, died_on: date, day: date) -> None:
    """Who left an inherited account has lived, and died. Raises ApplicationProblem."""
    if not born_on <= died_on <= day:
        raise ApplicationProblem(_("The date of death lies between the date of birth and today."))


def _check_past(born_on: date, day: date) -> None:
    if born_on > day:
        raise ApplicationProblem(_("The date of birth lies in the future"))
    if age_on(born_on, day) > OLDEST:
        raise ApplicationProblem(_("Please check the year of the date of birth."))
