"""Webhooks: a practice's own addresses, the messages owed to them, and the triggers that owe them."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.desk.hooks import sql_setup
from accounts.ground.access import rls

NAME = "Webhooks"
FIRM = {"db_constraint": False, "db_index": False, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}


def write(apps, schema_editor):
    """Every minute, as owed mails."""
    periods = apps.get_model("django_celery_beat", "IntervalSchedule").objects
    every = periods.get_or_create(every=1, period="minutes")[0]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.update_or_create(
        name=NAME,
        defaults={
            "task": "hooks.deliver",
            "interval": every,
            "expire_seconds": 60,
            "description": "Sends what programs of practices are to be told.",
        },
    )


def erase(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0021_recoveries_in_statements"),
        ("accounts", "0051_money_managers"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hook",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("url", models.CharField(max_length=500)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("secret", models.CharField(max_length=300)),
                ("previous_secret", models.CharField(blank=True, max_length=300)),
                ("previous_until", models.DateTimeField(null=True)),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, help_text="Tries that failed since the last that arrived"),
                ),
                ("made_by", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_why", models.CharField(blank=True, max_length=200)),
                ("removed_at", models.DateTimeField(null=True)),
                ("firm", models.ForeignKey(to="accounts.firm", **FIRM)),
                ("practice", models.ForeignKey(to="accounts.practice", **FIRM)),
            ],
            options={
                "db_table": "desk_hook",
                "abstract": False,
                "indexes": [models.Index(fields=["practice", "made_at"], name="hook_of_practice")],
                "constraints": [
                    models.UniqueConstraint(fields=("firm", "practice", "id"), name="hook_practice_id"),
                    models.CheckConstraint(
                        condition=models.Q(("kinds", []), _negated=True), name="hook_tells_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HookDelivery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("body", models.TextField()),
                ("replays", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.Now())),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.Now())),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.CharField(blank=True, db_default="", max_length=500)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("firm", models.ForeignKey(to="accounts.firm", **FIRM)),
                ("hook", models.ForeignKey(to="desk.hook", **FIRM)),
                ("practice", models.ForeignKey(to="accounts.practice", **FIRM)),
            ],
            options={
                "db_table": "desk_hookdelivery",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["hook", "made_at", "id"], name="delivery_of_hook"),
                    models.Index(
                        models.F("due_at"),
                        condition=models.Q(("delivered_at", None), ("given_up_at", None)),
                        name="delivery_waits",
                    ),
                ],
            },
        ),
        rls.secure(
            sql_setup.HOOKS,
            read=sql_setup.OWN,
            write=sql_setup.OWN,
            web="SELECT, INSERT, UPDATE",
            worker="",
            night="SELECT, UPDATE (failures, stopped_at, stopped_why)",
            office="",
        ),
        rls.secure(
            sql_setup.DELIVERIES,
            read=sql_setup.OWN,
            write=sql_setup.OF_OWN_HOOK,
            web="SELECT, INSERT",
            worker="",
            night="SELECT, UPDATE (attempts, status, answer, delivered_at, given_up_at, due_at)",
            office="",
        ),
        rls.tie(sql_setup.HOOKS, "firm_id, practice_id", "accounts_practice", "firm_id, id", "hook_in_firm"),
        rls.tie(
            sql_setup.DELIVERIES,
            "firm_id, practice_id, hook_id",
            sql_setup.HOOKS,
            "firm_id, practice_id, id",
            "delivery_of_own_hook",
        ),
        migrations.RunSQL(sql_setup.TRIGGERS, reverse_sql=sql_setup.BACK),
        rls.trailed(
            sql_setup.HOOKS,
            *("name", "url", "kinds", "stopped_at", "stopped_why", "removed_at"),
            secrets=("secret", "previous_secret"),
        ),
        migrations.RunPython(write, erase),
    ]
