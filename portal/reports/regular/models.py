"""Reports that are made again and again: what was asked for, how often, and up to which day it was made."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm
from portal.lib.periods import Frequency
from portal.reports.wishes import FREQUENCIES, Wish


class RegularReport(TenantModel):
    """A person's own; made in their name and seat, with what they may see on the day.

    `query` and `form` are those of a report's job; `made_for` is the day whose coming was answered last.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    user_id = models.BigIntegerField()
    seat_id = models.BigIntegerField()
    query = models.CharField(max_length=2000)
    form = models.CharField(max_length=4)
    frequency = models.CharField(_("How often"), max_length=10, choices=list(FREQUENCIES.items()))
    made_for = models.DateField()
    saved_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "portal_regularreport"
        constraints = [
            models.UniqueConstraint(fields=["user_id", "seat_id", "query", "form", "frequency"], name="regular_once"),
            models.CheckConstraint(
                condition=models.Q(frequency__in=[one.value for one in Frequency]), name="regular_frequency_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.frequency} {self.query}"

    @property
    def wish(self) -> Wish:
        return Wish.at(self.query)
