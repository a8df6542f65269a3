"""What a client lets an advisor invoice, and the invoices themselves.  Agreed caps are never edited."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.engine.agreement import CapKind
from fees.schedules.models import DateRange
from fees.sending.models import SentLine, State

CAP_KINDS = [
    (CapKind.MONTHLY.value, _("Every day of the month before")),
    (CapKind.QUARTERLY.value, _("Every day of the quarter before")),
    (CapKind.MONTH_END.value, _("Last value of the month before")),
    (CapKind.QUARTER_END.value, _("Last value of the quarter before")),
]


class InvoiceCap(TenantModel):
    """One version of the limit that a client signed for one payee, in force from `starts` until `ends` (not included).

    `rate` is an annual percentage as a fraction, `amount` a fixed sum a period in the account's currency; the lower
    one binds where both are given.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="invoice_caps", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("payee")
    )
    version = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=30, choices=CAP_KINDS)
    rate = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    starts = models.DateField()
    ends = models.DateField(null=True)
    signed_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    document_hash = models.CharField(max_length=64, help_text=_("SHA-256 of what the client signed"))
    agreed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )

    scoped_by = {**TenantModel.scoped_by, "payee": "practice_id"}

    class Meta(TenantModel.Meta):
        ordering = ["account", "practice", "version"]
        constraints = [
            ExclusionConstraint(
                name="cap_one_in_force",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("practice", RangeOperators.EQUAL),
                    (DateRange("starts", "ends", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(fields=["account", "practice", "version"], name="cap_version_once"),
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                name="cap_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _words in CAP_KINDS]), name="cap_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(rate__gt=0, rate__lte=1) | models.Q(rate__isnull=True, amount__gt=0),
                name="cap_has_a_figure",
            ),
            models.CheckConstraint(
                condition=models.Q(document_hash__regex="^[0-9a-f]{64}$") & ~models.Q(signed_name=""),
                name="cap_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"invoice cap {self.pk} version {self.version} of account {self.account_id}"


LIVE = (State.PENDING, State.PROCESSED)


class Rejection(models.TextChoices):
    """Why an invoice is not taken, or not paid in its night."""

    BAD_ACCOUNT = "bad_account", _("No such client account of yours")
    NO_MANAGER = "bad_money_manager", _("No such money manager of yours")
    BAD_AMOUNT = "bad_amount", _("The amount cannot be invoiced")
    NO_CAP = "no_cap", _("The client has signed no invoice limit for you")
    OVER_LIMIT = "over_limit", _("Over the limit")
    DUPLICATE = "duplicate_today", _("The client has an invoice for that day already")
    RESTRICTED = "account_restricted", _("The account is not open")
    FUNDS = "insufficient_funds", _("The account's cash does not cover it")
    NOT_APPROVED = "not_approved", _("Nobody else approved it in time")
    LOCKED = "period_locked", _("The billing of that month is closed")
    FEE_CAP = "fee_cap", _("The fees of the last year have reached their ceiling")


class InvoiceUpload(TenantModel):
    """A file of invoices as it was read; its accepted rows are the invoices that name it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    uploaded_at = models.DateTimeField()

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        ordering = ["-uploaded_at"]
        indexes = [models.Index(fields=["practice", "sha256"], name="upload_known")]

    def __str__(self) -> str:
        return self.name


class Invoice(SentLine):
    """Money a payee asks of one client for the night of `business_day`; `amount` in the account's base currency."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="invoices", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("payee")
    )
    reason = models.CharField(max_length=20, choices=Rejection, blank=True, default="")
    upload = models.ForeignKey(InvoiceUpload, on_delete=models.PROTECT, null=True, related_name="invoices")

    scoped_by = {**TenantModel.scoped_by, "payee": "practice_id"}

    class Meta(TenantModel.Meta):
        ordering = ["-business_day", "account_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "business_day"],
                condition=models.Q(state__in=LIVE),
                name="invoice_one_a_client_and_day",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="invoice_positive"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="invoice_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=State.PROCESSED, processed_on__isnull=False, run_id__isnull=False)
                | ~models.Q(state=State.PROCESSED),
                name="invoice_processed_in_a_night",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.REJECTED) | ~models.Q(reason=""), name="invoice_rejected_why"
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True, approved_at__isnull=True)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False)
                & ~models.Q(approved_by=models.F("submitted_by")),
                name="invoice_approved_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["account"], condition=models.Q(state=State.PENDING), name="invoice_waiting"),
            models.Index(fields=["practice", "business_day"], name="invoice_practice_day"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} of account {self.account_id} for {self.business_day}"
