"""Exchange closings, seeded from the NYSE calendar; the back office may override a single day."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A weekday on which the exchange is closed, or a day on which an override says otherwise."""

    day = models.DateField(primary_key=True)
    is_business = models.BooleanField(default=False)
    name = models.CharField(max_length=120)
    is_override = models.BooleanField(default=False, help_text=_("Set by hand, for example an emergency closure"))
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
