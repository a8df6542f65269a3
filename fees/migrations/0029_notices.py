"""What clients are told of the fees that were charged, and how."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0027_reimbursements_and_instructions"),
        ("fees", "0028_reimbursement_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="notice",
                        serialize=False,
                        to="fees.charge",
                    ),
                ),
                ("day", models.DateField()),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("none", "No notices"),
                            ("mail", "By e-mail"),
                            ("both", "By e-mail and in the message center"),
                        ],
                        max_length=5,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("brand", models.CharField(max_length=200)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("document", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("run_id", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
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
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["account", "-day"], name="notice_account_day"),
                    models.Index(fields=["practice", "-day"], name="notice_practice_day"),
                    models.Index(fields=["firm", "-day"], name="notice_firm_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeSetting",
            fields=[
                (
                    "practice",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.practice",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("none", "No notices"),
                            ("mail", "By e-mail"),
                            ("both", "By e-mail and in the message center"),
                        ],
                        max_length=5,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.BigIntegerField()),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["none", "mail", "both"])), name="notice_mode_known"
                    )
                ],
            },
        ),
    ]
