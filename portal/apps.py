"""The roof as a Django app: it holds the pages and commands in which several rooms meet."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The finder registers its system check; the Celery application becomes the one that tasks are sent through.
        from portal import celery, npm_finder  # noqa: F401


class PublishedFilesConfig(StaticFilesConfig):
    """Leaves out what no page refers to; publishing it would only cost time at every set-up."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.map",
        "rest_framework",  # pages of the API's browser, which is not offered
        "django_htmx/ext",
        "django_htmx/htmax-*",
        "django_htmx/htmx-4*",
        "django_htmx/htmx-2.js",
    ]
