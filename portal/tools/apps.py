"""The tools of advisors as a Django app of their own: they read all rooms and keep little."""

from django.apps import AppConfig


class ToolsConfig(AppConfig):
    name = "portal.tools"
    label = "tools"
    default_auto_field = "django.db.models.BigAutoField"
