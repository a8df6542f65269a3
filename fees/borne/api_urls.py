"""API addresses of the broker's charges that advisors offered to pay."""

from django.urls import path

from fees.borne.api import AccountCap, BorneChargeList

urlpatterns = [
    path("borne-charges/", BorneChargeList.as_view(), name="api_borne_charges"),
    path("accounts/<str:number>/fee-cap/", AccountCap.as_view(), name="api_account_cap"),
]
