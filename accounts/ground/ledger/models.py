"""The ledger: append-only transfers between two books, so every movement sums to zero by construction."""

import uuid

from django.db import models
from django.db.models.functions import Floor
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.amounts import money_words
from accounts.ground.tree.models import Account, Firm, Practice
from portal.lib.money import CURRENCIES, MINOR_UNITS

# Currencies without cents; of the others the column holds as many decimals as they have.
WHOLE = [code for code, places in MINOR_UNITS.items() if places == 0]


class BookKind(models.TextChoices):
    """What a book stands for."""

    CLIENT = "client", _("Client cash")
    CLEARING = "clearing", _("Fees collected under the master")
    PAYEE = "payee", _("Advisor's share")
    PROVIDER = "provider", _("Provider of mailboxes")


class Book(TenantModel):
    """One side of transfers: a client's cash, the master's clearing, an advisor's share, what the provider of mailboxes
    is owed; one per currency."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="books")
    kind = models.CharField(max_length=10, choices=BookKind)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="books")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, null=True, related_name="books")
    currency = models.CharField(max_length=3)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "kind", "account", "practice", "currency"], nulls_distinct=False, name="book_once"
            ),
            models.UniqueConstraint(fields=["firm", "id"], name="book_firm_id"),
            models.UniqueConstraint(fields=["firm", "currency", "id"], name="book_firm_currency_id"),
            models.CheckConstraint(
                condition=models.Q(kind=BookKind.CLIENT, account__isnull=False, practice__isnull=True)
                | models.Q(kind__in=[BookKind.CLEARING, BookKind.PROVIDER], account__isnull=True, practice__isnull=True)
                | models.Q(kind=BookKind.PAYEE, account__isnull=True, practice__isnull=False),
                name="book_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id or self.practice_id or self.firm_id} {self.currency}"


class TransferKind(models.TextChoices):
    """Why money moved."""

    FEE = "fee", _("Advisor fee")
    INVOICE = "invoice", _("Invoice")
    SWEEP = "sweep", _("Sweep to the advisor")
    REVERSAL = "reversal", _("Reversal")
    REIMBURSEMENT = "reimburse", _("Reimbursement")
    ADJUSTMENT = "adjustment", _("Fee given back")
    BORNE = "borne", _("Broker's charge paid by the advisor")
    BORNE_BACK = "borne_back", _("Broker's charge given back to the advisor")
    DRAW = "draw", _("Handed to the STL master for its fee")
    MAILBOX = "mailbox", _("Charge for a mailbox")
    MAILBOX_BACK = "mail_back", _("Charge for a mailbox given back")
    MAILBOX_OFF = "mail_off", _("Charge for a mailbox written off")


class Transfer(TenantModel):
    """One movement: `amount` leaves the debit book and reaches the credit book. Never updated, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    txn = models.UUIDField(help_text=_("Several legs of one movement share it"))
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="transfers")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="transfers")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, null=True, related_name="transfers")
    kind = models.CharField(max_length=10, choices=TransferKind)
    debit = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="credits")
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    day = models.DateField()
    source = models.UUIDField(null=True, help_text=_("The charge or other row this movement settles"))
    run_id = models.BigIntegerField(null=True)
    chunk_id = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~models.Q(debit=models.F("credit")), name="transfer_moves"),
            models.CheckConstraint(condition=models.Q(kind__in=TransferKind.values), name="transfer_kind_known"),
            # Both books are of the movement's firm and currency: composite keys, in the migration.
            models.CheckConstraint(
                condition=~models.Q(currency__in=WHOLE) | models.Q(amount=Floor("amount")), name="transfer_payable"
            ),
            models.CheckConstraint(condition=models.Q(currency__in=CURRENCIES), name="transfer_currency_known"),
            models.UniqueConstraint(fields=["source", "kind"], name="transfer_once_a_source"),
            models.UniqueConstraint(fields=["firm", "id"], name="transfer_firm_id"),
        ]
        indexes = [
            models.Index(fields=["firm", "day"], name="transfer_firm_day"),
            models.Index(fields=["account", "day"], name="transfer_account_day"),
            models.Index(fields=["debit"], name="transfer_debit"),
            models.Index(fields=["credit"], name="transfer_credit"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.get_kind_display()}, {money_words(self.amount, self.currency)}"
