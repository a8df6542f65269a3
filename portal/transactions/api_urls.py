"""The API address of the transaction history."""

from django.urls import path

from portal.transactions.api import TransactionList

urlpatterns = [path("transactions/", TransactionList.as_view(), name="api_transactions")]
