"""Addresses of statements."""

from django.urls import path

from portal import addresses  # noqa: F401 (account, month)
from portal.statements import views

app_name = "statements"

urlpatterns = [
    path("statements/", views.accounts, name="list"),
    path("accounts/<account:number>/statements/", views.account, name="account"),
    path("accounts/<account:number>/statements/<month:month>/", views.month, name="month"),
    path("accounts/<account:number>/statements/<month:month>/csv/", views.as_csv, name="csv"),
]
