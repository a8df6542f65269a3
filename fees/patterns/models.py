"""Fee templates: terms that a practice keeps for its clients.  Whoever is given one keeps a copy of its own."""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm, Practice
from fees.invoicing.models import CAP_KINDS
from fees.schedules.models import Strategy

if TYPE_CHECKING:
    from accounts.ground.access.context import Who

LONGEST_NAME = 50


class FeeTemplate(TenantModel):
    """One set of terms under a name; `version` counts its changes, so that nobody writes over what was not read.

    `is_first` is the one that every practice begins with and keeps; `is_default` the one that new clients begin with.
    A template that was deleted keeps its row, because proposals say where they came from.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=LONGEST_NAME)
    version = models.PositiveIntegerField(default=1)
    is_first = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    strategy = models.CharField(max_length=10, choices=Strategy, default=Strategy.NONE)
    components = models.JSONField(default=list)
    commissions_to_master = models.BooleanField(default=False)
    other_fees_to_master = models.BooleanField(default=False)
    cap_kind = models.CharField(max_length=30, choices=CAP_KINDS, blank=True)
    cap_rate = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    changed_at = models.DateTimeField(db_default=models.functions.Now())
    changed_by = models.BigIntegerField(null=True)
    deleted_at = models.DateTimeField(null=True)

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        db_table = "fees_template"
        ordering = ["name"]
        verbose_name = _("fee template")
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], condition=models.Q(deleted_at=None), name="template_name_once"
            ),
            models.UniqueConstraint(
                fields=["practice"], condition=models.Q(is_default=True), name="template_one_default"
            ),
            models.UniqueConstraint(fields=["practice"], condition=models.Q(is_first=True), name="template_one_first"),
            models.CheckConstraint(
                condition=models.Q(deleted_at=None) | models.Q(is_first=False, is_default=False),
                name="template_kept_is_not_deleted",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="template_named"),
            models.CheckConstraint(condition=models.Q(strategy__in=Strategy.values), name="template_strategy_known"),
        ]

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """A practice's own business: the level above does not look into it."""
        return rows.filter(practice_id=who.practice_id)

    def __str__(self) -> str:
        return self.name
