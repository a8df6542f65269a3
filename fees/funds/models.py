"""What clients' investments in hedge funds were worth: as the back office told it, or as a statement did."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.feed.models import AccountRow
from accounts.ground.tree.models import Account, Firm
from fees.engine.asked import LONGEST_NAME


class FundValue(AccountRow):
    """One investment on one day, in the account's base currency, as it was known from `recorded_at` on.

    A corrected figure is a later row. What a person left empty is not told, and the statement's figure counts; what is
    empty in a statement's row is not known. Rows of nights have a `run_id`, rows of people who told them.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    fund = models.CharField(max_length=LONGEST_NAME)
    day = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    put_in = models.DecimalField(max_digits=20, decimal_places=4, null=True, help_text=_("Put in on that day"))
    taken_out = models.DecimalField(max_digits=20, decimal_places=4, null=True, help_text=_("Taken out on that day"))
    source = models.CharField(max_length=200)
    run_id = models.BigIntegerField(null=True)
    recorded_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    recorded_at = models.DateTimeField(db_default=models.Func(function="clock_timestamp"))

    class Meta(AccountRow.Meta):
        db_table = "fees_fundvalue"
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "fund", "day", "recorded_at"], name="fundvalue_once"),
            models.CheckConstraint(
                condition=(models.Q(value__isnull=True) | models.Q(value__gte=0))
                & (models.Q(put_in__isnull=True) | models.Q(put_in__gte=0))
                & (models.Q(taken_out__isnull=True) | models.Q(taken_out__gte=0)),
                name="fundvalue_not_negative",
            ),
            models.CheckConstraint(condition=~models.Q(fund=""), name="fundvalue_named"),
            models.CheckConstraint(
                condition=models.Q(run_id__isnull=True) ^ models.Q(recorded_by__isnull=True),
                name="fundvalue_told_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} of account {self.account_id} on {self.day}"
