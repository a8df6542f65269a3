"""The networks from which a user may work; without any that is in force, from anywhere."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.people.models import Seat, User
from accounts.ground.tree.models import Firm


class State(models.TextChoices):
    """How far an address has come."""

    PENDING = "pending", _("Pending")
    SCHEDULED = "scheduled", _("Scheduled")
    ACTIVE = "active", _("Active")
    REMOVED = "removed", _("Removed")


class AddressRule(models.Model):
    """One network of one user. It is confirmed, and begins and ends at a nightly restart; it is never changed."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="addresses", db_constraint=False)
    network = models.CharField(max_length=43)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    wrong_numbers = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        ordering = ["seat", "added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "network"], condition=models.Q(removed_at=None), name="address_once_a_user"
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at=None, ends_at=None)
                | models.Q(removed_at__isnull=False, ends_at__isnull=False),
                name="address_removed_ends",
            ),
        ]
        indexes = [models.Index(fields=["seat"], name="address_seat")]

    def __str__(self) -> str:
        return self.network

    def state(self, at: datetime) -> State:
        """What it is at an instant; one that was removed holds until it ends."""
        if self.ends_at is not None and self.ends_at <= at:
            return State.REMOVED
        if self.starts_at is None:
            return State.PENDING
        return State.SCHEDULED if at < self.starts_at else State.ACTIVE
