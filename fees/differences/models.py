"""What a night found to differ between what was signed, the schedule in force and what was billed."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class DifferenceReason(models.TextChoices):
    """In what a fee departs from its agreement."""

    WRONG_RATE = "wrong_rate", _("Wrong rate")
    STALE_SCHEDULE = "stale_schedule", _("Stale schedule")
    START_PRORATION = "start_proration", _("Missing proration at the start")
    EXIT_REFUND = "exit_refund", _("Missing refund at the exit")
    UNSIGNED_INCREASE = "unsigned_increase", _("Unsigned increase")
    MISSING_DAYS = "missing_days", _("Days that were not billed")


class Difference(TenantModel):
    """One difference, since the night that found it until the night that finds it no more.

    `subject` names what differs and is the same every night; `expected` and `found` are what the agreement and the
    books say, in words of money or rates that `detail` explains.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="differences", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("payee")
    )
    reason = models.CharField(max_length=20, choices=DifferenceReason)
    method = models.PositiveSmallIntegerField(null=True, help_text=_("Code of the engine's registry"))
    subject = models.CharField(max_length=100)
    day = models.DateField(help_text=_("Night that found it first"))
    currency = models.CharField(max_length=3)
    expected = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    found = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    detail = models.JSONField(default=dict)
    ended_on = models.DateField(null=True, help_text=_("Night that found it no more"))

    class Meta(TenantModel.Meta):
        db_table = "fees_difference"
        ordering = ["-day", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "practice", "reason", "subject"], name="difference_once"),
            models.CheckConstraint(
                condition=models.Q(reason__in=DifferenceReason.values), name="difference_reason_known"
            ),
        ]
        indexes = [
            models.Index(fields=["account"], condition=models.Q(ended_on=None), name="difference_open"),
            models.Index(fields=["firm", "-day"], name="difference_firm_day"),
        ]

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """It is settled between the house and the payee; the client reads what was charged and why."""
        return rows if who.is_advisor else rows.none()

    def __str__(self) -> str:
        return f"{self.reason} of account {self.account_id}: {self.subject}"
