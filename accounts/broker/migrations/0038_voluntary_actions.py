"""Corporate actions that ask for a choice, and what each entitled account has chosen."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.broker.corporate import sql_setup


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_payees_by_account"),
        ("broker", "0037_tax_lots"),
    ]

    operations = [
        migrations.CreateModel(
            name="VoluntaryAction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("TO", "Tender offer"),
                            ("RI", "Rights issue"),
                            ("CD", "Choice of dividend"),
                            ("TC", "Merger with a choice"),
                            ("EX", "Exchange offer"),
                        ],
                        max_length=2,
                    ),
                ),
                ("symbol", models.CharField(max_length=60)),
                ("conid", models.BigIntegerField(null=True)),
                ("title", models.CharField(max_length=200)),
                ("terms", models.TextField(help_text="What is offered, in the words of the announcement")),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=None),
                ),
                ("default", models.PositiveSmallIntegerField(default=0)),
                ("held_on", models.DateField(help_text="The day of the statements by which accounts are entitled")),
                ("deadline", models.DateTimeField()),
                ("announced_by", models.BigIntegerField()),
                ("announced_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                ("choice", models.PositiveSmallIntegerField(null=True)),
                ("chosen_by", models.BigIntegerField(null=True)),
                ("chosen_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
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
                (
                    "action",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entitlements",
                        to="broker.voluntaryaction",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="voluntaryaction",
            index=models.Index(fields=["firm", "-deadline"], name="voluntaryaction_deadline"),
        ),
        migrations.AddConstraint(
            model_name="voluntaryaction",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="voluntaryaction_firm_id"),
        ),
        migrations.AddConstraint(
            model_name="voluntaryaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("options__len__gte", 2), ("options__len__lte", 6), ("default__lt", models.F("options__len"))
                ),
                name="voluntaryaction_options",
            ),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(fields=["account"], name="entitlement_account"),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.UniqueConstraint(fields=("action", "account"), name="entitlement_once"),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="entitlement_of_something"),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", None), ("chosen_at", None), ("chosen_by", None)),
                    models.Q(("choice__isnull", False), ("chosen_at__isnull", False), ("chosen_by__isnull", False)),
                    _connector="OR",
                ),
                name="entitlement_chosen_by_somebody",
            ),
        ),
        *sql_setup.WALLS,
    ]
