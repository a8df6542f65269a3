"""Addresses of one's devices."""

from django.urls import path

from auth2fa.devices import views

app_name = "devices"

urlpatterns = [
    path("settings/security/", views.devices, name="list"),
    path("settings/security/devices/new/", views.begin, name="begin"),
    path("settings/security/devices/<uuid:device>/", views.confirm, name="confirm"),
    path("settings/security/devices/<uuid:device>/again/", views.again, name="again"),
    path("settings/security/devices/<uuid:device>/rename/", views.rename, name="rename"),
    path("settings/security/devices/<uuid:device>/revoke/", views.revoke, name="revoke"),
    path("settings/security/codes/", views.codes, name="codes"),
    path("settings/security/browsers/<uuid:browser>/forget/", views.forget_browser, name="forget_browser"),
]
