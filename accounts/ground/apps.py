"""The ground storey: tree, people, access, ledger and what every other part stands on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroundConfig(AppConfig):
    """Keeps the short label `accounts`, so tables read accounts_account and so on."""

    name = "accounts.ground"
    label = "accounts"
    verbose_name = _("Accounts")
