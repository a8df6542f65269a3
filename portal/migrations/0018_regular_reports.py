"""Reports that are made regularly: each their maker's own; the clock finds all of them and makes each in its name."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

NAME = "Reports that are made regularly"
OWN = "(firm_id = (SELECT app_firm()) AND user_id = (SELECT app_user()) AND seat_id = (SELECT app_seat()))"


def write(apps, schema_editor):
    """Every quarter of an hour: a night may close a day at any time."""
    periods = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    every = periods.get_or_create(every=15, period="minutes")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "reports.submit_regular",
            "interval": every,
            "expire_seconds": 900,
            "description": "Submits reports that people have made every day, month, quarter or year.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("portal", "0017_empty_trash"), ("accounts", "0049_parties_of_fewer_accounts")]

    operations = [
        migrations.CreateModel(
            name="RegularReport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("user_id", models.BigIntegerField()),
                ("seat_id", models.BigIntegerField()),
                ("query", models.CharField(max_length=2000)),
                ("form", models.CharField(max_length=4)),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("daily", "Daily"),
                            ("monthly", "Monthly"),
                            ("quarterly", "Quarterly"),
                            ("annual", "Annual"),
                        ],
                        max_length=10,
                        verbose_name="How often",
                    ),
                ),
                ("made_for", models.DateField()),
                ("saved_at", models.DateTimeField()),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
            ],
            options={
                "db_table": "portal_regularreport",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_id", "seat_id", "query", "form", "frequency"), name="regular_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("frequency__in", ["daily", "monthly", "quarterly", "annual"])),
                        name="regular_frequency_known",
                    ),
                ],
            },
        ),
        rls.secure(
            "portal_regularreport",
            read=OWN,
            write=OWN,
            web="SELECT, INSERT, UPDATE (made_for), DELETE",
            worker="SELECT, UPDATE (made_for)",
            night="SELECT",
        ),
        migrations.RunPython(write, erase),
    ]
