"""API addresses of an account's years of fees."""

from django.urls import path

from fees.history.api import FeeYear

urlpatterns = [path("accounts/<str:number>/fee-history/", FeeYear.as_view(), name="api_fee_history")]
