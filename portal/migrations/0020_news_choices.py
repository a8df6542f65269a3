"""What people want to be told: each their own choice; mails of the firm ask who wants none. The clock finds them all."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

NAME = "Mails of news"
OWN = "(firm_id = (SELECT app_firm()) AND user_id = (SELECT app_user()) AND seat_id = (SELECT app_seat()))"
# Whoever owes a mail to somebody of the firm asks whether they want it.
OF_THE_FIRM = "(firm_id = (SELECT app_firm()))"


def write(apps, schema_editor):
    """Every quarter of an hour: somewhere it is seven in the morning."""
    periods = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    every = periods.get_or_create(every=15, period="minutes")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "news.mail",
            "interval": every,
            "expire_seconds": 900,
            "description": "Mails news to people who have chosen so, each time or in their morning.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("portal", "0019_forms_of_numbers"), ("accounts", "0051_money_managers")]

    operations = [
        migrations.CreateModel(
            name="NewsChoice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("user_id", models.BigIntegerField()),
                ("seat_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("corporate_action", "Corporate actions"),
                            ("statement", "Held accounts and statements"),
                            ("message", "News of the practice"),
                            ("conversation", "Messages and tickets"),
                            ("report", "Reports that are ready"),
                            ("reminder", "Reminders of events"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_counted", models.BooleanField(default=True)),
                (
                    "by_mail",
                    models.CharField(
                        choices=[
                            ("no", "No mail"),
                            ("each", "A mail each time"),
                            ("daily", "In the mail of the morning"),
                        ],
                        default="no",
                        max_length=5,
                    ),
                ),
                ("since", models.DateTimeField(help_text="What came before is not mailed")),
                ("told_until", models.DateTimeField()),
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
                "db_table": "portal_newschoice",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "seat_id", "kind"), name="news_choice_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["corporate_action", "statement", "message", "conversation", "report", "reminder"],
                            )
                        ),
                        name="news_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_mail__in", ["no", "each", "daily"])), name="news_mail_known"
                    ),
                ],
            },
        ),
        rls.secure(
            "portal_newschoice",
            read=OF_THE_FIRM,
            write=OWN,
            web="SELECT, INSERT, UPDATE, DELETE",
            worker="SELECT, UPDATE (told_until)",
            night="SELECT",
        ),
        migrations.RunPython(write, erase),
    ]
