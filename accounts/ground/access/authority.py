"""Who may do what to whose account, and why: the one table that views, API, jobs and the explanation page read.

Source of the rules: the broker's rules for three-level advisor accounts and for STL accounts under advisors.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Function(StrEnum):
    """What a person can want to do with an account."""

    VIEW = "view"
    TRADE = "trade"
    ALLOCATE = "allocate"
    RESTRICT = "restrict"
    GRANT_PRODUCTS = "grant_products"
    SET_FEES = "set_fees"
    FUND = "fund"
    REPORT = "report"
    SIGN = "sign"
    BRAND = "brand"
    TAX = "tax"
    MANAGE_USERS = "manage_users"
    MANAGE = "manage"


FUNCTION_WORDS: dict[str, object] = {
    Function.VIEW: _("See it"),
    Function.TRADE: _("Trade"),
    Function.ALLOCATE: _("Allocate trades"),
    Function.RESTRICT: _("Set restrictions"),
    Function.GRANT_PRODUCTS: _("Grant products"),
    Function.SET_FEES: _("Set fees"),
    Function.FUND: _("Move money in and out"),
    Function.REPORT: _("See reports"),
    Function.SIGN: _("Sign"),
    Function.BRAND: _("Brand"),
    Function.TAX: _("Report tax"),
    Function.MANAGE_USERS: _("Manage users"),
    Function.MANAGE: _("Open, move and close accounts"),
}


class Relation(StrEnum):
    """How an account stands to the seat that asks."""

    SELF = "self"
    OWN_CLIENT = "own_client"
    OWN_STL = "own_stl"
    OWN_STL_SUB = "own_stl_sub"
    SECOND_MASTER = "second_master"
    SECOND_CLIENT = "second_client"
    MONEY_MANAGER = "money_manager"
    ASSIGNED = "assigned"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Rule:
    """One line of the table: a role may (or may not) use a function on accounts in some relations."""

    role: str
    function: Function
    relations: frozenset[Relation]
    allowed: bool
    words: object


def _rule(role: str, function: Function, relations: str, words, *, allowed: bool = True) -> Rule:
    return Rule(role, function, frozenset(Relation(name) for name in relations.split()), allowed, words)


# What the table cannot say of a role, because it is a fact of the practice.
REGISTERED_ONLY = _("White branding is open to registered advisors.")


def is_for_registered(function: str, *, is_registered: bool) -> bool:
    """Whether a practice goes without the function, whatever the table says, because it is not a registered advisor."""
    return function == Function.BRAND and not is_registered


_BELOW_TOP = "own_client own_stl own_stl_sub second_master second_client"

# What nobody but somebody else does; the words stand where a person asks why not.
_SHELL = _("A master account is a shell for allocation, fees and reports; it holds no positions.")
_OWNER_SIGNS = _("Only the owner signs for an account; advisors ask for it.")
_OWN_BRAND = _("Every advisor brands its own pages, and nobody else's.")
_MANAGERS_FEES = _("A money manager is paid by its own schedule, agreed with each client; nobody charges its master.")
_ADVISOR_DECIDES = _("A money manager trades for the accounts assigned to it; all else is the advisor's to decide.")
_ONLY_ITS_PART = _(
    "A money manager sees value, positions and its own terms of the accounts assigned to it, nothing else."
)
_OWN_USERS = _("Whoever the users work for manages them.")
_ADVISORS_ENTER = _("Advisors enter fees; the owner reads and signs them.")
_ADVISORS_CLOSE = _("The advisor opens, moves and closes accounts; what is the owner's to decide waits for the owner.")
_ADVISORS_ALLOCATE = _("Only advisors allocate trades.")
_FROM_ABOVE = _("Products are granted by the level above.")
_ADVISORS_BRAND = _("White branding is open to advisors.")
_BROKERS_TAX = _("The broker does tax reporting for all accounts.")


def _refusals_of_managers() -> list[Rule]:
    """A money manager trades for the accounts assigned to it; all else is its advisor's, and the owner's to sign."""
    found = [
        _rule("top", function, "money_manager", words, allowed=False)
        for function, words in (
            *((one, _SHELL) for one in (Function.TRADE, Function.ALLOCATE, Function.FUND)),
            *((one, _ADVISOR_DECIDES) for one in (Function.RESTRICT, Function.GRANT_PRODUCTS)),
            (Function.SET_FEES, _MANAGERS_FEES),
            (Function.SIGN, _OWNER_SIGNS),
            (Function.BRAND, _OWN_BRAND),
            (Function.TAX, _BROKERS_TAX),
            (Function.MANAGE_USERS, _OWN_USERS),
        )
    ]
    # Of a money manager the table allows one thing; each of the others is refused in words of its own.
    kept = {
        Function.VIEW: _ONLY_ITS_PART,
        Function.REPORT: _ONLY_ITS_PART,
        Function.ALLOCATE: _ADVISORS_ALLOCATE,
        Function.SET_FEES: _("The advisor enters the fees of its money managers, and the owner signs them."),
        Function.FUND: _("A money manager cannot fund the accounts that it trades."),
        Function.SIGN: _OWNER_SIGNS,
        Function.BRAND: _ADVISORS_BRAND,
        Function.TAX: _BROKERS_TAX,
        Function.MANAGE: _("A money manager cannot add clients, and opens, moves and closes no accounts."),
    }
    found += [
        _rule("manager", function, "self assigned", kept.get(function, _ADVISOR_DECIDES), allowed=False)
        for function in Function
        if function != Function.TRADE
    ]
    return [*found, _rule("manager", Function.TRADE, "self", _SHELL, allowed=False)]


def _refusals() -> tuple[Rule, ...]:
    """Every refusal that the broker's rules imply without a sentence of their own."""
    below = {"top": _BELOW_TOP, "second": "own_client"}
    found = [
        _rule(role, function, "self", _SHELL, allowed=False)
        for role in below
        for function in (Function.TRADE, Function.ALLOCATE, Function.RESTRICT, Function.FUND)
    ]
    found += [
        _rule("top", Function.TRADE, "second_master", _SHELL, allowed=False),
        _rule("top", Function.ALLOCATE, "second_master", _SHELL, allowed=False),
        _rule(
            "top", Function.GRANT_PRODUCTS, "self", _("The broker approves the top level's products."), allowed=False
        ),
        _rule("second", Function.GRANT_PRODUCTS, "self", _FROM_ABOVE, allowed=False),
    ]
    for role, relations in below.items():
        own_fees = _("Nobody enters fees for its own master account.")
        found += [
            _rule(role, Function.SET_FEES, "self", own_fees, allowed=False),
            _rule(role, Function.SIGN, f"self {relations}", _OWNER_SIGNS, allowed=False),
            _rule(role, Function.BRAND, relations, _OWN_BRAND, allowed=False),
            _rule(role, Function.MANAGE_USERS, relations, _OWN_USERS, allowed=False),
        ]
    for role, relations in (("stl", "self own_stl_sub"), ("stl_sub", "self"), ("client", "self")):
        found += [
            _rule(role, Function.ALLOCATE, relations, _ADVISORS_ALLOCATE, allowed=False),
            _rule(role, Function.GRANT_PRODUCTS, relations, _FROM_ABOVE, allowed=False),
            _rule(role, Function.SET_FEES, relations, _ADVISORS_ENTER, allowed=False),
            _rule(role, Function.BRAND, relations, _ADVISORS_BRAND, allowed=False),
            _rule(role, Function.TAX, relations, _BROKERS_TAX, allowed=False),
            _rule(role, Function.MANAGE, relations, _ADVISORS_CLOSE, allowed=False),
            _rule(role, Function.RESTRICT, "self", _("Restrictions are set by the level above."), allowed=False),
        ]
    return (
        *found,
        *_refusals_of_managers(),
        _rule("client", Function.TRADE, "self", _("The advisor trades for the client."), allowed=False),
        _rule("stl", Function.MANAGE_USERS, "own_stl_sub", _("STL sub accounts cannot add users."), allowed=False),
        _rule("stl_sub", Function.SIGN, "self", _("The STL master signs for its sub accounts."), allowed=False),
    )


