"""What webhooks were told is forgotten after ninety days, by a job that may call one function and nothing else of it."""

import django.contrib.postgres.indexes
from django.db import migrations

from accounts.desk.hooks import sql_setup

NAME = "Webhooks: forget old messages"


def write(apps, schema_editor):
    """Every day."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=1, period="days")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "hooks.forget",
            "interval": every,
            "expire_seconds": 43200,
            "description": "Forgets what programs of practices were told more than ninety days ago.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("desk", "0028_listings_end"), ("django_celery_beat", "0019_alter_periodictasks_options")]

    operations = [
        migrations.AddIndex(
            "hookdelivery",
            django.contrib.postgres.indexes.BrinIndex(fields=["made_at"], name="delivery_made"),
        ),
        migrations.RunSQL(sql_setup.FORGETS, reverse_sql=sql_setup.FORGETS_BACK),
        migrations.RunPython(write, erase),
    ]
