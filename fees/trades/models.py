"""What was charged for each execution: once for each payee in a currency, whatever comes again in a later statement."""

from django.db import models

from accounts.broker.activity.models import Trade
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.posting.models import Charge
from fees.schedules.models import Component


class TradeFee(TenantModel):
    """One execution under one payee's schedule, also where it costs nothing; `exact` may be below zero.

    The rows of a charge add up to it. Written once with their charge.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="trade_fees", db_constraint=False)
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    currency = models.CharField(max_length=3, default="", db_default="")
    outcome = models.CharField(max_length=12)
    exact = models.DecimalField(max_digits=24, decimal_places=8)

    class Meta(TenantModel.Meta):
        db_table = "fees_tradefee"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["trade", "practice", "currency"], name="tradefee_once")]

    def __str__(self) -> str:
        return f"trade {self.trade_id}: {self.exact}"
