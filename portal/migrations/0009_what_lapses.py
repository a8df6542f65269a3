"""Beat's entry for what nobody has decided in time."""

from django.db import migrations

NAME = "Requests: end what nobody decided"


def write(apps, schema_editor):
    """Every quarter of an hour: what has run out counts as ended from that moment, and those concerned are told."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=15, period="minutes")[
        0
    ]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "requests.lapse",
            "interval": every,
            "expire_seconds": 14 * 60,
            "description": "Ends approvals, links and permission requests that waited too long.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0008_drop_expired_sessions")]

    operations = [migrations.RunPython(write, erase)]
