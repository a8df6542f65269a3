"""Webhooks of a practice: where they go, and every delivery with its answer."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm, Practice


class HookKind(models.TextChoices):
    """What a program can be told of."""

    EVENT = "event", _("Something happened at an account")
    REQUEST = "request", _("Something waits, or has ended waiting")
    NEWS = "notification", _("News of the practice")


# What only a person at the page sends: a try whether anybody listens.
PING = "ping"


class Hook(TenantModel):
    """One address. The secrets are sealed; the one before signs beside the present one until `previous_until`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=20), default=list)
    secret = models.CharField(max_length=300)
    previous_secret = models.CharField(max_length=300, blank=True)
    previous_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text=_("Tries that failed since the last that arrived"))
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "desk_hook"
        indexes = [models.Index(fields=["practice", "made_at"], name="hook_of_practice")]
        constraints = [
            models.UniqueConstraint(fields=["firm", "practice", "id"], name="hook_practice_id"),
            models.CheckConstraint(condition=~Q(kinds=[]), name="hook_tells_something"),
        ]

    def __str__(self) -> str:
        return self.name


class HookDelivery(TenantModel):
    """One message to one address, as it was and stays for ninety days; only how it went is written later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    hook = models.ForeignKey(Hook, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=20)
    body = models.TextField()
    replays = models.UUIDField(null=True)
    made_at = models.DateTimeField(db_default=models.functions.Now())
    due_at = models.DateTimeField(db_default=models.functions.Now())
    attempts = models.PositiveSmallIntegerField(db_default=0, default=0)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.CharField(max_length=500, blank=True, db_default="")
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "desk_hookdelivery"
        indexes = [
            models.Index(fields=["hook", "made_at", "id"], name="delivery_of_hook"),
            models.Index(F("due_at"), condition=Q(delivered_at=None, given_up_at=None), name="delivery_waits"),
            # Rows lie in the order in which they were made: the oldest are found, and there is next to nothing to keep.
            BrinIndex(fields=["made_at"], name="delivery_made"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at}"
