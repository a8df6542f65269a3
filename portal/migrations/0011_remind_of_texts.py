"""Beat's entry for the yearly reminder to people whose only second proof is a text."""

from django.db import migrations

NAME = "Secure login: remind of texts"


def write(apps, schema_editor):
    """Once a day: who is due is told, once a year."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=1, period="days")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "devices.remind",
            "interval": every,
            "expire_seconds": 23 * 3600,
            "description": "Tells people once a year that texts alone are a weak second proof.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0010_devices_lock_vaults")]

    operations = [migrations.RunPython(write, erase)]
