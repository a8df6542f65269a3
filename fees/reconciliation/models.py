"""Who looks after a difference, and what is known about it; each word is kept, the latest counts."""

from django.db import models

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm


class BreakNote(TenantModel):
    """One word about one difference, which is named by its kind and what it is about."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=200)
    owner_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()

    scoped_by = {"firm": "firm_id"}

    class Meta(TenantModel.Meta):
        db_table = "fees_breaknote"
        indexes = [models.Index(fields=["kind", "reference", "-id"], name="breaknote_latest")]
