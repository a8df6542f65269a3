"""Beat's entry for distributions that must still be taken."""

from django.db import migrations

NAME = "Required distributions: remind practices"


def write(apps, schema_editor):
    """Every six hours: 90, 30 and 7 days before, each once."""
    every = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(every=6, period="hours")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "distributions.remind",
            "interval": every,
            "expire_seconds": 5 * 60 * 60,
            "description": "Tells practices which required distributions are still to be taken.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = [("tools", "0003_impact"), ("portal", "0020_news_choices")]

    operations = [migrations.RunPython(write, erase)]
