"""Addresses of signing out elsewhere."""

from django.urls import path

from auth2fa.sessions import views

app_name = "sessions"

urlpatterns = [
    path("settings/security/sessions/end/", views.end_others, name="end_others"),
    path("settings/security/sessions/<slug:mark>/end/", views.end, name="end"),
]
