"""Files of contacts that somebody brings in."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.vault.sealed import SealedRow


class IntakeState(models.TextChoices):
    """How far a file of contacts is."""

    WAITING = "waiting", _("Not imported yet")
    TAKING = "taking", _("Being imported")
    TAKEN = "taken", _("Imported")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class Policy(models.TextChoices):
    """What is done with somebody whom the book has already."""

    SKIP = "skip", _("Leave as they are")
    FILL = "fill", _("Fill their empty fields from the file")
    UPDATE = "update", _("Write over the chosen fields from the file")


class Intake(SealedRow):
    """A file of contacts: what it holds is sealed, how many rows became what is not.

    It is taken slice by slice: `outcomes` has a letter for each row that is done, so its length is how far it has come.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=IntakeState, default=IntakeState.WAITING)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    created = models.PositiveIntegerField(default=0)
    filled = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    policy = models.CharField(max_length=10, choices=Policy, default=Policy.SKIP)
    # The fields that are written over, by their keys.
    chosen = ArrayField(models.CharField(max_length=60), default=list)
    outcomes = models.TextField(default="")
    content_sealed = models.BinaryField()

    sealed = ("content",)

    @property
    def done(self) -> int:
        """How many of its rows have become something."""
        return len(self.outcomes)

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=IntakeState.values), name="intake_state_known"),
            models.CheckConstraint(condition=Q(policy__in=Policy.values), name="intake_policy_known"),
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
