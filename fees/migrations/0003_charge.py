"""The charges of closed periods, their wall, and what keeps them as they were charged."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from accounts.ground.access import rls

WALLS = [
    rls.tie("fees_charge", "firm_id, account_id", "accounts_account", "firm_id, id", "charge_account_in_firm"),
    rls.tie("fees_charge", "firm_id, practice_id", "accounts_practice", "firm_id, id", "charge_payee_in_firm"),
    # A payee sees what it is paid, a client what it pays; a second-level advisor does not see the top level's fee.
    rls.secure(
        "fees_charge",
        read=rls.sees(),
        night="SELECT, INSERT, UPDATE (state, reason, posted_on, retry_until)",
    ),
]

# Only how far a charge has got may change, and nothing once it has ended. Both triggers cost a posting nothing.
KEPT = [
    migrations.RunSQL(
        """
        CREATE TRIGGER fees_charge_kept BEFORE TRUNCATE ON fees_charge
            FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER fees_charge_stays BEFORE DELETE ON fees_charge
            FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER fees_charge_facts BEFORE UPDATE OF id, firm_id, account_id, practice_id, method, starts, ends,
            period_end_day, currency, exact, amount, due_on, inputs, fingerprint, run_id, revision, created_at
            ON fees_charge FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER fees_charge_ended BEFORE UPDATE ON fees_charge
            FOR EACH ROW WHEN (OLD.state IN ('posted', 'zero', 'written_off')) EXECUTE FUNCTION app_refuse_change();
        """,
        reverse_sql=migrations.RunSQL.noop,
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_keys_within_a_firm"),
        ("fees", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("method", models.PositiveSmallIntegerField(help_text="Code of the engine's registry")),
                ("starts", models.DateField()),
                ("ends", models.DateField(help_text="First day that it does not charge")),
                ("period_end_day", models.DateField(help_text="Business day that closed the period")),
                ("currency", models.CharField(max_length=3)),
                ("exact", models.DecimalField(decimal_places=8, max_digits=24)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "Due"),
                            ("deferred", "Deferred"),
                            ("posted", "Posted"),
                            ("zero", "Nothing to post"),
                            ("written_off", "Written off"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_value", "The account had no positive value"),
                            ("below_unit", "The fee is below the smallest unit of the currency"),
                            ("funds", "The account's cash does not cover the fee"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("due_on", models.DateField()),
                ("posted_on", models.DateField(null=True)),
                (
                    "retry_until",
                    models.DateField(help_text="Last night that tries to post a deferred charge", null=True),
                ),
                ("inputs", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("run_id", models.BigIntegerField(help_text="The night that closed the period")),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
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
                        related_name="charges",
                        to="accounts.practice",
                        verbose_name="payee",
                    ),
                ),
            ],
            options={
                "db_table": "fees_charge",
                "ordering": ["-period_end_day", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("due", "deferred"))),
                        fields=["account"],
                        name="charge_waiting",
                    ),
                    models.Index(fields=["firm", "posted_on"], name="charge_firm_posted"),
                    models.Index(fields=["practice", "posted_on"], name="charge_practice_posted"),
                    django.contrib.postgres.indexes.BrinIndex(fields=["run_id"], name="charge_run"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "practice", "method", "starts", "revision"), name="charge_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("ends__gt", models.F("starts"))), name="charge_period"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("exact__gte", 0)), name="charge_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["due", "deferred", "posted", "zero", "written_off"])),
                        name="charge_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount", 0), ("state", "zero")),
                            models.Q(models.Q(("state", "zero"), _negated=True), ("amount__gt", 0)),
                            _connector="OR",
                        ),
                        name="charge_zero_is_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("posted_on__isnull", False), ("state", "posted")),
                            models.Q(models.Q(("state", "posted"), _negated=True), ("posted_on__isnull", True)),
                            _connector="OR",
                        ),
                        name="charge_posted_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "deferred"), _negated=True),
                            ("retry_until__isnull", False),
                            _connector="OR",
                        ),
                        name="charge_deferred_has_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fingerprint__regex", "^[0-9a-f]{64}$")), name="charge_fingerprint_shape"
                    ),
                ],
            },
        ),
        *WALLS,
        *KEPT,
    ]
