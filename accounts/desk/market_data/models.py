"""Market data: the packages that the broker offers, and which user subscribes to which since when."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ground.people.models import Seat
from accounts.ground.tree.models import Firm
from portal.lib.money import CURRENCIES


class MarketDataOffer(models.Model):
    """One package and its price a month for one user. Another price is another package."""

    code = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(max_length=120)
    fee = models.DecimalField(_("a month and user"), max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3, default="USD")
    is_offered = models.BooleanField(_("offered"), default=True)

    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fee__gte=0), name="marketdata_fee"),
            models.CheckConstraint(condition=Q(currency__in=CURRENCIES), name="marketdata_currency_known"),
        ]

    def __str__(self) -> str:
        return self.name


class MarketDataSubscription(models.Model):
    """A user's package at the price of its beginning; only its end is ever written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    offer = models.ForeignKey(MarketDataOffer, on_delete=models.PROTECT, related_name="+", db_index=False)
    fee = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    started_by = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "offer"], condition=Q(ended_at=None), name="marketdata_once_a_user"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="marketdata_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.offer_id}"
