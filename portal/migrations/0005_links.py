"""Beat's entry for links, in the time table that the back office can edit."""

from django.db import migrations

NAME = "Links: carry out what is due"


def write(apps, schema_editor):
    """Every five minutes: links take effect on Fridays at 15:00 New York time, and what was missed is made up for."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=5, period="minutes")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "links.carry_out",
            "interval": every,
            "expire_seconds": 4 * 60,
            "description": "Moves accounts to the advisor that has accepted them.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_statements_by_the_clock")]

    operations = [migrations.RunPython(write, erase)]
