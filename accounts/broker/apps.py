"""The middle storey of the floor: what comes from and goes to the broker."""

from django.apps import AppConfig


class BrokerConfig(AppConfig):
    name = "accounts.broker"
    label = "broker"
    default_auto_field = "django.db.models.BigAutoField"
