"""API addresses of accounts."""

from django.urls import path

from accounts.ground.tree.api import AccountList, AccountMay, AccountRecord

urlpatterns = [
    path("accounts/", AccountList.as_view(), name="api_accounts"),
    path("accounts/<str:number>/", AccountRecord.as_view(), name="api_account"),
    path("accounts/<str:number>/may/", AccountMay.as_view(), name="api_account_may"),
]
