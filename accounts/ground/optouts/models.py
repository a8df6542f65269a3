"""Who has chosen to work without a second proof, wholly or outside the portal, on what text and until when."""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.people.models import User


class Extent(models.TextChoices):
    """How far somebody does without a second proof."""

    FULL = "full", _("Everywhere")
    PARTIAL = "partial", _("Outside the portal")


class OptOut(models.Model):
    """One signed choice; it ends by itself, and only its end is ever written. A partial one keeps our door."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    extent = models.CharField(max_length=10, choices=Extent)
    language = models.CharField(max_length=10)
    document = models.TextField(help_text=_("The acknowledgement as it was shown"))
    document_hash = models.CharField(max_length=64)
    version = models.CharField(max_length=10)
    signed_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    signed_address = models.CharField(max_length=45, blank=True)
    signed_agent = models.CharField(max_length=400, blank=True)
    signed_session = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(ended_at=None), name="opt_out_once"),
            models.CheckConstraint(condition=models.Q(extent__in=Extent.values), name="opt_out_extent"),
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("signed_at")), name="opt_out_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.extent}"

    def holds_at(self, at: datetime) -> bool:
        """Whether it is still what the person has chosen."""
        return self.ended_at is None and self.signed_at <= at < self.expires_at
