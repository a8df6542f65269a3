"""Addresses of the Investors' Marketplace."""

from django.urls import path

from accounts.desk.hedge_funds import views as hedge_funds
from accounts.desk.marketplace import views

app_name = "marketplace"

urlpatterns = [
    path("marketplace/", views.home, name="home"),
    path("marketplace/own/", views.own, name="own"),
    path("marketplace/own/<slug:category>/", views.write, name="write_listing"),
    path("marketplace/own/<slug:category>/submit/", views.submit, name="submit_listing"),
    path("marketplace/own/<slug:category>/withdraw/", views.withdraw, name="withdraw_listing"),
    path("marketplace/<uuid:pk>/", views.listing, name="listing"),
    path("marketplace/hedge-funds/", hedge_funds.listed, name="hedge_funds"),
    path("marketplace/hedge-funds/<slug:code>/", hedge_funds.fund, name="hedge_fund"),
    path("marketplace/hedge-funds/<slug:code>/ask/", hedge_funds.ask, name="ask_fund"),
    path("accounts/<str:number>/hedge-funds/", hedge_funds.of_an_account, name="account_hedge_funds"),
    path("accounts/<str:number>/hedge-funds/answer/", hedge_funds.write_answer, name="write_answer"),
    path("approvals/hedge-funds/<uuid:pk>/", hedge_funds.show, name="fund_request"),
    path("approvals/hedge-funds/<uuid:pk>/sign/", hedge_funds.sign, name="sign_fund"),
    path("approvals/hedge-funds/<uuid:pk>/decline/", hedge_funds.decline, name="decline_fund"),
    path("approvals/hedge-funds/<uuid:pk>/cancel/", hedge_funds.cancel, name="cancel_fund"),
]
