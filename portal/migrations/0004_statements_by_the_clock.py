"""Beat's entry for statements: fetches queries that are due, and loads what a lost message has left waiting."""

from django.db import migrations

NAME = "Statements: fetch and load what waits"


def write(apps, schema_editor):
    """Every five minutes; each query has its own hour, and is fetched once a business day."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=5, period="minutes")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "statements.look",
            "interval": every,
            "expire_seconds": 4 * 60,
            "description": "Flex queries whose hour has come, and uploads that nobody has taken up yet.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("portal", "0003_deliver_what_is_owed")]

    operations = [migrations.RunPython(write, erase)]
