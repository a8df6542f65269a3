"""The roof as a Django app: it holds the pages and commands in which several rooms meet."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal import npm_finder  # noqa: F401 (registers the system check)
