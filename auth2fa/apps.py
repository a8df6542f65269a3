"""The room of the second factor and of step-up."""

from django.apps import AppConfig


class Auth2faConfig(AppConfig):
    name = "auth2fa"
    label = "auth2fa"
    default_auto_field = "django.db.models.BigAutoField"
