"""Closing prices of benchmarks: what a performance threshold is measured by."""

from django.db import models


class ClosingPrice(models.Model):
    """The closing price of a benchmark as it was known from an instant on; a corrected price is a later row."""

    symbol = models.CharField(max_length=60)
    day = models.DateField()
    price = models.DecimalField(max_digits=20, decimal_places=10)
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=200)

    unscoped = models.Manager()

    class Meta:
        db_table = "broker_closingprice"
        constraints = [
            models.UniqueConstraint(fields=["symbol", "day", "recorded_at"], name="closingprice_once"),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="closingprice_positive"),
            models.CheckConstraint(condition=~models.Q(symbol=""), name="closingprice_named"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.day}"
