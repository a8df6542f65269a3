"""Beat's entry that keeps the business calendar years ahead."""

from django.db import migrations

NAME = "Calendar: look ahead"


def write(apps, schema_editor):
    """Once a day is often enough for closings that are known years before."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=1, period="days")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "days.reach",
            "interval": every,
            "description": "Adds the exchange's closings of coming years to the business calendar.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0006_preferences")]

    operations = [migrations.RunPython(write, erase)]
