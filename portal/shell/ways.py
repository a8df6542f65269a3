"""From an account to what is done with it, one click away: money, positions, reports, tools; and why not."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.broker.funding.queries import why_not
from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who
from accounts.ground.access.gates import Gate, may_pass, refused
from accounts.ground.access.scope import answer
from accounts.ground.tree.models import Account


@dataclass(frozen=True)
class Way:
    """Where one goes, or in words why not."""

    label: str
    icon: str
    href: str
    why_not: object = ""


def ways_of(who: Who, account: Account) -> list[Way]:
    """Every way from an account that the person sees, whether it is open to them or not."""
    no_report = _closed(who, Gate("report")) or _no_report(who, account)
    number = account.number
    return [
        Way(
            _("Transfer funds"),
            "transfer",
            reverse("transfer:account", args=[number]),
            _closed(who, Gate("fund")) or why_not(who, account),
        ),
        Way(
            _("Transfer positions"),
            "arrows-exchange",
            reverse("transfer:account_positions", args=[number]),
            _closed(who, Gate("fund", needs="transfer_positions")) or why_not(who, account),
        ),
        Way(
            _("Transaction History"),
            "history",
            f"{reverse('transactions:list')}?q={number}",
            _closed(who, Gate("view", needs="transaction_history")),
        ),
        Way(_("Statements"), "file-text", reverse("statements:account", args=[number]), no_report),
        Way(_("Performance"), "chart-line", f"{reverse('reports:performance')}?accounts={number}", no_report),
        Way(_("Tax Optimizer"), "stack-2", reverse("trading:tax_lots", args=[number]), no_report),
        Way(
            _("Tools"),
            "tool",
            reverse("tools:home"),
            _closed(who, Gate("report")) or ("" if who.is_advisor else _("The tools are for advisors.")),
        ),
    ]


def _closed(who: Who, mark: Gate) -> object:
    """Why none of the pages opens to the person at all."""
    return "" if may_pass(who, mark) else refused(who, mark).words


def _no_report(who: Who, account: Account) -> object:
    found = answer(who, Function.REPORT, account)
    return "" if found.allowed else found.words
