"""Beat's entry for the emptying of the trash."""

from django.db import migrations

NAME = "Client book: empty the trash"


def write(apps, schema_editor):
    """Every day: what was thrown away stays for thirty, and a portal that slept forgets it when it wakes."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=1, period="days")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "trash.empty",
            "interval": every,
            "expire_seconds": 43200,
            "description": "Forgets for good what was thrown away thirty days ago, with the keys and bytes of files.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0016_funding_goes_on")]

    operations = [migrations.RunPython(write, erase)]
