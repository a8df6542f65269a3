"""The fee of one period as a row: what it came to, what it was made from, and how far it has got."""

from decimal import Decimal

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.engine.registry import TRADE_CODES

(PER_TRADE,) = TRADE_CODES


class ChargeState(models.TextChoices):
    """Where a charge stands; the last three end it."""

    DUE = "due", _("Due")
    DEFERRED = "deferred", _("Deferred")
    POSTED = "posted", _("Posted")
    ZERO = "zero", _("Nothing to post")
    WRITTEN_OFF = "written_off", _("Written off")


FINAL = (ChargeState.POSTED, ChargeState.ZERO, ChargeState.WRITTEN_OFF)
WAITING = (ChargeState.DUE, ChargeState.DEFERRED)


class Reason(models.TextChoices):
    """Why a charge moved no money."""

    NO_VALUE = "no_value", _("The account had no positive value")
    NO_PROFIT = "no_profit", _("The period left no profit to charge")
    NO_TRADE_FEE = "no_trade_fee", _("The trades of the day cost nothing")
    NO_FUND_FEE = "no_fund_fee", _("The investments in funds cost nothing")
    NO_CHANGE = "no_change", _("The period costs the same")
    BELOW_UNIT = "below_unit", _("The fee is below the smallest unit of the currency")
    LIQUIDATION = "liquidation", _("The broker liquidated a position of the account that day")
    FUNDS = "funds", _("The account's cash does not cover the fee")
    FEE_CAP = "fee_cap", _("The rolling cap of the account's fees left no room for all of it")
    EARLIER = "earlier", _("The fee that it adjusts has not been charged yet")
    NOT_TAKEN = "not_taken", _("The fee that it adjusts had not been taken in full")


# What moves for a charge, for queries; in SQL the same as `SQL_TAKEN`.
TAKEN = models.F("amount") - Coalesce(models.F("forgone"), Decimal(0))
SQL_TAKEN = "(amount - coalesce(forgone, 0))"


class Charge(TenantModel):
    """One payee's fee by one method for one period.  `id` follows from what it charges.

    `revision` 0 is what the period was charged; each later one is an adjustment to it, below zero where it gives back.
    Of trades the first too may be below zero: the price agreed, all in, is less than the broker's commission.

    `exact` has 8 decimals and was rounded once, half up, to `amount`.  `inputs` and `fingerprint` are the engine's
    text and seal of what was multiplied (fees.engine.inputs).

    `forgone` is the part that is not taken and never will be: all of what was written off, what the rolling cap left
    out, and, below zero, what an adjustment need not give back because it had not been taken.  `set_off` is the part
    of it that an adjustment above zero did not take because earlier ones gave nothing back.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="charges", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice,
        on_delete=models.PROTECT,
        related_name="charges",
        db_constraint=False,
        db_index=False,
        verbose_name=_("payee"),
    )
    method = models.PositiveSmallIntegerField(help_text=_("Code of the engine's registry"))
    starts = models.DateField()
    ends = models.DateField(help_text=_("First day that it does not charge"))
    period_end_day = models.DateField(help_text=_("Business day that closed the period"))
    currency = models.CharField(max_length=3)
    exact = models.DecimalField(max_digits=24, decimal_places=8)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    forgone = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    set_off = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    state = models.CharField(max_length=12, choices=ChargeState)
    reason = models.CharField(max_length=20, choices=Reason, blank=True, default="")
    due_on = models.DateField()
    posted_on = models.DateField(null=True)
    retry_until = models.DateField(null=True, help_text=_("Last night that tries to post a deferred charge"))
    inputs = models.TextField()
    fingerprint = models.CharField(max_length=64)
    run_id = models.BigIntegerField(help_text=_("The night that closed the period"))
    revision = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta(TenantModel.Meta):
        db_table = "fees_charge"
        ordering = ["-period_end_day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "practice", "method", "starts", "currency", "revision"], name="charge_once"
            ),
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="charge_period"),
            models.CheckConstraint(
                condition=models.Q(exact__gte=0, amount__gte=0) | models.Q(revision__gt=0) | models.Q(method=PER_TRADE),
                name="charge_not_negative",
            ),
            models.CheckConstraint(condition=models.Q(state__in=ChargeState.values), name="charge_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=ChargeState.ZERO, amount=0)
                | (~models.Q(state=ChargeState.ZERO) & ~models.Q(amount=0)),
                name="charge_zero_is_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ChargeState.POSTED, posted_on__isnull=False)
                | (~models.Q(state=ChargeState.POSTED) & models.Q(posted_on__isnull=True)),
                name="charge_posted_has_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ChargeState.DEFERRED) | models.Q(retry_until__isnull=False),
                name="charge_deferred_has_end",
            ),
            # Nothing is forgone of what may still be charged, everything of what was written off.
            models.CheckConstraint(
                condition=models.Q(state=ChargeState.WRITTEN_OFF, forgone=models.F("amount"))
                | models.Q(state=ChargeState.POSTED) & (models.Q(forgone__isnull=True) | ~models.Q(forgone=0))
                | ~models.Q(state__in=(ChargeState.WRITTEN_OFF, ChargeState.POSTED)) & models.Q(forgone__isnull=True),
                name="charge_forgone_when_ended",
            ),
            models.CheckConstraint(
                condition=models.Q(set_off__isnull=True)
                | models.Q(revision__gt=0, set_off__gte=0, set_off__lte=models.F("amount")),
                name="charge_set_off_within",
            ),
            models.CheckConstraint(
                condition=models.Q(fingerprint__regex="^[0-9a-f]{64}$"), name="charge_fingerprint_shape"
            ),
        ]
        indexes = [
            models.Index(fields=["account"], condition=models.Q(state__in=WAITING), name="charge_waiting"),
            models.Index(fields=["firm", "posted_on"], name="charge_firm_posted"),
            models.Index(fields=["practice", "posted_on"], name="charge_practice_posted"),
            # The order of the lists: the latest periods first.
            models.Index(fields=["firm", "-period_end_day", "id"], name="charge_firm_period"),
            models.Index(fields=["practice", "-period_end_day", "id"], name="charge_practice_period"),
            # Rows of one night lie together, so a block range index finds them at almost no cost.
            BrinIndex(fields=["run_id"], name="charge_run"),
        ]

    @property
    def shown(self) -> Decimal:
        """What a list says of it: what moved once it is posted, what it comes to otherwise."""
        return self.taken if self.state == ChargeState.POSTED else self.amount

    @property
    def taken(self) -> Decimal:
        """What moves for it: given back, below zero."""
        return self.amount - (self.forgone or 0)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} of account {self.account_id} from {self.starts}"
