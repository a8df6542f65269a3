"""Every method the engine knows.  A new one is one module beside these and one line in FAMILIES or APART.

Codes are stored in rows and never change or return: 1-9 percent, 11-19 blended, 21-29 flat, 31-39 profit, 41-49 trade
unit, 51-59 hedge fund; later families take the next tens.
"""

from typing import Protocol

from fees.engine import blended, flat, hedge_fund, percent, profit, trade_unit
from fees.engine.types import Family, Method, Problem, Terms
from portal.lib.words import Sentence

CODES_A_FAMILY = 10


class Listed(Protocol):
    """A module that offers methods and tells their terms."""

    TITLE: str

    @property
    def METHODS(self) -> tuple[Method, ...]:
        """The methods of a family, each with its code."""
        ...

    def words(self, terms: Terms) -> list[Sentence]:
        """The terms in sentences."""
        ...


# Fees on a value, which the night bills by SQL and the engine computes again.
FAMILIES: tuple[Family, ...] = (percent, blended, flat)
# Fees on a result, which only the engine works out, account by account.
APART: tuple[Listed, ...] = (profit, trade_unit, hedge_fund)

METHODS: dict[int, Method] = {method.code: method for family in FAMILIES for method in family.METHODS}
FAMILY_OF: dict[int, Family] = {method.code: family for family in FAMILIES for method in family.METHODS}
EVERY: dict[int, Method] = METHODS | {method.code: method for module in APART for method in module.METHODS}
BY_NAME: dict[str, Method] = {method.name: method for method in METHODS.values()}
EVERY_BY_NAME: dict[str, Method] = {method.name: method for method in EVERY.values()}

TELLS: dict[int, Listed] = {method.code: module for module in (*FAMILIES, *APART) for method in module.METHODS}

ACCRUED_CODES: tuple[int, ...] = tuple(code for code, method in METHODS.items() if method.accrues)
PERIOD_END_CODES: tuple[int, ...] = tuple(code for code, method in METHODS.items() if method.at_period_end)
PROFIT_CODES: tuple[int, ...] = tuple(method.code for method in profit.METHODS)
TRADE_CODES: tuple[int, ...] = tuple(method.code for method in trade_unit.METHODS)
FUND_CODES: tuple[int, ...] = tuple(method.code for method in hedge_fund.METHODS)
APART_CLOSING: dict[int, Method] = {code: EVERY[code] for code in PROFIT_CODES + FUND_CODES}
# Smaller codes are of fees on a value, whose terms are columns.
FIRST_APART = min(PROFIT_CODES + TRADE_CODES + FUND_CODES) // CODES_A_FAMILY * CODES_A_FAMILY


def words(terms: Terms) -> list[Sentence]:
    """The terms of any method in sentences, for forms and proofs."""
    return TELLS[terms.method].words(terms)


def validate(terms: Terms) -> list[Problem]:
    """What is wrong with terms of a fee on a value, field by field; empty when they may be agreed."""
    return FAMILY_OF[terms.method].validate(terms)