RULES: tuple[Rule, ...] = (
    _rule("top", Function.VIEW, f"self {_BELOW_TOP}", _("A top-level advisor sees the whole tree.")),
    _rule("top", Function.REPORT, f"self {_BELOW_TOP}", _("A top-level advisor sees reports on all accounts.")),
    _rule(
        "top",
        Function.TRADE,
        "own_client own_stl own_stl_sub second_client",
        _("A top-level advisor can trade on behalf of all clients in the master account and for STL accounts."),
    ),
    _rule("top", Function.ALLOCATE, "own_client own_stl own_stl_sub", _("An advisor allocates to its own clients.")),
    _rule(
        "top",
        Function.ALLOCATE,
        "second_client",
        _("Only second-level advisors can allocate trades to their clients."),
        allowed=False,
    ),
    _rule("top", Function.RESTRICT, _BELOW_TOP, _("A top-level advisor can impose restrictions on the tree.")),
    _rule("top", Function.GRANT_PRODUCTS, _BELOW_TOP, _("Products below are a subset of the top level's approval.")),
    _rule(
        "top",
        Function.SET_FEES,
        "own_client own_stl second_master second_client",
        _("A top-level advisor can enter fees for clients, second-level advisors and their clients."),
    ),
    _rule(
        "top",
        Function.SET_FEES,
        "own_stl_sub",
        _("Fee schedules are entered on the STL master, as for an organization account."),
        allowed=False,
    ),
    _rule("top", Function.FUND, "own_client own_stl", _("An advisor funds its own clients and STL masters.")),
    _rule(
        "top",
        Function.FUND,
        "own_stl_sub",
        _("Deposits and withdrawals are made from the STL master and transferred to the sub accounts."),
        allowed=False,
    ),
    _rule(
        "top",
        Function.FUND,
        "second_master second_client",
        _("A top-level advisor cannot fund second-level advisors or their clients."),
        allowed=False,
    ),
    _rule("top", Function.BRAND, "self", _("White branding is open to top-level advisors.")),
    _rule(
        "top", Function.TAX, f"self {_BELOW_TOP}", _("The broker does tax reporting for all accounts."), allowed=False
    ),
    _rule("top", Function.MANAGE_USERS, "self", _("An advisor adds and removes the users of its own practice.")),
    _rule(
        "top",
        Function.MANAGE,
        "self own_client own_stl own_stl_sub second_master",
        _("A top-level advisor opens, moves and closes its own clients, STL accounts and second-level advisors."),
    ),
    _rule(
        "top",
        Function.MANAGE,
        "second_client",
        _("Only second-level advisors open, move and close their clients."),
        allowed=False,
    ),
    _rule("top", Function.VIEW, "money_manager", _("A top-level advisor sees the whole tree.")),
    _rule("top", Function.REPORT, "money_manager", _("A top-level advisor sees reports on all accounts.")),
    _rule(
        "top",
        Function.MANAGE,
        "money_manager",
        _("An advisor opens and closes its money managers' accounts, and assigns clients to them."),
    ),
    _rule("manager", Function.TRADE, "assigned", _("A money manager trades for the accounts it has accepted.")),
    _rule("second", Function.VIEW, "self own_client", _("A second-level advisor sees only its own clients.")),
    _rule("second", Function.REPORT, "self own_client", _("A second-level advisor sees reports on its own clients.")),
    _rule("second", Function.TRADE, "own_client", _("A second-level advisor trades only for its own clients.")),
    _rule("second", Function.ALLOCATE, "own_client", _("Second-level advisors allocate to their own clients.")),
    _rule("second", Function.RESTRICT, "own_client", _("A second-level advisor restricts only its own clients.")),
    _rule("second", Function.GRANT_PRODUCTS, "own_client", _("Only products the top level is approved for.")),
    _rule("second", Function.SET_FEES, "own_client", _("A second-level advisor enters fees for its own clients only.")),
    _rule("second", Function.FUND, "own_client", _("A second-level advisor performs all funding of its own clients.")),
    _rule("second", Function.BRAND, "self", _("White branding is open to registered second-level advisors.")),
    _rule(
        "second", Function.TAX, "self own_client", _("The broker does tax reporting for all accounts."), allowed=False
    ),
    _rule("second", Function.MANAGE_USERS, "self", _("An advisor adds and removes the users of its own practice.")),
    _rule(
        "second",
        Function.MANAGE,
        "self own_client",
        _("A second-level advisor opens, moves and closes its own clients."),
    ),
    _rule("stl", Function.VIEW, "self own_stl_sub", _("An STL master sees its own sub accounts.")),
    _rule("stl", Function.REPORT, "self own_stl_sub", _("STL reports are consolidated or individual.")),
    _rule("stl", Function.TRADE, "self own_stl_sub", _("Trading criteria apply as for single accounts.")),
    _rule("stl", Function.RESTRICT, "own_stl_sub", _("The STL master can restrict its sub accounts.")),
    _rule("stl", Function.FUND, "self", _("Deposits and withdrawals are made from the STL master.")),
    _rule(
        "stl", Function.FUND, "own_stl_sub", _("Sub accounts are funded by transfer from the master."), allowed=False
    ),
    _rule("stl", Function.SIGN, "self own_stl_sub", _("The owner signs what is charged to the account.")),
    _rule("stl", Function.MANAGE_USERS, "self", _("An STL group adds users to its master account.")),
    _rule("stl_sub", Function.VIEW, "self", _("A sub account sees itself.")),
    _rule("stl_sub", Function.REPORT, "self", _("A sub account sees its own reports.")),
    _rule("stl_sub", Function.TRADE, "self", _("Trading criteria apply as for single accounts.")),
    _rule(
        "stl_sub",
        Function.FUND,
        "self",
        _("Deposits and withdrawals are made from the STL master and transferred to the sub accounts."),
        allowed=False,
    ),
    _rule("stl_sub", Function.MANAGE_USERS, "self", _("STL sub accounts cannot add users."), allowed=False),
    _rule("client", Function.VIEW, "self", _("A client sees the accounts it owns.")),
    _rule("client", Function.REPORT, "self", _("A client sees its own statements.")),
    _rule("client", Function.FUND, "self", _("A client moves money in and out of its own account.")),
    _rule("client", Function.SIGN, "self", _("Each client signs all fees.")),
    _rule(
        "client", Function.MANAGE_USERS, "self", _("A holder adds a second user and holders of a power of attorney.")
    ),
)

# Said where somebody asks why not; the rules themselves are the table above.
IMPLIED = _refusals()

_BY_KEY: dict[tuple[str, Function, Relation], Rule] = {
    (rule.role, rule.function, relation): rule for rule in (*RULES, *IMPLIED) for relation in rule.relations
}


def verdict(role: str, function: str, relation: str) -> Rule | None:
    """The rule that decides, or None where nothing is said: what is not allowed is refused."""
    return _BY_KEY.get((role, Function(function), Relation(relation)))


def is_allowed(role: str, function: str, relation: str) -> bool:
    """Whether the table allows it."""
    rule = verdict(role, function, relation)
    return rule is not None and rule.allowed


def allowed_relations(role: str, function: str) -> frozenset[Relation]:
    """Every relation in which a role may use a function."""
    wanted = Function(function)
    return frozenset(
        relation for (who, what, relation), rule in _BY_KEY.items() if who == role and what == wanted and rule.allowed
    )


def may_ever(role: str, function: str) -> bool:
    """Whether a role has the function for any account at all; what a page's gate asks."""
    return bool(allowed_relations(role, function))
