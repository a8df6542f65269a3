"""The roof as a Django app: it holds the pages and commands in which several rooms meet."""

from typing import Any

from django.apps import AppConfig, apps

# Static files of libraries that no page refers to; publishing them would only cost time at every set-up.
NOT_PUBLISHED = [
    "*.map",
    "rest_framework",  # pages of the API's browser, which is not offered
    "django_htmx/ext",
    "django_htmx/htmax-*",
    "django_htmx/htmx-4*",
    "django_htmx/htmx-2.js",
]


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The finder registers its system check; the Celery application becomes the one that tasks are sent through.
        # Fee notices join what else happened around a contact.
        from portal import celery, npm_finder, timeline  # noqa: F401
        from portal.preferences import leaving  # noqa: F401 (what a leaver may own makes itself known)
        from portal.reports import of_contacts  # noqa: F401 (a column of the client book)
        from portal.tools.rmd import owing  # noqa: F401 (a layer of the calendar)

        # Not by a configuration of our own: live test servers look for the app under its usual name.
        staticfiles: Any = apps.get_app_config("staticfiles")
        staticfiles.ignore_patterns = [*staticfiles.ignore_patterns, *NOT_PUBLISHED]
