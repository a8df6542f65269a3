"""Trading restrictions: what may not be traded in an account and everything below it, set by whom and until when."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.instruments.rules import COUNTRY_PATTERN, Asset, Side
from accounts.ground.access.managers import TenantModel
from accounts.ground.people.models import Role
from accounts.ground.tree.models import Account, Firm, Kind, Practice

MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)


def keyed_elsewhere(target: object, **more: object) -> models.ForeignKey:
    """A key that a composite one in SQL already holds to its firm."""
    fields = {"on_delete": models.PROTECT, "db_constraint": False, "db_index": False, "related_name": "+", **more}
    return models.ForeignKey(target, **fields)  # type: ignore[arg-type]


class Effect(models.TextChoices):
    """What a restriction does."""

    BLOCK = "block", _("Block")


class Restriction(TenantModel):
    """One rule on one node of the tree; an empty part of the match stands for everything.

    It holds for the node and for all below it. `practice` is that of a master's node, so that "below" is one lookup.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    account = keyed_elsewhere(Account)
    node_kind = models.CharField(max_length=16, choices=Kind)
    practice = keyed_elsewhere(Practice, null=True)
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.BLOCK)
    asset = models.CharField(max_length=10, choices=Asset, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    side = models.CharField(max_length=5, choices=Side, blank=True)
    reason = models.CharField(max_length=300)
    starts = models.DateField()
    ends = models.DateField(null=True, help_text=_("First day on which it no longer holds"))
    set_by = models.CharField(max_length=10, choices=Role, help_text=_("The role of its author"))
    author = keyed_elsewhere("accounts.User", null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    ended_by = keyed_elsewhere("accounts.User", null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                name="restriction_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(node_kind__in=MASTERS, practice__isnull=False)
                | (~models.Q(node_kind__in=MASTERS) & models.Q(practice__isnull=True)),
                name="restriction_practice_of_master",
            ),
            models.CheckConstraint(
                condition=models.Q(country="") | models.Q(country__regex=COUNTRY_PATTERN),
                name="restriction_country_shape",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="restriction_has_reason"),
            models.CheckConstraint(condition=models.Q(side__in=["", *Side.values]), name="restriction_side_known"),
        ]
        indexes = [
            models.Index(fields=["account"], name="restriction_account"),
            models.Index(fields=["firm", "-starts", "id"], name="restriction_firm"),
        ]

    def __str__(self) -> str:
        return f"restriction {self.pk} on {self.account_id}"
