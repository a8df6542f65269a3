"""What a period earned for one account and fee: what the next period's carried losses are worked out from."""

from django.db import models

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.posting.models import Charge
from fees.schedules.models import Component


def _amount() -> models.DecimalField:
    return models.DecimalField(max_digits=24, decimal_places=8)


class PeriodResult(TenantModel):
    """The result behind a fee on profit, also behind one that came to nothing. Written once with its charge.

    `period` numbers the years or quarters; `revision` says which adjustment of the fee it stands behind (0: none);
    `carried` are the losses that go on, oldest first: [period, amount in text].
    """

    charge = models.OneToOneField(
        Charge, on_delete=models.PROTECT, primary_key=True, related_name="result", db_constraint=False
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    method = models.PositiveSmallIntegerField()
    period = models.IntegerField()
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    profit = _amount()
    recovered = _amount()
    chargeable = _amount()
    surplus = _amount()
    withdrawn = models.DecimalField(max_digits=12, decimal_places=10)
    carried = models.JSONField(default=list)
    revision = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta(TenantModel.Meta):
        db_table = "fees_periodresult"
        ordering = ["account", "practice", "method", "period", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "practice", "method", "period", "revision"], name="periodresult_once"
            ),
            models.CheckConstraint(
                condition=models.Q(recovered__gte=0, chargeable__gte=0, surplus__gte=0, withdrawn__gte=0)
                & models.Q(withdrawn__lte=1),
                name="periodresult_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"period {self.period} of account {self.account_id}"
