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
    """Where a request stands: the first three are alive, and only a signed one is decided."""

    REQUESTED = "requested", _("Requested")
    AGREEMENT = "agreement", _("Awaiting agreement")
    REVIEW = "review", _("Under review")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


UNSIGNED = (PermissionState.REQUESTED, PermissionState.AGREEMENT)
LIVING = (*UNSIGNED, PermissionState.REVIEW)


class Objective(models.TextChoices):
    """What the account is for."""

    PRESERVATION = "preservation", _("Preservation of capital")
    INCOME = "income", _("Income")
    GROWTH = "growth", _("Growth")
    TRADING = "trading", _("Trading profits")
    HEDGING = "hedging", _("Hedging")


def _worth() -> models.DecimalField:
    """What its owner has said of the account's means, in its base currency."""
    return models.DecimalField(max_digits=15, decimal_places=2, null=True)


class PermissionRequest(TenantModel):
    """One request: what was ticked, then experience and objectives with the agreement made of them, then the signature
    under exactly that text, and the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    node_kind = models.CharField(max_length=16, choices=Kind)
    wanted = ArrayField(models.CharField(max_length=30))
    objective = models.CharField(max_length=16, choices=Objective, blank=True)
    experience = models.PositiveSmallIntegerField(null=True, help_text=_("Years of trading"))
    income, net_worth, liquid_worth = _worth(), _worth(), _worth()
    language = models.CharField(max_length=10, default="en")
    document = models.TextField(blank=True, help_text=_("The agreement as it was shown"))
    document_hash = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=PermissionState, default=PermissionState.REQUESTED)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    signed_name = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.BigIntegerField(null=True)
    signed_address = models.CharField(max_length=45, blank=True)
    signed_agent = models.CharField(max_length=400, blank=True)
    signed_session = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the session key"))
    due_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state__in=LIVING), name="one_permission_request"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=LIVING, decided_at=None)
                | (~models.Q(state__in=LIVING) & models.Q(decided_at__isnull=False)),
                name="permission_request_end_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state=PermissionState.REQUESTED)
                | ~models.Q(experience=None)
                | models.Q(state__in=[PermissionState.CANCELLED, PermissionState.EXPIRED]),
                name="permission_request_has_facts",
            ),
            models.CheckConstraint(
                condition=models.Q(income__gte=0, liquid_worth__gte=0, liquid_worth__lte=models.F("net_worth"))
                | models.Q(income=None, net_worth=None, liquid_worth=None),
                name="permission_request_means",
            ),
            models.CheckConstraint(
                condition=models.Q(signed_at=None, signed_by=None, due_at=None)
                & ~models.Q(state__in=[PermissionState.REVIEW, PermissionState.APPROVED, PermissionState.DECLINED])
                | ~models.Q(state__in=UNSIGNED)
                & ~models.Q(signed_at=None)
                & ~models.Q(signed_by=None)
                & ~models.Q(due_at=None)
                & ~models.Q(signed_name="")
                & models.Q(document_hash__regex="^[0-9a-f]{64}$"),
                name="permission_request_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "-asked_at"], name="permission_request_firm"),
            models.Index(fields=["practice", "-asked_at"], name="permission_request_prac"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"

    @property
    def is_unsigned(self) -> bool:
        """Whether the owner still has to go on with it."""
        return self.state in UNSIGNED

    def is_overdue(self, at: datetime) -> bool:
        """Whether the review takes longer than is usual; that decides nothing."""
        return self.state == PermissionState.REVIEW and self.due_at is not None and self.due_at <= at
