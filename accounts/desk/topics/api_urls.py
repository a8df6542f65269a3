"""API addresses of the settings of accounts."""

from django.urls import path

from accounts.desk.lei import api as lei
from accounts.desk.market_data import api as market_data
from accounts.desk.recoveries import api as recoveries

urlpatterns = [
    path("accounts/<str:number>/lei/", lei.AccountLei.as_view(), name="api_lei"),
    path("accounts/<str:number>/lei/elect/", lei.ElectLei.as_view(), name="api_elect_lei"),
    path("accounts/<str:number>/class-action/", recoveries.AccountRecoveries.as_view(), name="api_class_action"),
    path("accounts/<str:number>/class-action/enroll/", recoveries.EnrollRecovery.as_view(), name="api_enroll_recovery"),
    path("accounts/<str:number>/class-action/leave/", recoveries.LeaveRecovery.as_view(), name="api_leave_recovery"),
    path("market-data/", market_data.MarketData.as_view(), name="api_market_data"),
    path("market-data/<slug:code>/", market_data.OneMarketData.as_view(), name="api_one_market_data"),
]
