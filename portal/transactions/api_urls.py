"""API addresses of the transaction history."""

from django.urls import path

from portal import addresses  # noqa: F401 (entry)
from portal.transactions.api import TransactionList, TransactionRecord

urlpatterns = [
    path("transactions/", TransactionList.as_view(), name="api_transactions"),
    path("transactions/<entry:entry>/", TransactionRecord.as_view(), name="api_transaction"),
]
