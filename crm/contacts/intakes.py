"""Files of contacts that somebody brings in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.vault.sealed import SealedRow


class IntakeState(models.TextChoices):
    """How far a file of contacts is."""

    WAITING = "waiting", _("Not imported yet")
    TAKEN = "taken", _("Imported")
    UNDONE = "undone", _("Undone")


class Intake(SealedRow):
    """A file of contacts: what it holds is sealed, how many rows became what is not."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=IntakeState, default=IntakeState.WAITING)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    created = models.PositiveIntegerField(default=0)
    filled = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    content_sealed = models.BinaryField()

    sealed = ("content",)

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=IntakeState.values), name="intake_state_known"),
            models.UniqueConstraint(fields=["firm", "practice", "id"], name="intake_practice_id"),
        ]
        indexes = [models.Index(fields=["practice", "-at"], name="intake_youngest")]


class Placing(SealedRow):
    """Where the practice puts columns that no import knows: by the column's name, sealed."""

    changed_at = models.DateTimeField()
    columns_sealed = models.BinaryField()

    sealed = ("columns",)

    class Meta(SealedRow.Meta):
        constraints = [models.UniqueConstraint(fields=["practice"], name="placing_one_a_practice")]
