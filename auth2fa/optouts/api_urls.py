"""Addresses of doing without a second proof in the API."""

from django.urls import path

from auth2fa.optouts import api

urlpatterns = [
    path("opt-out/", api.OptOutState.as_view(), name="api_opt_out"),
    path("opt-out/sign/", api.OptingOut.as_view(), name="api_sign_opt_out"),
]
