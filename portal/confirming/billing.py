"""What is confirmed at the billing desk, in sentences."""

from typing import Any

from django.utils.translation import gettext as _

from fees.engine.payer import Payer
from fees.invoicing.queries import invoices
from fees.reimbursements.queries import reimbursements
from portal.confirming.wish import Untold, Wish, account_words, amount_words


def threshold(wish: Wish) -> str:
    """From which amount on a second person approves."""
    if not str(wish.said.get("threshold") or "").strip():
        return _("Ask no second person to approve invoices and reimbursements any more.")
    amount = wish.text("threshold")
    return _("Ask a second person to approve invoices and reimbursements from %(amount)s on.") % {"amount": amount}


def minimums(wish: Wish) -> str:
    """Who pays the broker's least commissions of allocations, for all clients."""
    named = {"plan": wish.text("plan") or wish.text("commission_plan")}
    if _payer(wish) == Payer.MASTER:
        return _("Pay the allocation minimums of all your clients; the broker's plan is %(plan)s.") % named
    return _("Let clients pay the allocation minimums; the broker's plan is %(plan)s.") % named


def client_minimum(wish: Wish) -> str:
    """The same for one client."""
    named = {"account": wish.account(str(wish.said.get("number") or ""))}
    words = {
        Payer.MASTER.value: _("Pay the allocation minimums of account %(account)s."),
        Payer.CLIENT.value: _("Let account %(account)s pay its allocation minimums."),
    }
    return words.get(_payer(wish), _("Let allocation minimums of account %(account)s be paid as for all.")) % named


def _payer(wish: Wish) -> str:
    return str(wish.said.get("payer") or wish.said.get("paid_by") or "")


def billing_month(wish: Wish) -> str:
    """A month that is closed or opened."""
    month = {"month": wish.text("month")}
    is_opened = wish.method == "DELETE" or wish.request.path.endswith("/open/")
    return (
        _("Open the billing of %(month)s again.") % month if is_opened else _("Close the billing of %(month)s.") % month
    )


def approve_line(wish: Wish) -> str:
    """An invoice or a reimbursement that somebody else sent."""
    models: dict[str, Any] = {"invoice": invoices, "reimbursement": reimbursements}
    if wish.place["kind"] not in models:
        raise Untold
    row = models[wish.place["kind"]](wish.seat).filter(pk=wish.place["pk"]).first()
    if row is None:
        raise Untold
    said = {"account": account_words(row.account), "amount": amount_words(row.amount, row.currency)}
    if wish.place["kind"] == "invoice":
        return _("Approve the invoice of %(amount)s to account %(account)s.") % said
    return _("Approve the reimbursement of %(amount)s to account %(account)s.") % said
