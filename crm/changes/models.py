"""Changes of several contacts at once: what was done is clear, what stood there before is sealed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.vault.sealed import SealedRow


class Deed(models.TextChoices):
    """What was done."""

    ADD = "add", _("Put into a group")
    REMOVE = "remove", _("Taken out of a group")
    OWNER = "owner", _("Given to somebody to keep")
    STATE = "state", _("Said what they are")
    TRASH = "trash", _("Thrown away")
    MERGE = "merge", _("Made one of two")


class Change(SealedRow):
    """One change with what stood there before, so that it can be undone within thirty days."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deed = models.CharField(max_length=10, choices=Deed)
    count = models.PositiveIntegerField()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    before_sealed = models.BinaryField()

    sealed = ("before",)

    class Meta(SealedRow.Meta):
        constraints = [models.CheckConstraint(condition=Q(deed__in=Deed.values), name="change_deed_known")]
        indexes = [models.Index(fields=["practice", "-at"], name="change_youngest")]
