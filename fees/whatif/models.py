"""What a what-if has found, account by account: its owner's alone, and kept for a while."""

from django.db import models

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm


class WhatIfLine(TenantModel):
    """One account under the terms that were tried: billed before, billed after, or why neither can be said.

    `trial_id` is the job that worked it out, `sending_id` the job that proposes the terms to the account, `answer` what
    became of that.
    """

    pk = models.CompositePrimaryKey("trial_id", "account_id")
    trial_id = models.UUIDField()
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    user_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    since = models.DateField(null=True)
    before = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    after = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    change = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    band = models.CharField(max_length=10, blank=True, default="")
    problem = models.CharField(max_length=20, blank=True, default="")
    sending_id = models.UUIDField(null=True)
    answer = models.CharField(max_length=20, blank=True, default="")
    detail = models.CharField(max_length=300, blank=True, default="")

    scoped_by = {"firm": "firm_id", "practice": "account__practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        db_table = "fees_whatifline"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(change=models.F("after") - models.F("before")), name="whatifline_change"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trial_id}: account {self.account_id} {self.change} {self.currency}"
