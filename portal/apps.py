"""The roof as a Django app: it holds the pages and commands in which several rooms meet."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The finder registers its system check; the Celery application becomes the one that tasks are sent through.
        from portal import celery, npm_finder  # noqa: F401
