"""What an advisor gives back to a client of the fees it received."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Practice
from fees.sending.models import SentLine, State


class Refusal(models.TextChoices):
    """Why a reimbursement is not taken, or not paid in its night."""

    BAD_ACCOUNT = "bad_account", _("No such client account of yours")
    BAD_AMOUNT = "bad_amount", _("The amount cannot be paid back")
    CLOSED = "account_restricted", _("The account is not open")
    OVER_HALF = "over_50pct", _("Over half of the fees of the last twelve months")
    NOT_APPROVED = "not_approved", _("Nobody else approved it in time")
    LOCKED = "period_locked", _("The billing of that month is closed")
    FUNDS = "insufficient_master_funds", _("The advisor's account does not cover it")


class Reimbursement(SentLine):
    """Money a payee gives back to one client in the night of `business_day`; in the account's base currency."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="reimbursements", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("paid by")
    )
    reason = models.CharField(max_length=26, choices=Refusal, blank=True, default="")

    class Meta(TenantModel.Meta):
        ordering = ["-business_day", "account_id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="reimbursement_positive"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="reimbursement_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=State.PROCESSED, processed_on__isnull=False, run_id__isnull=False)
                | ~models.Q(state=State.PROCESSED),
                name="reimbursement_processed_in_a_night",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.REJECTED) | ~models.Q(reason=""), name="reimbursement_rejected_why"
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True, approved_at__isnull=True)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False)
                & ~models.Q(approved_by=models.F("submitted_by")),
                name="reimbursement_approved_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["practice"], condition=models.Q(state=State.PENDING), name="reimbursement_waiting"),
            models.Index(fields=["account", "business_day"], name="reimbursement_account_day"),
            models.Index(fields=["practice", "business_day"], name="reimbursement_practice_day"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} to account {self.account_id} for {self.business_day}"
