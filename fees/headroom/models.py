"""What the rolling cap left of a fee when it was posted, with the windows that decided it."""

from django.db import models

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.posting.models import Charge


class Cut(TenantModel):
    """A charge of which only `taken` could be taken on `day`; `windows` are the lines of fees.engine.rolling_cap.

    Written once, with the posting; the charge keeps its amount and says in `forgone` what is not taken.
    """

    charge = models.OneToOneField(
        Charge, on_delete=models.PROTECT, primary_key=True, related_name="cut", db_constraint=False
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField()
    taken = models.DecimalField(max_digits=20, decimal_places=2)
    windows = models.TextField()
    run_id = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        db_table = "fees_cut"
        ordering = ["-day", "charge"]
        constraints = [models.CheckConstraint(condition=models.Q(taken__gte=0), name="cut_not_negative")]
        indexes = [models.Index(fields=["day"], name="cut_day")]

    def __str__(self) -> str:
        return f"{self.taken} of charge {self.charge_id}"
