"""The Celery application: workers run tasks, beat wakes them up. Every job is a row in PostgreSQL first."""

import os
from pathlib import Path

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

CHECKOUT = Path(__file__).resolve().parent.parent


def packages_with_tasks() -> list[str]:
    """Every slice of the house that has a tasks.py."""
    rooms = ("accounts", "auth2fa", "crm", "fees", "portal")
    found = (path for room in rooms for path in (CHECKOUT / room).rglob("tasks.py"))
    return sorted(".".join(path.parent.relative_to(CHECKOUT).parts) for path in found)


app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(packages_with_tasks)
