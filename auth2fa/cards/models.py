"""Cards in stock: what a vendor's file says of them, until each is given to somebody."""

from django.conf import settings
from django.db import models


class StockedCard(models.Model):
    """One card. Its key is sealed as a device's is; only the back office reads these rows."""

    serial = models.CharField(max_length=40, primary_key=True)
    secret = models.BinaryField()
    suite = models.CharField(max_length=60)
    counter = models.BigIntegerField()
    imported_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    given_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    unscoped = models.Manager()

    def __str__(self) -> str:
        return self.serial
