"""The broker's charges that advisors offered to pay, and who paid each."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

WALLS = [
    rls.tie(
        "fees_bornecharge", "firm_id, account_id", "accounts_account", "firm_id, id", "bornecharge_account_in_firm"
    ),
    rls.tie(
        "fees_bornecharge", "firm_id, practice_id", "accounts_practice", "firm_id, id", "bornecharge_payer_in_firm"
    ),
    # The row says what the advisor had, which is not for its clients.
    rls.secure("fees_bornecharge", read=rls.sees(account=None), night="SELECT, INSERT"),
    rls.append_only("fees_bornecharge"),
    # Few agreements have a switch on: the night finds them without reading the others.
    migrations.RunSQL(
        """
        CREATE INDEX schedule_commissions_to_master ON fees_schedule (account_id) WHERE commissions_to_master;
        CREATE INDEX schedule_other_fees_to_master ON fees_schedule (account_id) WHERE other_fees_to_master;
        """,
        reverse_sql="DROP INDEX schedule_commissions_to_master; DROP INDEX schedule_other_fees_to_master",
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0036_borne_charges"),
        ("broker", "0019_agreements_are_read_first"),
        ("fees", "0034_rolling_cap"),
    ]

    operations = [
        migrations.CreateModel(
            name="BorneCharge",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("commission", "Commission"), ("other", "Other fee of the broker")], max_length=10
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=200)),
                ("charged_on", models.DateField(help_text="The broker's day")),
                ("day", models.DateField(help_text="The night that decided")),
                ("place", models.PositiveIntegerField(help_text="Its place among the night's charges of the advisor")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("payer", models.CharField(choices=[("master", "master"), ("client", "client")], max_length=6)),
                ("balance", models.DecimalField(decimal_places=4, max_digits=24, null=True)),
                ("master_currency", models.CharField(max_length=3)),
                ("usd_rate", models.DecimalField(decimal_places=10, max_digits=20, null=True)),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=10,
                        help_text="From the charge's currency into the advisor's",
                        max_digits=20,
                        null=True,
                    ),
                ),
                ("run_id", models.BigIntegerField()),
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
                    "line",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.cashline",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                        verbose_name="advisor",
                    ),
                ),
                (
                    "trade",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.trade",
                    ),
                ),
            ],
            options={
                "db_table": "fees_bornecharge",
                "ordering": ["-day", "place"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["firm", "-day", "id"], name="bornecharge_firm_day"),
                    models.Index(fields=["practice", "-day", "id"], name="bornecharge_practice_day"),
                    models.Index(fields=["account", "-day", "id"], name="bornecharge_account_day"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="bornecharge_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("trade__isnull", True), ("line__isnull", True), _connector="XOR"),
                        name="bornecharge_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer__in", ["master", "client"])), name="bornecharge_payer"
                    ),
                ],
            },
        ),
        *WALLS,
    ]
