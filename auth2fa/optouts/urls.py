"""Addresses of doing without a second proof."""

from django.urls import path

from auth2fa.optouts import views

app_name = "optouts"

urlpatterns = [
    path("settings/security/opt-out/", views.show, name="show"),
    path("settings/security/opt-out/sign/", views.opt_out, name="sign"),
    path("settings/security/opt-in/", views.opt_in, name="opt_in"),
]
