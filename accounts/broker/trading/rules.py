"""May this person trade this instrument in this account on this day? Every rule that has a say, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import MARGIN_PRODUCTS, Product, Side, Traded
from accounts.broker.products.rules import Permission, may_trade_product, not_approved_words, permission_words
from accounts.broker.restrictions.models import Restriction
from accounts.broker.restrictions.rules import match_words, stopping
from accounts.ground.access.scope import Answer
from accounts.ground.optouts.rules import Waived, penny_stock_problem
from accounts.ground.tree.models import Account, Margin, Status

# The usual bound of the rule on penny stocks (SEC 3a51-1), in US dollars.
PENNY_BELOW = Decimal(5)


@dataclass(frozen=True)
class Node:
    """One account on the path from the root to the account in question, with what it is approved for."""

    kind: str
    name: str
    permissions: frozenset[Permission]


@dataclass(frozen=True)
class Facts:
    """All that is known of one account for a decision; `path` begins at the root and ends with the account."""

    account: Account
    authority: Answer
    path: Sequence[Node]
    restrictions: Sequence[Restriction]


@dataclass(frozen=True)
class Check:
    """One rule's answer. `source` names what it was read from."""

    source: str
    allowed: bool
    words: str


@dataclass(frozen=True)
class Decision:
    """Yes or no, with every rule that was asked, in order."""

    checks: tuple[Check, ...]

    @property
    def allowed(self) -> bool:
        return all(check.allowed for check in self.checks)

    @property
    def reasons(self) -> list[str]:
        """The rules that say no; those that say yes where all do."""
        refused = [check.words for check in self.checks if not check.allowed]
        return refused or [check.words for check in self.checks]


def decide(facts: Facts, *, traded: Traded, side: str, day: date) -> Decision:
    """Ask the authority table, the account, its margin, the permissions and the restrictions along the path."""
    return Decision(
        (
            Check("authority", facts.authority.allowed, str(facts.authority.words)),
            _account(facts.account, day),
            *_permissions(facts, traded),
            _margin(facts.account, traded, side),
            *_restrictions(facts, traded, side, day),
        )
    )


def is_bought_stock(traded: Traded, side: str) -> bool:
    """What a penny stock may be; one that is held may always be sold."""
    return traded.product == Product.STOCKS and side == Side.BUY


def penny_check(choice: Waived, price: Decimal | None) -> Check:
    """Whether somebody who has opted out of secure login may buy a stock of that last price in US dollars."""
    problem = penny_stock_problem(choice)
    if problem is None:
        return Check("secure_login", True, _("Penny stocks are open: an IP restriction is active."))
    if price is None:
        return Check("secure_login", True, _("No price is known here; under USD 5 it would be closed to you."))
    if price < PENNY_BELOW:
        return Check("secure_login", False, _(problem.msgid) % problem.params)
    return Check("secure_login", True, _("It is no penny stock."))


def _account(account: Account, day: date) -> Check:
    if not account.is_holding:
        return Check("account", False, _("A master account groups other accounts and holds nothing."))
    if account.status != Status.OPEN:
        words = _("The account is not open: %(status)s.") % {"status": account.get_status_display()}
        return Check("account", False, words)
    if account.opened_on is None or account.opened_on > day:
        return Check("account", False, _("The account is not open on that day."))
    return Check("account", True, _("The account is open."))


def _permissions(facts: Facts, traded: Traded) -> list[Check]:
    product = traded.product
    if product is None:
        return [Check("permission", False, _("This asset class is not among the trading permissions."))]
    lacking = [node for node in facts.path if not may_trade_product(node.permissions, product, traded.country)]
    if not lacking:
        wanted = permission_words(Permission(product, traded.country or "ALL"))
        return [Check("permission", True, _("Approved on every level: %(what)s.") % {"what": wanted})]
    return [
        Check(
            "permission",
            False,
            _("%(product)s: %(words)s") % {"product": product.label, "words": not_approved_words(node.kind)},
        )
        for node in lacking
    ]


def _margin(account: Account, traded: Traded, side: str) -> Check:
    needs = side == Side.SHORT or traded.product in MARGIN_PRODUCTS
    if not needs:
        return Check("margin", True, _("No margin is needed."))
    if account.margin_kind == Margin.CASH:
        return Check("margin", False, _("A cash account cannot trade what needs margin."))
    return Check("margin", True, _("The account has margin."))


def _restrictions(facts: Facts, traded: Traded, side: str, day: date) -> list[Check]:
    found = stopping(facts.restrictions, traded, side, day)
    if not found:
        return [Check("restriction", True, _("No restriction on the way to the top stops it."))]
    return [
        Check("restriction", False, _("Restricted: %(match)s.") % {"match": match_words(restriction)})
        for restriction in found
    ]
