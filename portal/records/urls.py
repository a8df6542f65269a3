"""Addresses of accounts."""

from django.urls import path

from portal import addresses  # noqa: F401 (account)
from portal.fee_list.schedules import schedules
from portal.fee_list.views import fees
from portal.records import views

app_name = "records"

urlpatterns = [
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/suggest/", views.suggest, name="suggest"),
    path("accounts/<account:number>/", views.account, name="account"),
    path("fees/", fees, name="fees"),
    path("fees/schedules/", schedules, name="schedules"),
]
