"""API addresses of trading."""

from django.urls import path

from accounts.broker.margin import api as margin
from accounts.broker.products import api as products
from accounts.broker.restrictions import api as restrictions
from accounts.broker.trading import api as trading

urlpatterns = [
    path("may-trade/", trading.MayTrade.as_view(), name="api_may_trade"),
    path("margin-groups/", margin.MarginGroups.as_view(), name="api_margin_groups"),
    path("accounts/<str:number>/margin/", margin.AccountMargin.as_view(), name="api_account_margin"),
    path("accounts/<str:number>/restrictions/", restrictions.AccountRestrictions.as_view(), name="api_restrictions"),
    path("accounts/<str:number>/restrictions/add/", restrictions.AddRestriction.as_view(), name="api_add_restriction"),
    path("restrictions/<uuid:pk>/end/", restrictions.EndRestriction.as_view(), name="api_end_restriction"),
    path("accounts/<str:number>/products/", products.AccountProducts.as_view(), name="api_products"),
    path("accounts/<str:number>/products/set/", products.SetAccountProducts.as_view(), name="api_set_products"),
]
