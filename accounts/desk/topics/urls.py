"""Addresses of the settings of accounts."""

from django.urls import path

from accounts.desk.lei import views as lei
from accounts.desk.market_data import views as market_data
from accounts.desk.recoveries import views as recoveries
from accounts.desk.topics import views

app_name = "settings"

urlpatterns = [
    path("settings/account/", views.listed, name="account"),
    path("settings/account/<str:number>/lei/", lei.show, name="lei"),
    path("settings/account/<str:number>/lei/elect/", lei.elect, name="elect_lei"),
    path("settings/account/<str:number>/class-action/", recoveries.show, name="class_action"),
    path("settings/account/<str:number>/class-action/enroll/", recoveries.enroll, name="enroll_recovery"),
    path("settings/account/<str:number>/class-action/leave/", recoveries.leave, name="leave_recovery"),
    path("settings/market-data/", market_data.listed, name="market_data"),
    path("settings/market-data/<slug:code>/subscribe/", market_data.subscribe, name="subscribe_market_data"),
    path("settings/market-data/<slug:code>/end/", market_data.end, name="end_market_data"),
]
