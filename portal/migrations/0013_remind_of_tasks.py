"""Beat's entry for the reminder of tasks that are due."""

from django.db import migrations

NAME = "Client book: remind of tasks"


def write(apps, schema_editor):
    """Every hour: a practice is told once a day, so that a portal that slept in the morning still tells it."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=1, period="hours")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "tasks.remind",
            "interval": every,
            "expire_seconds": 3600,
            "description": "Tells practices whose tasks are due; what the tasks say stays sealed.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0012_views_of_leavers")]

    operations = [migrations.RunPython(write, erase)]
