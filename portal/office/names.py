"""What columns and rows are called in the back office, where a model says it in code alone.

Django makes a label of a column's name in code; here is what a person calls it, in words that can be translated.
"""

from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.office.columns import COLUMNS

# Columns whose name in code means something else at other models.
OWN: dict[str, Any] = {
    "accounts.IdempotencyKey.status": _("Status of the answer"),
    "accounts.Transfer.source": _("What it settles"),
    "auth2fa.Device.line": _("Kind of number"),
    "broker.Entitlement.choice": _("Number of the choice"),
    "broker.FundingRequest.counter": _("Other account"),
    "broker.FundingRequest.key": _("Key of the form"),
    "broker.RateCorrection.new": _("New rate"),
    "broker.RateCorrection.old": _("Old rate"),
    "desk.MailboxCharge.rate": _("Price a month"),
    "fees.Charge.method": _("Fee method"),
    "fees.Difference.method": _("Fee method"),
    "fees.Difference.subject": _("What differs"),
    "fees.FundValue.fund": _("Name of the fund"),
    "fees.InvoiceCap.rate": _("Rate a year"),
}

ROWS: dict[str, Any] = {
    "account": _("account"),
    "account facts": _("facts of an account"),
    "allocation": _("allocation"),
    "allocation share": _("share of an account"),
    "application": _("application"),
    "application task": _("application task"),
    "block": _("block trade"),
    "book": _("book"),
    "calendar day": _("calendar day"),
    "cash line": _("cash transaction"),
    "change in nav": _("change in value"),
    "charge": _("charged fee"),
    "client right": _("client right"),
    "closing price": _("closing price"),
    "corporate action": _("corporate action"),
    "device": _("device"),
    "difference": _("difference"),
    "ending": _("last device of somebody"),
    "entitlement": _("entitlement"),
    "event": _("event"),
    "firm": _("firm"),
    "firm without texts": _("firm without texts"),
    "flex query": _("flex query"),
    "fund request": _("fund request"),
    "fund value": _("fund value"),
    "funding decision": _("funding decision"),
    "funding file": _("file of movements for the broker"),
    "funding request": _("funding request"),
    "hedge fund": _("hedge fund"),
    "hold": _("hold"),
    "idempotency key": _("idempotency key"),
    "impact release": _("file of ESG scores"),
    "impact topic": _("ESG topic"),
    "instruction": _("instruction"),
    "instruction file": _("instruction file"),
    "instrument": _("instrument"),
    "investor answer": _("investor answer"),
    "invoice": _("invoice"),
    "invoice cap": _("invoice limit"),
    "invoice upload": _("file of invoices"),
    "job": _("job"),
    "lei election": _("LEI election"),
    "line of claim": _("line of a claim"),
    "listing": _("listing on the marketplace"),
    "lot choice": _("lot choice"),
    "lot default": _("lot default"),
    "lot lock": _("lock of the Tax Optimizer"),
    "mailbox": _("mailbox"),
    "mailbox charge": _("charge for a mailbox"),
    "mailbox rate": _("price of a mailbox"),
    "market data offer": _("market data offer"),
    "nav history": _("replaced value"),
    "night decision": _("decision about a night"),
    "notification": _("notification"),
    "outbox message": _("message"),
    "party": _("party"),
    "permission request": _("permission request"),
    "pin fact": _("facts for links with a PIN"),
    "position transfer": _("position transfer"),
    "practice": _("practice"),
    "product approval": _("trading permission"),
    "rate correction": _("corrected rate"),
    "recovery": _("recovery"),
    "reimbursement": _("reimbursement"),
    "request": _("request"),
    "restriction": _("trading restriction"),
    "retirement": _("confirmed posting"),
    "returned paper": _("proposal signed on paper"),
    "run": _("night"),
    "run chunk": _("chunk"),
    "run stage": _("stage of a night"),
    "saved bank": _("saved bank"),
    "schedule": _("fee schedule"),
    "seal": _("seal"),
    "seat": _("seat"),
    "statement file": _("statement file"),
    "stocked card": _("card in stock"),
    "trade": _("trade"),
    "trade history": _("replaced trade"),
    "trail entry": _("change"),
    "transfer": _("movement of money"),
    "voluntary action": _("voluntary action"),
}


def speak(model: type[models.Model]) -> None:
    """Give a model's columns and rows their words, for this process; names that the model chose itself stay."""
    for field in model._meta.fields:
        name = field.verbose_name
        if not isinstance(name, Promise):
            field.verbose_name = OWN.get(str(field)) or COLUMNS.get(name, name)
    name = model._meta.verbose_name
    if not isinstance(name, Promise) and name in ROWS:
        model._meta.verbose_name = ROWS[name]
