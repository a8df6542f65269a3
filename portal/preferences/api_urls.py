"""API addresses of user settings."""

from django.urls import path

from portal.preferences.api import Preferences

urlpatterns = [path("preferences/", Preferences.as_view(), name="api_preferences")]
