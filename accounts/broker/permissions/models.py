"""Requests for trading permissions: what an owner or a second-level advisor asks the level above for."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.restrictions.models import keyed_elsewhere
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Kind, Practice


class PermissionState(models.TextChoices):
    """Where a request stands; only one under review is alive."""

    REVIEW = "review", _("Under review")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class Objective(models.TextChoices):
    """What the account is for."""

    PRESERVATION = "preservation", _("Preservation of capital")
    INCOME = "income", _("Income")
    GROWTH = "growth", _("Growth")
    TRADING = "trading", _("Trading profits")
    HEDGING = "hedging", _("Hedging")


class PermissionRequest(TenantModel):
    """One request, with what was said of experience and objectives, and what was signed for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    node_kind = models.CharField(max_length=16, choices=Kind)
    wanted = ArrayField(models.CharField(max_length=30))
    objective = models.CharField(max_length=16, choices=Objective)
    experience = models.PositiveSmallIntegerField(help_text=_("Years of trading"))
    signed_name = models.CharField(max_length=200)
    document = models.TextField(help_text=_("The agreement as it was shown"))
    document_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=PermissionState, default=PermissionState.REVIEW)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state=PermissionState.REVIEW), name="one_permission_request"
            ),
            models.CheckConstraint(
                condition=models.Q(state=PermissionState.REVIEW, decided_at=None)
                | (~models.Q(state=PermissionState.REVIEW) & models.Q(decided_at__isnull=False)),
                name="permission_request_end_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "-asked_at"], name="permission_request_firm"),
            models.Index(fields=["practice", "-asked_at"], name="permission_request_prac"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"

    def is_overdue(self, at: datetime) -> bool:
        """Whether the review takes longer than is usual; that decides nothing."""
        return self.state == PermissionState.REVIEW and self.due_at <= at
