"""Beat's entry for money in and out."""

from django.db import migrations

NAME = "Funding: end holds, tell the broker"


def write(apps, schema_editor):
    """Every five minutes: a hold ends to the hour, and what is consented to leaves soon."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=5, period="minutes")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "funding.go_on",
            "interval": every,
            "expire_seconds": 4 * 60,
            "description": "Releases withdrawals whose hold has ended, and writes files of movements for the broker.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0015_remind_of_events")]

    operations = [migrations.RunPython(write, erase)]
