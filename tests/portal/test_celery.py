"""Tasks are found in every slice and are sent through the portal's own application, from web processes too."""

from celery import current_app

from portal.celery import app, packages_with_tasks


def test_the_portals_application_is_the_current_one():
    assert current_app.main == "portal"
    assert app.conf.task_acks_late is True


def test_tasks_of_slices_are_found():
    app.loader.import_default_modules()

    assert "accounts.ground.outbox" in packages_with_tasks()
    assert "outbox.deliver" in app.tasks
    assert "night.begin" in app.tasks
