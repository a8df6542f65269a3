"""API addresses of the Investors' Marketplace."""

from django.urls import path

from accounts.desk.hedge_funds import api as hedge_funds
from accounts.desk.marketplace import api

urlpatterns = [
    path("marketplace/", api.Listings.as_view(), name="api_listings"),
    path("marketplace/own/", api.OwnListings.as_view(), name="api_own_listings"),
    path("marketplace/own/<slug:category>/", api.OwnListing.as_view(), name="api_own_listing"),
    path("marketplace/own/<slug:category>/submit/", api.SubmitListing.as_view(), name="api_submit_listing"),
    path("marketplace/<uuid:pk>/", api.OneListing.as_view(), name="api_listing"),
    path("marketplace/hedge-funds/", hedge_funds.HedgeFunds.as_view(), name="api_hedge_funds"),
    path("accounts/<str:number>/hedge-funds/", hedge_funds.AccountFunds.as_view(), name="api_account_funds"),
    path("accounts/<str:number>/hedge-funds/answer/", hedge_funds.AnswerOfAccount.as_view(), name="api_write_answer"),
    path("marketplace/hedge-funds/<slug:code>/ask/", hedge_funds.AskForFund.as_view(), name="api_ask_fund"),
    path("hedge-funds/requests/<uuid:pk>/", hedge_funds.OneFundRequest.as_view(), name="api_fund_request"),
    path("hedge-funds/requests/<uuid:pk>/sign/", hedge_funds.SignFundRequest.as_view(), name="api_sign_fund"),
    path("hedge-funds/requests/<uuid:pk>/decline/", hedge_funds.DeclineFundRequest.as_view(), name="api_decline_fund"),
    path("hedge-funds/requests/<uuid:pk>/cancel/", hedge_funds.CancelFundRequest.as_view(), name="api_cancel_fund"),
]
