"""Things that wait for someone: what feeds Pending Items and, when finished, Recent Activity."""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class RequestKind(models.TextChoices):
    """What is being waited for."""

    STATEMENT = "statement", _("Statement")
    SEAL = "seal", _("Seal of a day")
    APPLICATION = "application", _("Client Account Application")
    CLIENT_APPROVAL = "client_approval", _("Client Approval")
    FUNDING = "funding", _("Funding")
    AUTHORIZATION = "authorization", _("Request Authorization")
    LINKAGE = "linkage", _("Client Linkage Request")
    TRADING_PERMISSION = "trading_permission", _("Trading Permission")
    ALLOCATION = "allocation", _("Allocation Break")
    INSTRUCTION = "instruction", _("Instruction to the Broker")
    BILLING = "billing", _("Agreement to Bill")
    INQUIRY = "inquiry", _("Inquiry")
    HOUSE_INQUIRY = "house_inquiry", _("Inquiry of the Back Office")
    MAILBOX = "mailbox", _("Mailbox")


class RequestStatus(models.TextChoices):
    """Where a request stands; the last four end it."""

    INCOMPLETE = "incomplete", _("Incomplete")
    AWAITING_CLIENT = "awaiting_client", _("Awaiting Client")
    AWAITING_ADVISOR = "awaiting_advisor", _("Awaiting Advisor")
    AWAITING_BROKER = "awaiting_broker", _("Awaiting Broker")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


FINAL = (RequestStatus.APPROVED, RequestStatus.REJECTED, RequestStatus.EXPIRED, RequestStatus.CANCELLED)


class Request(TenantModel):
    """One thing that waits: for whom, since when, about which account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="requests")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="requests")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="requests")
    kind = models.CharField(max_length=20, choices=RequestKind)
    status = models.CharField(max_length=20, choices=RequestStatus)
    title = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    natural_key = models.CharField(max_length=200, help_text=_("Makes asking twice one request"))
    day = models.DateField()
    created_at = models.DateTimeField(db_default=models.functions.Now())
    finished_at = models.DateTimeField(null=True)

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """What asks for approval is there for those who may give it, and for nobody else."""
        return rows.exclude(kind=RequestKind.AUTHORIZATION) | cls.unscoped.filter(
            kind=RequestKind.AUTHORIZATION,
            pk__in=models.expressions.RawSQL("SELECT app_duties()", ()),
        )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "kind", "natural_key"], name="request_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=FINAL, finished_at__isnull=False)
                | (~models.Q(status__in=FINAL) & models.Q(finished_at__isnull=True)),
                name="request_finished_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "day"], condition=models.Q(finished_at=None), name="request_open_firm"),
            models.Index(fields=["practice", "day"], condition=models.Q(finished_at=None), name="request_open_prac"),
            models.Index(fields=["firm", "finished_at"], name="request_finished"),
        ]
