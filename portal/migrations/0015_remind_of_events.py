"""Beat's entry for the reminders of events."""

from django.db import migrations

NAME = "Client book: remind of events"


def write(apps, schema_editor):
    """Every five minutes: the shortest reminder is ten minutes before."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=5, period="minutes")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "calendar.remind",
            "interval": every,
            "expire_seconds": 300,
            "description": "Mails who wants to be reminded that an event begins; what it is stays sealed.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0014_names_of_views")]

    operations = [migrations.RunPython(write, erase)]
