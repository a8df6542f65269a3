"""Tasks are found in every slice and are sent through the portal's own application, from web processes too."""

import pytest
from celery import current_app
from django_celery_beat.models import PeriodicTask

from portal.celery import CHECKOUT, app, packages_with_tasks


def test_the_portals_application_is_the_current_one():
    assert current_app.main == "portal"
    assert app.conf.task_acks_late is True


def test_tasks_of_slices_are_found():
    app.loader.import_default_modules()

    assert "accounts.ground.outbox" in packages_with_tasks()
    assert "outbox.deliver" in app.tasks
    assert "night.begin" in app.tasks


@pytest.mark.django_db
def test_every_task_of_ours_is_in_the_time_table_or_sent_by_the_code():
    """A task that nothing wakes would never do what its row waits for."""
    app.loader.import_default_modules()
    scheduled = set(PeriodicTask.objects.values_list("task", flat=True))
    sources = "\n".join(
        path.read_text()
        for room in ("accounts", "auth2fa", "crm", "fees", "portal")
        for path in (CHECKOUT / room).rglob("*.py")
    )

    def is_woken(name: str) -> bool:
        task = app.tasks[name]
        entry = f'"task": "{name}"'  # a time table written where the thing it serves is made
        return name in scheduled or f"{task.__name__}.delay(" in sources or entry in sources

    assert [name for name in app.tasks if not name.startswith("celery.") and not is_woken(name)] == []
