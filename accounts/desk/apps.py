"""The top storey of the floor: the advisor's own preferences and settings."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "accounts.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.desk.applying import going_on, promised  # noqa: F401 (what an application decides makes itself known)
        from accounts.desk.hooks import leaving as of_hooks  # noqa: F401 (what a leaver may own makes itself known)
        from accounts.desk.messages import leaving, topics  # noqa: F401 (what a leaver may own makes itself known)
        from accounts.desk.messages.requests import request

        topics.register("request", request)
