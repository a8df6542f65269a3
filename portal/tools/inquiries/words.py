"""The columns and fields of queries in words."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.ground.tree.models import HOLDERS, Margin, Status
from portal.tools.inquiries.criteria import Kind

# The columns after account and title; money is in the account's currency.
COLUMNS: dict[Kind, tuple[tuple[str | Promise, str], ...]] = {
    Kind.PERFORMANCE: (
        (_("Value at the beginning"), "money"),
        (_("Value at the end"), "money"),
        (_("Net flows"), "money"),
        (_("Return"), "part"),
    ),
    Kind.SYMBOL: (
        (_("Quantity"), "number"),
        (pgettext_lazy("price", "Mark"), "number"),
        (_("Value"), "money"),
        (_("Percent of the account"), "percent"),
        (_("Unrealized gain or loss"), "money"),
    ),
    Kind.VOLUME: (
        (_("Trades"), "number"),
        (_("Shares"), "number"),
        (_("Notional"), "money"),
        (_("Commissions"), "money"),
    ),
    Kind.ATTRIBUTES: (
        (_("Value"), "money"),
        (pgettext_lazy("money", "Cash"), "money"),
        (_("Cash of the value"), "part"),
    ),
}
PERIODS: dict[str, str | Promise] = {
    "mtd": _("This month"),
    "qtd": _("This quarter"),
    "ytd": _("This year"),
    "1y": _("Twelve months"),
    "custom": _("From day to day"),
}
LIMITS: dict[str, str | Promise] = {
    "return_least": _("Return in percent, at least"),
    "return_most": _("Return in percent, at most"),
    "value_least": _("Value, at least"),
    "value_most": _("Value, at most"),
    "quantity_least": _("Quantity, at least"),
    "quantity_most": _("Quantity, at most"),
    "trades_least": _("Trades, at least"),
    "shares_least": _("Shares, at least"),
    "notional_least": _("Notional, at least"),
    "age_least": _("Age of the holder, at least"),
    "age_most": _("Age of the holder, at most"),
    "idle_days": _("Days since the last trade, more than"),
    "cash_least": _("Cash in percent of the value, at least"),
}
TEXTS: dict[str, str | Promise] = {
    "symbol": _("Symbol or contract number"),
    "asset": _("Asset class, such as STK"),
    "permission": _("Trading permission, a part of its name"),
    "currency": _("Base currency"),
}
HOW: dict[str, str | Promise] = {"held": _("Held at the end of it"), "traded": _("Traded in it")}
CHOICES: dict[str, tuple[str | Promise, list[tuple[str, Any]]]] = {
    "type": (_("Type"), [(one, one) for one in HOLDERS]),
    "status": (_("Status"), Status.choices),
    "margin": (_("Margin"), Margin.choices),
}
