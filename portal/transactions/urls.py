"""Addresses of the transaction history."""

from django.urls import path

from portal import addresses  # noqa: F401 (entry)
from portal.transactions.views import transaction, transactions

app_name = "transactions"

urlpatterns = [
    path("transactions/", transactions, name="list"),
    path("transactions/<entry:entry>/", transaction, name="transaction"),
]
