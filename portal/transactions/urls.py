"""The address of the transaction history."""

from django.urls import path

from portal.transactions.views import transactions

app_name = "transactions"

urlpatterns = [path("transactions/", transactions, name="list")]
