"""Block trades and how they were shared out. What was allocated is never edited: it is cancelled and replaced."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.activity.models import Trade, broker_number
from accounts.broker.instruments.rules import Asset, Side
from accounts.broker.restrictions.models import keyed_elsewhere
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice


class Method(models.TextChoices):
    """How a block is shared out."""

    EQUAL = "equal", _("Equal shares")
    NLV = "nlv", _("By net liquidation value")
    PERCENT = "percent", _("By percent")
    MANUAL = "manual", _("By hand")


class Block(TenantModel):
    """One executed order of an advisor's master account; `quantity` is what was executed, always above zero."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    symbol = models.CharField(max_length=60)
    asset = models.CharField(max_length=10, choices=Asset)
    country = models.CharField(max_length=2, blank=True)
    side = models.CharField(max_length=5, choices=Side)
    traded_on = models.DateField()
    quantity = broker_number(null=False)
    lot = models.DecimalField(max_digits=18, decimal_places=6, default=Decimal(1))
    price = broker_number()
    created_by = keyed_elsewhere("accounts.User", null=True)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "id"], name="block_firm_id"),
            models.UniqueConstraint(fields=["practice", "id"], name="block_practice_id"),
            models.CheckConstraint(condition=Q(quantity__gt=0, lot__gt=0), name="block_has_quantity"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="block_side_known"),
        ]
        indexes = [models.Index(fields=["practice", "-traded_on", "id"], name="block_practice_day")]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.symbol}"


class BlockExecution(TenantModel):
    """An execution of the broker's statements that belongs to a block. `quantity` is what it said when attached."""

    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="executions", db_constraint=False)
    trade = keyed_elsewhere(Trade)
    quantity = broker_number(null=False)
    released_at = models.DateTimeField(null=True)

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["trade"], condition=Q(released_at__isnull=True), name="execution_once")
        ]

    def __str__(self) -> str:
        return f"execution {self.trade_id} of {self.block_id}"

    @property
    def is_corrected(self) -> bool:
        """Whether a later statement says another quantity than when it was attached."""
        return abs(self.trade.quantity) != self.quantity


class AllocationState(models.TextChoices):
    """One allocation of a block counts; the others are history."""

    CURRENT = "current", _("Current")
    REPLACED = "replaced", _("Replaced")
    CANCELLED = "cancelled", _("Cancelled")


class Allocation(TenantModel):
    """One version of how a block was shared out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="allocations", db_constraint=False)
    version = models.PositiveIntegerField()
    method = models.CharField(max_length=10, choices=Method)
    quantity = broker_number(null=False)
    minimum = broker_number(null=False)
    digest = models.CharField(max_length=64, help_text=_("Fingerprint of what was previewed"))
    state = models.CharField(max_length=10, choices=AllocationState, default=AllocationState.CURRENT)
    made_by = keyed_elsewhere("accounts.User", null=True)
    made_at = models.DateTimeField()
    ended_by = keyed_elsewhere("accounts.User", null=True)
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=300, blank=True)

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["practice", "id"], name="allocation_practice_id"),
            models.UniqueConstraint(fields=["block", "version"], name="allocation_version_once"),
            models.UniqueConstraint(fields=["block"], condition=Q(state="current"), name="allocation_one_current"),
            models.CheckConstraint(
                condition=Q(state="current", ended_at__isnull=True) | (~Q(state="current") & Q(ended_at__isnull=False)),
                name="allocation_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"allocation {self.version} of {self.block_id}"


class AllocationShare(TenantModel):
    """What one account got, or why it was left out."""

    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="shares", db_constraint=False)
    account = keyed_elsewhere(Account)
    number = models.CharField(max_length=10)
    weight = models.DecimalField(max_digits=28, decimal_places=10, null=True)
    quantity = broker_number(null=False)
    left_out = models.CharField(max_length=500, blank=True)

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["allocation", "account"], name="share_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, left_out="") | (Q(quantity=0) & ~Q(left_out="")), name="share_or_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} for {self.number}"
