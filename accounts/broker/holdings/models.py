"""What an account held at the end of a day: positions, cash by currency, and the instruments they are in.

Positions and cash grow by accounts and days, so like the daily values they carry a composite key and no foreign keys.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.activity.models import broker_number
from accounts.broker.feed.models import MANAGED, AccountRow, source_file
from accounts.ground.tree.models import Account


def hot_account() -> models.ForeignKey:
    return models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class Position(AccountRow):
    """One position (level SUMMARY) or one of its tax lots (LOT); lots are never added to their summary."""

    SUMMARY = "SUMMARY"
    LOT = "LOT"

    pk = models.CompositePrimaryKey("account_id", "day", "key")
    account = hot_account()
    day = models.DateField()
    key = models.CharField(max_length=120, help_text=_("Contract and side; for a lot also when it was opened"))
    level = models.CharField(max_length=10)
    side = models.CharField(max_length=10, blank=True)
    asset = models.CharField(max_length=10, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    conid = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    quantity = broker_number(null=False)
    price = broker_number()
    value = broker_number()
    cost_price = broker_number()
    cost = broker_number()
    unrealized = broker_number()
    percent = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    opened_at = models.DateTimeField(null=True)
    file = source_file()

    scoped_by = MANAGED


class CashBalance(AccountRow):
    """Cash in one currency at the end of a day; `is_total` marks the broker's sum of all of it in base currency."""

    pk = models.CompositePrimaryKey("account_id", "day", "currency", "is_total")
    account = hot_account()
    day = models.DateField()
    currency = models.CharField(max_length=3)
    is_total = models.BooleanField()
    ending = broker_number(null=False)
    settled = broker_number(null=False)
    file = source_file()

    scoped_by = MANAGED


class Instrument(models.Model):
    """A security as the broker names it; the same for every firm."""

    conid = models.BigIntegerField(primary_key=True)
    symbol = models.CharField(max_length=60, blank=True)
    description = models.CharField(max_length=200, blank=True)
    isin = models.CharField(max_length=12, blank=True)
    asset = models.CharField(max_length=10, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    multiplier = broker_number()
    matures_on = models.DateField(null=True)
    file = source_file()

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["symbol"], name="instrument_symbol")]

    def __str__(self) -> str:
        return self.symbol
