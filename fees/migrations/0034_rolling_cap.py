"""What the rolling cap leaves out of a fee, and what of a charge is not taken."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

WALLS = [
    rls.tie("fees_cut", "firm_id, account_id", "accounts_account", "firm_id, id", "cut_account_in_firm"),
    rls.tie("fees_cut", "firm_id, practice_id", "accounts_practice", "firm_id, id", "cut_payee_in_firm"),
    rls.secure("fees_cut", read=rls.sees(), night="SELECT, INSERT"),
    rls.append_only("fees_cut"),
    migrations.RunSQL("GRANT UPDATE (forgone) ON fees_charge TO portal_night", reverse_sql=migrations.RunSQL.noop),
]

# What was written off before was all of it; the triggers keep ended charges as they are.
WRITTEN_OFF = migrations.RunSQL(
    """
    ALTER TABLE fees_charge DISABLE TRIGGER USER;
    UPDATE fees_charge SET forgone = amount WHERE state = 'written_off';
    ALTER TABLE fees_charge ENABLE TRIGGER USER;
    """,
    reverse_sql=migrations.RunSQL.noop,
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0033_client_consents"),
        ("fees", "0033_billing_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cut",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="cut",
                        serialize=False,
                        to="fees.charge",
                    ),
                ),
                ("day", models.DateField()),
                ("taken", models.DecimalField(decimal_places=2, max_digits=20)),
                ("windows", models.TextField()),
                ("run_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "fees_cut",
                "ordering": ["-day", "charge"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="charge",
            name="forgone",
            field=models.DecimalField(decimal_places=2, max_digits=20, null=True),
        ),
        migrations.AlterField(
            model_name="charge",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_value", "The account had no positive value"),
                    ("no_profit", "The period left no profit to charge"),
                    ("no_trade_fee", "The trades of the day cost nothing"),
                    ("no_change", "The period costs the same"),
                    ("below_unit", "The fee is below the smallest unit of the currency"),
                    ("liquidation", "The broker liquidated a position of the account that day"),
                    ("funds", "The account's cash does not cover the fee"),
                    ("fee_cap", "The rolling cap of the account's fees left no room for all of it"),
                    ("earlier", "The fee that it adjusts has not been charged yet"),
                    ("not_taken", "The fee that it adjusts had not been taken in full"),
                ],
                default="",
                max_length=20,
            ),
        ),
        WRITTEN_OFF,
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("forgone", models.F("amount")), ("state", "written_off")),
                    models.Q(
                        ("state", "posted"),
                        models.Q(("forgone__isnull", True), models.Q(("forgone", 0), _negated=True), _connector="OR"),
                    ),
                    models.Q(
                        models.Q(("state__in", ("written_off", "posted")), _negated=True), ("forgone__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="charge_forgone_when_ended",
            ),
        ),
        migrations.AddField(
            model_name="cut",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddField(
            model_name="cut",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.firm",
            ),
        ),
        migrations.AddField(
            model_name="cut",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddIndex(
            model_name="cut",
            index=models.Index(fields=["day"], name="cut_day"),
        ),
        migrations.AddConstraint(
            model_name="cut",
            constraint=models.CheckConstraint(condition=models.Q(("taken__gte", 0)), name="cut_not_negative"),
        ),
        *WALLS,
    ]
