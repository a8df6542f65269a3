"""Changes that an advisor asks for and that have no effect before the client agrees."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice


class ConsentKind(models.TextChoices):
    """What the client is asked to agree to."""

    STREAMLINED = "streamlined", _("Streamlined authority of the advisor")
    CLOSE = "close", _("Closing of the account")


class ConsentState(models.TextChoices):
    """Where it stands; the last four end it."""

    WAITING = "waiting", _("Awaiting Client")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class Consent(TenantModel):
    """One change that waits, or waited, for a client; `document` is the exact text that the client reads and signs.

    A streamlined authority is in force from the client's signature until `ended_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="consents", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=12, choices=ConsentKind)
    language = models.CharField(max_length=10)
    document = models.TextField()
    document_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ConsentState, default=ConsentState.WAITING)
    asked_by = models.BigIntegerField()
    asked_seat = models.BigIntegerField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    signed_name = models.CharField(max_length=200, blank=True)
    signed_address = models.CharField(max_length=45, blank=True)
    signed_agent = models.CharField(max_length=400, blank=True)
    signed_session = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the session key"))
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "id"], name="consent_firm_id"),
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=models.Q(state=ConsentState.WAITING),
                name="consent_one_waits",
            ),
            models.UniqueConstraint(
                fields=["account", "practice", "kind"],
                condition=models.Q(state=ConsentState.AGREED, kind=ConsentKind.STREAMLINED, ended_at=None),
                name="consent_one_authority",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ConsentState.WAITING, decided_at=None)
                | (~models.Q(state=ConsentState.WAITING) & models.Q(decided_at__isnull=False)),
                name="consent_end_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ConsentState.AGREED)
                | (~models.Q(signed_name="") & models.Q(decided_by__isnull=False)),
                name="consent_agreed_is_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(state=ConsentState.AGREED), name="consent_ends_once_agreed"
            ),
            models.CheckConstraint(
                condition=models.Q(document_hash__regex="^[0-9a-f]{64}$"), name="consent_names_document"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-asked_at"], name="consent_practice"),
            models.Index(fields=["expires_at"], condition=models.Q(state=ConsentState.WAITING), name="consent_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of account {self.account_id}"
