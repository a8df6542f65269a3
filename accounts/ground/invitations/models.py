"""The invitation by which a new user comes in: a single-use link that expires."""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.people.models import Seat, User
from accounts.ground.tree.models import Firm


class InvitationState(models.TextChoices):
    """How far an invited person has come."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    OPENED = "opened", _("Opened")
    STARTED = "started", _("Started")
    SUBMITTED = "submitted", _("Submitted")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


ON_THE_WAY = (InvitationState.SENT, InvitationState.OPENED, InvitationState.STARTED)


class Invitation(TenantModel):
    """One invited seat. Only the hash of the link is kept; sending it again replaces it, and the old link dies."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    seat = models.OneToOneField(Seat, on_delete=models.PROTECT, related_name="invitation")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=InvitationState, default=InvitationState.DRAFT)
    link_hash = models.CharField(max_length=64, null=True, unique=True, help_text="SHA-256 of the link's secret")
    times_sent = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    scoped_by = {"firm": "firm_id", "practice": "seat__practice_id"}

    def state_at(self, at: datetime) -> str:
        """The state with the passing of time in it: a link that nobody used in time is expired."""
        is_late = self.state in ON_THE_WAY and self.expires_at is not None and self.expires_at <= at
        return InvitationState.EXPIRED if is_late else self.state
