"""The broker's charges that an advisor offered to pay for a client: who paid each, and what decided it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.activity.models import CashLine, Trade
from accounts.broker.allocation.models import Block
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.engine.payer import Payer


class ChargeKind(models.TextChoices):
    """What the broker charged for."""

    COMMISSION = "commission", _("Commission")
    OTHER = "other", _("Other fee of the broker")
    ALLOCATION = "allocation", _("Allocation minimum")


class BorneCharge(TenantModel):
    """One charge of the broker that the advisor offered to pay.  Decided once, in the night of `day`.

    It is of a trade's commission, a line of fees, or what an allocation of a block came to for the account; `worked`
    then says what its minimum was made from.  `revision` 0 is what the broker charged first; each later one is what
    its correction changed, below zero where that goes back to whoever had paid.

    `balance` is what the advisor's account had before it, in that account's `master_currency`, and `usd_rate` what
    turned that into USD; either is empty where nothing told it, and then the client paid.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("advisor")
    )
    kind = models.CharField(max_length=10, choices=ChargeKind)
    trade = models.ForeignKey(
        Trade, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    line = models.ForeignKey(
        CashLine, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    block = models.ForeignKey(
        Block, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    revision = models.PositiveSmallIntegerField(default=0, db_default=0)
    worked = models.JSONField(null=True)
    description = models.CharField(max_length=200, blank=True)
    charged_on = models.DateField(help_text=_("The broker's day"))
    day = models.DateField(help_text=_("The night that decided"))
    place = models.PositiveIntegerField(help_text=_("Its place among the night's charges of the advisor"))
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    payer = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Payer])
    balance = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    master_currency = models.CharField(max_length=3)
    usd_rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    rate = models.DecimalField(
        max_digits=20, decimal_places=10, null=True, help_text=_("From the charge's currency into the advisor's")
    )
    run_id = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        db_table = "fees_bornecharge"
        ordering = ["-day", "place"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0) | models.Q(amount__lt=0, revision__gt=0), name="bornecharge_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(trade__isnull=False, line=None, block=None)
                | models.Q(trade=None, line__isnull=False, block=None)
                | models.Q(trade=None, line=None, block__isnull=False, worked__isnull=False),
                name="bornecharge_of_one",
            ),
            models.UniqueConstraint(fields=["trade", "revision"], name="bornecharge_of_trade"),
            models.UniqueConstraint(fields=["line", "revision"], name="bornecharge_of_line"),
            models.UniqueConstraint(fields=["block", "account", "revision"], name="bornecharge_of_allocation"),
            models.CheckConstraint(
                condition=models.Q(payer__in=[one.value for one in Payer]), name="bornecharge_payer"
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "-day", "id"], name="bornecharge_firm_day"),
            models.Index(fields=["practice", "-day", "id"], name="bornecharge_practice_day"),
            models.Index(fields=["account", "-day", "id"], name="bornecharge_account_day"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} of account {self.account_id} paid by the {self.payer}"
