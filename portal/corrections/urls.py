"""Addresses of corrected values."""

from django.urls import path

from portal import addresses  # noqa: F401 (account)
from portal.corrections import views

app_name = "corrections"

urlpatterns = [path("accounts/<account:number>/corrections/", views.corrections, name="account")]
