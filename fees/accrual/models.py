"""The night's hot rows: a line per component and day, and the rollup that dashboards read."""

from django.db import models

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm, Practice


class Accrual(TenantModel):
    """What one component made of one day. Monthly partitions; no foreign keys, no secondary index, never changed.

    Everything that a foreign key would check, the night checks set-based when the stage is done.
    """

    pk = models.CompositePrimaryKey("accrual_date", "account_id", "component_id")
    account_id = models.BigIntegerField()
    accrual_date = models.DateField()
    component_id = models.IntegerField()
    run_id = models.IntegerField()
    method = models.SmallIntegerField()
    base = models.DecimalField(max_digits=20, decimal_places=4)
    rate = models.DecimalField(max_digits=9, decimal_places=6)
    amount = models.DecimalField(max_digits=20, decimal_places=8)

    scoped_by = {"account": "account_id"}

    class Meta(TenantModel.Meta):
        db_table = "fees_accrual"

    def __str__(self) -> str:
        return f"{self.accrual_date} account {self.account_id} component {self.component_id}"


class AdviserDaily(TenantModel):
    """A practice's book on one day in the firm's base currency; the top practice's row is the whole firm.

    `accrued` is what every payee earns on the book, `own_accrued` what the practice itself does: a second level is told
    the latter only, because the difference is what the level above earns. Null on days before it was kept.
    `complete` is false where a value or an exchange rate was missing, so that no return is drawn from a gap.
    """

    pk = models.CompositePrimaryKey("practice_id", "day")
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField()
    currency = models.CharField(max_length=3)
    accounts = models.IntegerField()
    nlv = models.DecimalField(max_digits=24, decimal_places=4)
    flow = models.DecimalField(max_digits=24, decimal_places=4)
    accrued = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    own_accrued = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    complete = models.BooleanField()

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        db_table = "fees_adviserdaily"
        verbose_name_plural = "adviser daily"

    def __str__(self) -> str:
        return f"practice {self.practice_id} on {self.day}"
