"""Which positions a request is to move, and the statement's row that shows each of them."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from accounts.broker.activity.models import PositionTransfer, broker_number
from accounts.broker.feed.models import tenant_account, tenant_firm
from accounts.broker.funding.models import FundingRequest, OfOwnPractice
from accounts.ground.tree.models import Practice


class MovedPosition(OfOwnPractice):
    """One contract of a request. It is written before its request, and nobody adds to a request that stands."""

    id = models.BigAutoField(primary_key=True)
    firm = tenant_firm()
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    account = tenant_account()
    request = models.ForeignKey(
        FundingRequest, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="positions"
    )
    symbol = models.CharField(max_length=60)
    conid = models.BigIntegerField(null=True)
    asset = models.CharField(max_length=10, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    quantity = broker_number(null=False)
    moved = models.OneToOneField(
        PositionTransfer, on_delete=models.PROTECT, null=True, db_constraint=False, related_name="asked"
    )

    class Meta(OfOwnPractice.Meta):
        constraints = [
            models.UniqueConstraint(fields=["request", "symbol", "currency"], name="movedposition_once"),
            models.CheckConstraint(condition=~Q(symbol="") & Q(quantity__gt=Decimal(0)), name="movedposition_is_some"),
        ]
        indexes = [models.Index(fields=["account"], name="movedposition_account")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.symbol}"

    @property
    def shown(self) -> Decimal | None:
        """How much the statement shows of it; None where it shows nothing yet."""
        return None if self.moved is None else abs(self.moved.quantity or Decimal(0))

    @property
    def difference(self) -> Decimal:
        """What the statement shows above what was asked for."""
        return Decimal(0) if self.shown is None else self.shown - self.quantity
