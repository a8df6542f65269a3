"""Addresses of webhooks."""

from django.urls import path

from accounts.desk.hooks import views

app_name = "hooks"

urlpatterns = [
    path("settings/webhooks/", views.listed, name="list"),
    path("settings/webhooks/new/", views.create, name="create"),
    path("settings/webhooks/<uuid:hook>/", views.show, name="hook"),
    path("settings/webhooks/<uuid:hook>/secret/", views.rotate, name="rotate"),
    path("settings/webhooks/<uuid:hook>/switch/", views.switch, name="switch"),
    path("settings/webhooks/<uuid:hook>/try/", views.ping, name="ping"),
    path("settings/webhooks/<uuid:hook>/remove/", views.remove, name="remove"),
    path("settings/webhooks/<uuid:hook>/deliveries/<uuid:delivery>/again/", views.replay, name="replay"),
]
