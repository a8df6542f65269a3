"""The columns that invoices and reimbursements share: a line of money that somebody sends for one night."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice


class State(models.TextChoices):
    """Where a line stands; the last three end it."""

    PENDING = "pending", _("Pending")
    PROCESSED = "processed", _("Processed")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")


class SentLine(TenantModel):
    """Money between a practice and one client for the night of `business_day`, in the account's base currency.

    Each kind has an `account`, a `practice` and a `reason` of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    memo = models.CharField(max_length=255, blank=True)
    business_day = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    needs_approval = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    # Whoever else gave it another amount or memo, kept by the database: none of them is its second person.
    touched_by = ArrayField(models.BigIntegerField(), default=list, editable=False)
    changed_at = models.DateTimeField(null=True)
    processed_on = models.DateField(null=True)
    run_id = models.BigIntegerField(null=True)

    account: "models.ForeignKey[Account, Account]"
    practice: "models.ForeignKey[Practice, Practice]"
    account_id: int
    practice_id: int

    class Meta(TenantModel.Meta):
        abstract = True
