"""What a practice demands of its own billing: from which amount on a second person approves, and months that it closed.

The lines themselves, invoices and reimbursements, say whether they need approval and who gave it.
"""

import uuid
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm, Practice


class BillingRule(TenantModel):
    """From `threshold` on, in the account's currency, an invoice or a reimbursement needs a second person.

    A milder one holds for business days from `holds_from` on, and `former` until then: nobody lets their own through
    before everybody else who may set fees had a day to object.
    """

    practice = models.OneToOneField(
        Practice, on_delete=models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    threshold = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    former = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    holds_from = models.DateField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.BigIntegerField()

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(threshold__isnull=True) | models.Q(threshold__gt=0),
                name="billing_threshold_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(former__isnull=True, holds_from__isnull=True)
                | models.Q(former__gt=0, holds_from__isnull=False),
                name="billing_threshold_former",
            ),
        ]

    def on(self, day: date) -> Decimal | None:
        """From which amount on a line of that business day needs a second person; None where none does."""
        return self.former if self.holds_from and day < self.holds_from else self.threshold

    def __str__(self) -> str:
        return f"billing rule of practice {self.practice_id}: {self.threshold}"


class BillingLock(TenantModel):
    """A month that a practice has looked through and closed: `figures` are its sums by currency as they were then.

    While it stands nothing is invoiced or given back for its days; another person of the practice may open it again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    month = models.DateField(help_text=_("Its first day"))
    figures = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True, help_text=_("Why it was closed although something was open"))
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "month"], condition=models.Q(opened_at=None), name="billing_lock_once"
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="billing_lock_month"),
            models.CheckConstraint(
                condition=models.Q(opened_at__isnull=True, opened_by__isnull=True)
                | models.Q(opened_at__isnull=False, opened_by__isnull=False)
                & ~models.Q(opened_by=models.F("locked_by")),
                name="billing_lock_opened_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"billing of {self.month:%Y-%m} of practice {self.practice_id}"
