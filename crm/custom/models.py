"""Fields of contacts that a practice has made for itself: their names and choices are sealed as their values are."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.vault.sealed import SealedRow

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class Form(models.TextChoices):
    """What a field holds."""

    TEXT = "text", _("Text")
    NUMBER = "decimal", _("Number")
    DAY = "date", _("Date")
    CHOICE = "choice", _("One of a list")
    YES_NO = "yes_no", _("Yes or no")


class CustomField(SealedRow):
    """One field. What it holds never changes, so that no value is left that does not fit."""

    form = models.CharField(max_length=10, choices=Form)
    position = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    label_sealed = models.BinaryField()
    choices_sealed = models.BinaryField()
    default_sealed = models.BinaryField()

    sealed = ("label", "choices", "default")

    class Meta(SealedRow.Meta):
        constraints = [models.CheckConstraint(condition=Q(form__in=Form.values), name="custom_field_form_known")]
        indexes = [models.Index(fields=["practice", "position"], name="custom_field_order")]

    @classmethod
    def in_part(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """All of the practice's: they say what is asked, not what was answered."""
        return rows

    @property
    def key(self) -> str:
        """Under which a record holds its value."""
        return f"own_{self.pk.hex}"
