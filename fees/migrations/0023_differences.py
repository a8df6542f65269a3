"""Differences between agreements and bills, their walls, and what the night reads to find them."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

# A practice sees its own; a user of it with fewer accounts sees those of them; a client sees none.
SEES = (
    f"({rls.sees(account=None)} OR ((SELECT app_reach()) = 'accounts' AND (SELECT app_role()) IN ('top', 'second')"
    " AND account_id = ANY ((SELECT app_accounts())::bigint[])))"
)
OF_THE_NIGHT = """
CREATE POLICY portal_night_all ON {table} FOR SELECT TO portal_night USING (true);
GRANT SELECT ON {table} TO portal_night
"""

WALLS = [
    rls.tie("fees_difference", "firm_id, account_id", "accounts_account", "firm_id, id", "difference_account_in_firm"),
    rls.tie("fees_difference", "firm_id, practice_id", "accounts_practice", "firm_id, id", "difference_payee_in_firm"),
    rls.secure("fees_difference", read=SEES, night="SELECT, INSERT, UPDATE"),
    rls.narrow("fees_difference"),
    *(
        migrations.RunSQL(OF_THE_NIGHT.format(table=table), reverse_sql=migrations.RunSQL.noop)
        for table in ("fees_proposal", "fees_signature")
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0029_differences"),
        ("fees", "0022_what_if"),
    ]

    operations = [
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("wrong_rate", "Wrong rate"),
                            ("stale_schedule", "Stale schedule"),
                            ("start_proration", "Missing proration at the start"),
                            ("exit_refund", "Missing refund at the exit"),
                            ("unsigned_increase", "Unsigned increase"),
                            ("missing_days", "Days that were not billed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("method", models.PositiveSmallIntegerField(help_text="Code of the engine's registry", null=True)),
                ("subject", models.CharField(max_length=100)),
                ("day", models.DateField(help_text="Night that found it first")),
                ("currency", models.CharField(max_length=3)),
                ("expected", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ("found", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ("detail", models.JSONField(default=dict)),
                ("ended_on", models.DateField(help_text="Night that found it no more", null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                        verbose_name="payee",
                    ),
                ),
            ],
            options={
                "db_table": "fees_difference",
                "ordering": ["-day", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(condition=models.Q(("ended_on", None)), fields=["account"], name="difference_open"),
                    models.Index(fields=["firm", "-day"], name="difference_firm_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "practice", "reason", "subject"), name="difference_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "wrong_rate",
                                    "stale_schedule",
                                    "start_proration",
                                    "exit_refund",
                                    "unsigned_increase",
                                    "missing_days",
                                ],
                            )
                        ),
                        name="difference_reason_known",
                    ),
                ],
            },
        ),
        *WALLS,
    ]
