"""Addresses of trading: what may be traded, by whom, and what stops it."""

from django.urls import path

from accounts.broker.margin import views as margin
from accounts.broker.products import views as products
from accounts.broker.restrictions import views as restrictions
from accounts.broker.trading import views as trading

app_name = "trading"

urlpatterns = [
    path("trading/check/", trading.check, name="check"),
    path("trading/restrictions/", restrictions.listed, name="restrictions"),
    path("trading/restrictions/<uuid:pk>/end/", restrictions.end, name="end_restriction"),
    path("trading/permissions/", products.listed, name="products"),
    path("reports/margin/", margin.report, name="margin"),
    path("accounts/<str:number>/margin/", margin.of_account, name="account_margin"),
    path("accounts/<str:number>/restrictions/", restrictions.of_account, name="account_restrictions"),
    path("accounts/<str:number>/restrictions/add/", restrictions.add, name="add_restriction"),
    path("accounts/<str:number>/products/", products.of_account, name="account_products"),
    path("accounts/<str:number>/products/change/", products.change, name="change_products"),
]
