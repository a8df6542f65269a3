"""Beat's entry that drops expired sessions."""

from django.db import migrations

NAME = "Sessions: drop the expired"


def write(apps, schema_editor):
    """An expired session opens nothing; it is dropped so that the table stays small."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=1, period="hours")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "sessions.drop_expired",
            "interval": every,
            "description": "Drops the sessions whose time is over.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0007_calendar_ahead")]

    operations = [migrations.RunPython(write, erase)]
