"""The words of a night: what its stages are called, and why an account is kept out of one."""

from typing import Any

from django.utils.translation import gettext_lazy

STAGES: dict[str, Any] = {
    "feed": gettext_lazy("Statements"),
    "rollup": gettext_lazy("Daily figures"),
    "accrue": gettext_lazy("Accrue fees"),
    "check": gettext_lazy("Compute again and compare"),
    "close": gettext_lazy("Close periods"),
    "invoices": gettext_lazy("Invoices"),
    "post": gettext_lazy("Post"),
    "sweep": gettext_lazy("Sweep to the advisors"),
    "compare": gettext_lazy("Compare agreements with bills"),
    "reimburse": gettext_lazy("Reimbursements"),
    "bear": gettext_lazy("Broker's charges for advisors"),
    "mailboxes": gettext_lazy("Charges for mailboxes"),
    "transmit": gettext_lazy("Instruct the broker"),
    "notices": gettext_lazy("Tell the clients"),
    "reconcile": gettext_lazy("Reconcile"),
    "seal": gettext_lazy("Seal"),
}

REASONS: dict[str, Any] = {
    "bad_value": gettext_lazy("A value cannot be read"),
    "by_office": gettext_lazy("Held back by the back office"),
    "check_differs": gettext_lazy("Computed in two ways that differ"),
    "components": gettext_lazy("Changes do not add up"),
    "conflict": gettext_lazy("Statements contradict each other"),
    "currency": gettext_lazy("Not in the base currency"),
    "database": gettext_lazy("Cannot be stored"),
    "earlier_period": gettext_lazy("The period before is open"),
    "ending_value": gettext_lazy("Two ending values"),
    "future": gettext_lazy("Values of days to come"),
    "line_differs": gettext_lazy("A fee line differs"),
    "line_extra": gettext_lazy("A fee line too many"),
    "line_missing": gettext_lazy("A fee line is missing"),
    "missing_days": gettext_lazy("Days without a statement"),
    "no_begin": gettext_lazy("No value at the beginning"),
    "no_nav": gettext_lazy("No net asset value"),
    "no_price": gettext_lazy("No price of the benchmark"),
    "no_rate": gettext_lazy("No rate of exchange"),
    "no_valuation": gettext_lazy("No value of the hedge fund"),
    "no_value": gettext_lazy("Agreed but not valued"),
    "oversized": gettext_lazy("Too many rows"),
    "return": gettext_lazy("The return does not follow from the values"),
}


def stage_words(name: str) -> str:
    """A stage in words; its own name while it has none."""
    return str(STAGES.get(name, name))


def reason_words(code: str) -> str:
    """A reason in words; its code, made readable, while it has none."""
    return str(REASONS.get(code) or code.replace("_", " ").capitalize())
