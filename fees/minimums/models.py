"""What an advisor chose about the broker's least commissions of allocations: its commission plan, and who pays."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.engine.allocation_minimum import Plan
from fees.engine.payer import Payer

PLANS = [(Plan.TIERED.value, _("Tiered")), (Plan.FIXED.value, _("Fixed"))]
PAYERS = [(Payer.CLIENT.value, _("Client")), (Payer.MASTER.value, _("Advisor"))]


class MinimumChoice(TenantModel):
    """From `starts` on: for all clients of a practice its plan and who pays, or for one client who pays.

    A client's own choice goes before that for all; an empty payer takes it back.  Chosen anew, never edited.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    plan = models.CharField(max_length=6, choices=PLANS, blank=True)
    payer = models.CharField(max_length=6, choices=PAYERS, blank=True)
    starts = models.DateField()
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        db_table = "fees_minimumchoice"
        constraints = [
            models.CheckConstraint(
                condition=Q(account=None, plan__in=[one.value for one in Plan], payer__in=[one.value for one in Payer])
                | Q(account__isnull=False, plan="", payer__in=["", *(one.value for one in Payer)]),
                name="minimumchoice_says_enough",
            )
        ]
        indexes = [models.Index(fields=["practice", "account", "-starts", "-id"], name="minimumchoice_latest")]

    def __str__(self) -> str:
        return f"{self.plan or self.account_id} {self.payer} from {self.starts}"
