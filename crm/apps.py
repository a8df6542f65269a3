"""The room of the client book and its vault."""

from django.apps import AppConfig
from django.conf import settings

from crm.vault.engine.turns import turns


class CrmConfig(AppConfig):
    name = "crm"
    label = "crm"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """All processes of a host take turns at checking storage passwords; tasks do not stay with who has left."""
        from crm.calendar import leaving as of_events
        from crm.calendar.taking import collect
        from crm.contacts import leaving as of_contacts
        from crm.tasks import leaving
        from crm.vault.deposits import takers
        from crm.workflows import leaving as of_workflows

        turns.folder = settings.STATE_DIR / "vault_turns"
        leaving.register()
        of_contacts.register()
        of_events.register()
        of_workflows.register()
        takers.append(collect)
