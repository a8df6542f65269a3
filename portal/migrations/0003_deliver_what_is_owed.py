"""Beat's entry for the messages that are owed."""

from django.db import migrations

NAME = "Outbox: deliver what is due"


def write(apps, schema_editor):
    """Every minute: a sign-in link or a notice should not be waited for."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=1, period="minutes")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "outbox.deliver",
            "interval": every,
            "expire_seconds": 55,
            "description": "Sends what is owed and due; what fails waits twice as long each time.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0002_ask_again")]

    operations = [migrations.RunPython(write, erase)]
