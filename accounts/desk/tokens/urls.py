"""Addresses of API tokens."""

from django.urls import path

from accounts.desk.tokens import views

app_name = "tokens"

urlpatterns = [
    path("settings/tokens/", views.tokens, name="list"),
    path("settings/tokens/new/", views.create, name="create"),
    path("settings/tokens/<uuid:token>/revoke/", views.revoke, name="revoke"),
]
