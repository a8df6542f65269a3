"""What the back office decides about a night: to pause it, to hold an account back, to use the value of the day before."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

TABLE = "accounts_nightdecision"

WALLS = [
    # No page reads it; the night seals it, the back office shows it.
    rls.secure(TABLE, read="false", web="", worker="", night="SELECT", office="SELECT, INSERT"),
    rls.append_only(TABLE),
    rls.tie(TABLE, "firm_id, account_id", "accounts_account", "firm_id, id", "decision_account"),
    rls.trailed(TABLE, "kind", "day", "account_id", "reason", "value", "value_of"),
    migrations.RunSQL(
        "GRANT INSERT ON accounts_hold TO portal_office; GRANT UPDATE (paused_at) ON accounts_run TO portal_office",
        reverse_sql="REVOKE INSERT ON accounts_hold FROM portal_office;"
        " REVOKE UPDATE (paused_at) ON accounts_run FROM portal_office",
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0041_work_of_leavers"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="paused_at",
            field=models.DateTimeField(help_text="Nothing of it is taken up until somebody lets it go on", null=True),
        ),
        migrations.CreateModel(
            name="NightDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("night", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pause", "Paused"),
                            ("resume", "Went on"),
                            ("carry", "Value of the day before used"),
                            ("hold", "Account held back"),
                            ("release", "Account let in"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("value", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("value_of", models.DateField(null=True)),
                ("user_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_nightdecision",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["night"], name="decision_night"),
                    models.Index(fields=["account", "day"], name="decision_account_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="decision_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account", None), ("firm", None), ("kind__in", ("pause", "resume"))),
                            models.Q(
                                models.Q(("kind__in", ("pause", "resume")), _negated=True),
                                ("account__isnull", False),
                                ("firm__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="decision_about_one_account_or_all",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "carry"), ("value__isnull", False), ("value_of__isnull", False)),
                            models.Q(models.Q(("kind", "carry"), _negated=True), ("value", None), ("value_of", None)),
                            _connector="OR",
                        ),
                        name="decision_names_the_value",
                    ),
                ],
            },
        ),
        *WALLS,
    ]
