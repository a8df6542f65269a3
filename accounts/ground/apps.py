"""The ground storey: tree, people, access, ledger and what every other part stands on."""

from django.apps import AppConfig
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
