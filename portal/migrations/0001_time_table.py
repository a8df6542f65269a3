"""Beat's entry for the night, in the time table that the back office can edit."""

from django.db import migrations

NAME = "Night: begin what is due"


def write(apps, schema_editor):
    """Every quarter of an hour: the night itself knows the business days and when a day's evening has come."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=15, period="minutes")[
        0
    ]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "night.begin",
            "interval": every,
            # A begin that nobody heard in time is worth nothing: the next one says the same.
            "expire_seconds": 14 * 60,
            "description": "Runs the night of each business day after 20:30 New York time, and retries held nights.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only; the portal itself stores nothing."""

    dependencies = [("django_celery_beat", "0019_alter_periodictasks_options")]

    operations = [migrations.RunPython(write, erase)]
