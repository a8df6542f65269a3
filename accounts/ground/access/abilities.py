"""The six groups of a user's own functions, and which function of the authority table each of them opens.

A right is the intersection of both tables: what the seat may do by the authority table, and what its user was given
here. A primary user has everything the seat has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.ground.access.authority import Function


class Group(StrEnum):
    """The boxes that tick all functions below them."""

    USER_SETTINGS = "user_settings"
    TRADING = "trading"
    REPORTING = "reporting"
    FUNDING = "funding"
    ACCOUNT_SETTINGS = "account_settings"
    CLIENT_MANAGEMENT = "client_management"


GROUP_WORDS = {
    Group.USER_SETTINGS: _("User Settings"),
    Group.TRADING: _("Trading"),
    Group.REPORTING: _("Reporting"),
    Group.FUNDING: _("Funding"),
    Group.ACCOUNT_SETTINGS: _("Account Settings"),
    Group.CLIENT_MANAGEMENT: _("Client Management"),
}


@dataclass(frozen=True)
class Ability:
    """One box: what a user may be given, and the functions of the authority table that it opens."""

    key: str
    group: Group
    words: object
    opens: frozenset[Function] = frozenset()
    is_default: bool = False


def _one(group: Group, key: str, words: object, *opens: Function, is_default: bool = False) -> Ability:
    return Ability(key, group, words, frozenset(opens), is_default)


ABILITIES: tuple[Ability, ...] = (
    _one(Group.USER_SETTINGS, "email", _("E-mail address"), is_default=True),
    _one(Group.USER_SETTINGS, "password", _("Password"), is_default=True),
    _one(Group.USER_SETTINGS, "alerts", _("Alerts")),
    _one(Group.USER_SETTINGS, "fyi", _("FYI notices")),
    _one(Group.USER_SETTINGS, "voting", _("Voting")),
    _one(Group.USER_SETTINGS, "ip_restrictions", _("IP restrictions")),
    _one(Group.USER_SETTINGS, "device_sharing", _("Sharing of a security device")),
    _one(Group.USER_SETTINGS, "device", _("Security device")),
    _one(Group.USER_SETTINGS, "paper_trading", _("Paper trading")),
    _one(Group.USER_SETTINGS, "market_data", _("Market data subscriptions")),
    _one(Group.USER_SETTINGS, "subscriber_status", _("Subscriber status")),
    _one(Group.TRADING, "trade", _("Trade button and workstation"), Function.TRADE),
    _one(Group.TRADING, "allocation", _("Allocation after the trade"), Function.ALLOCATE),
    _one(Group.TRADING, "trading_limit", _("Trading limits and restrictions"), Function.RESTRICT),
    _one(Group.REPORTING, "statements", _("Statements and fee reports"), Function.REPORT),
    _one(Group.REPORTING, "delivery", _("Delivery of statements")),
    _one(Group.REPORTING, "analyst", _("Portfolio analysis"), Function.REPORT),
    _one(Group.REPORTING, "tax", _("Tax documents"), Function.TAX),
    _one(Group.FUNDING, "transfer_funds", _("Transfer funds"), Function.FUND),
    _one(Group.FUNDING, "transfer_positions", _("Transfer positions"), Function.FUND),
    _one(Group.FUNDING, "bank_information", _("Bank information"), Function.FUND),
    _one(Group.FUNDING, "transaction_history", _("Transaction History")),
    _one(Group.ACCOUNT_SETTINGS, "configuration", _("Account configuration and branding"), Function.BRAND),
    _one(Group.ACCOUNT_SETTINGS, "profile", _("Account profile")),
    _one(Group.ACCOUNT_SETTINGS, "financial_information", _("Financial information")),
    _one(Group.ACCOUNT_SETTINGS, "trading_permissions", _("Trading permissions"), Function.GRANT_PRODUCTS),
    _one(Group.ACCOUNT_SETTINGS, "agreements", _("Signing agreements and fees"), Function.SIGN),
    _one(Group.CLIENT_MANAGEMENT, "view_accounts", _("View accounts"), Function.VIEW),
    _one(Group.CLIENT_MANAGEMENT, "create_accounts", _("Create accounts"), Function.MANAGE),
    _one(Group.CLIENT_MANAGEMENT, "fees", _("Client fees"), Function.SET_FEES),
    _one(Group.CLIENT_MANAGEMENT, "client_security", _("Client security")),
)
BY_KEY = {ability.key: ability for ability in ABILITIES}
DEFAULTS = frozenset(ability.key for ability in ABILITIES if ability.is_default)
FUNDING = frozenset(ability.key for ability in ABILITIES if ability.group == Group.FUNDING)

# Not one of the six groups: it comes with being the primary user or a security officer, and no box gives it.
MANAGE_USERS = "manage_users"

# What a gate needs of the user when it names no ability of its own.
USUAL: dict[str, str] = {
    Function.VIEW: "view_accounts",
    Function.TRADE: "trade",
    Function.ALLOCATE: "allocation",
    Function.RESTRICT: "trading_limit",
    Function.GRANT_PRODUCTS: "trading_permissions",
    Function.SET_FEES: "fees",
    Function.FUND: "transfer_funds",
    Function.REPORT: "statements",
    Function.SIGN: "agreements",
    Function.BRAND: "configuration",
    Function.TAX: "tax",
    Function.MANAGE_USERS: MANAGE_USERS,
    Function.MANAGE: "create_accounts",
}

_OPENED_BY: dict[str, frozenset[str]] = {
    function.value: frozenset(ability.key for ability in ABILITIES if function in ability.opens)
    | ({MANAGE_USERS} if function == Function.MANAGE_USERS else frozenset())
    for function in Function
}


def opens(abilities: frozenset[str] | None, function: str) -> bool:
    """Whether somebody with these abilities has the function at all; None stands for all of them."""
    return abilities is None or bool(abilities & _OPENED_BY[Function(function)])


def known(keys: Iterable[str]) -> frozenset[str]:
    """The abilities among some words; anything else is no ability."""
    return frozenset(keys) & frozenset(BY_KEY)


def of_group(group: str) -> tuple[Ability, ...]:
    """The functions of one group, in the order of the list."""
    return tuple(ability for ability in ABILITIES if ability.group == group)
