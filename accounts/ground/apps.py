"""The ground storey: tree, people, access, ledger and what every other part stands on."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class GroundConfig(AppConfig):
    """Keeps the short label `accounts`, so tables read accounts_account and so on."""

    name = "accounts.ground"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Let acts that may need approval, what a leaver may own, and the scheme of tokens make themselves known."""
        from accounts.ground.leaving import actions  # noqa: F401 (models can be imported only now)
        from accounts.ground.tokens import schema  # noqa: F401

        post_migrate.connect(_fill_calendar, sender=self)


def _fill_calendar(*, using: str, **_more: Any) -> None:
    """A new installation knows the exchange's days from its first `migrate` on, and each later one looks ahead."""
    from accounts.ground.days.actions import reach
    from accounts.ground.days.models import CalendarDay

    # Going back to before the first migration, there is nothing to fill.
    if CalendarDay._meta.db_table in connections[using].introspection.table_names():
        reach(timezone.localdate())
