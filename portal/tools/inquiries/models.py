"""Queries of client data under a name: their maker's alone, or shared with the practice."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm, Practice

KINDS = [
    ("performance", _("Performance")),
    ("symbol", _("Symbol")),
    ("volume", _("Volume")),
    ("attributes", _("Attributes")),
]


class SavedQuery(TenantModel):
    """Criteria as an address holds them; whoever runs it gets what they may see themselves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    user_id = models.BigIntegerField()
    seat_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=KINDS)
    criteria = models.CharField(max_length=1000)
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "tools_savedquery"
        constraints = [
            models.UniqueConstraint(fields=["user_id", "seat_id", "name"], name="query_name_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[key for key, _words in KINDS]), name="query_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(is_shared=False) | models.Q(practice__isnull=False), name="query_shared_in_practice"
            ),
        ]
        indexes = [models.Index(fields=["practice", "name"], name="query_of_practice")]

    def __str__(self) -> str:
        return self.name
