"""Addresses of one's sessions in the API."""

from django.urls import path

from auth2fa.sessions import api

urlpatterns = [
    path("sessions/", api.Sessions.as_view(), name="api_sessions"),
    path("sessions/<slug:mark>/", api.OneSession.as_view(), name="api_session"),
]
