"""Money in and out: requests, saved banks, files for the broker, and their walls."""

import uuid
from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

from accounts.broker.funding import sql_setup
from accounts.ground.access import rls

REQUEST, BANK, FILE = sql_setup.REQUEST, sql_setup.BANK, "broker_fundingfile"
NIGHT = "status, answered_at, arrived_on, credited_on, available_on, line_id, moved_id, ended_at, reason"
OFFICE = "status, file_id, sent_at, released_at, ended_by, ended_at, reason"

WALLS = [
    rls.tie(BANK, "firm_id, account_id", "accounts_account", "firm_id, id", "savedbank_account_firm"),
    rls.tie(BANK, "firm_id, practice_id", "accounts_practice", "firm_id, id", "savedbank_practice_firm"),
    rls.tie(REQUEST, "firm_id, account_id", "accounts_account", "firm_id, id", "funding_account_firm"),
    rls.tie(REQUEST, "firm_id, practice_id", "accounts_practice", "firm_id, id", "funding_practice_firm"),
    rls.tie(REQUEST, "firm_id, counter_id", "accounts_account", "firm_id, id", "funding_counter_firm"),
    rls.tie(REQUEST, "firm_id, account_id, bank_id", BANK, "firm_id, account_id, id", "funding_bank_account"),
    rls.tie(REQUEST, "firm_id, file_id", FILE, "firm_id, id", "funding_file_firm"),
    rls.tie(REQUEST, "firm_id, line_id", "broker_cashline", "firm_id, id", "funding_line_firm"),
    rls.secure(FILE, read="false", web="", worker="", night="SELECT", office="SELECT, INSERT"),
    rls.append_only(FILE),
    rls.secure(BANK, read=sql_setup.SEES, night="SELECT"),
    rls.writes(
        BANK,
        insert=f"({sql_setup.ADDS} AND {rls.at_home(BANK)})",
        update=sql_setup.SEES,
        columns=("deleted_by", "deleted_at"),
    ),
    rls.secure(REQUEST, read=sql_setup.SEES, night=f"SELECT, UPDATE ({NIGHT})", office=f"SELECT, UPDATE ({OFFICE})"),
    rls.writes(REQUEST, insert=f"({sql_setup.ASKS} AND {rls.at_home(REQUEST)})"),
    migrations.RunSQL(
        f"CREATE POLICY page_update ON {REQUEST} FOR UPDATE TO {rls.READERS}"
        f" USING ({sql_setup.CHANGES}) WITH CHECK ({sql_setup.CHANGED});"
        f"GRANT UPDATE ({', '.join(sql_setup.COLUMNS)}) ON {REQUEST} TO {rls.READERS}",
        reverse_sql=migrations.RunSQL.noop,
    ),
    migrations.RunSQL(sql_setup.STEPS, reverse_sql=migrations.RunSQL.noop),
    migrations.RunSQL(sql_setup.SUMS, reverse_sql=migrations.RunSQL.noop),
    migrations.RunSQL(sql_setup.LISTED, reverse_sql=migrations.RunSQL.noop),
    rls.trailed(
        REQUEST,
        *("account_id", "kind", "method", "amount", "currency", "counter_id", "bank_id", "status", "asked_by"),
        *("verified_by", "consented_by", "ended_by", "reason"),
    ),
    rls.trailed(BANK, "account_id", "name", "method", "bank_name", "deleted_by", secrets=("code", "number")),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0048_draws"),
        ("broker", "0025_rates_known_then"),
    ]

    operations = [
        migrations.CreateModel(
            name="FundingFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("name", models.CharField(max_length=100)),
                ("rows", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField()),
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
            name="SavedBank",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=150)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("WIRE", "Wire"),
                            ("ACH", "ACH"),
                            ("EFT", "EFT"),
                            ("SEPA", "SEPA"),
                            ("CHECK", "Check"),
                            ("INTERNAL", "Internal"),
                        ],
                        max_length=10,
                    ),
                ),
                ("bank_name", models.CharField(max_length=150)),
                ("holder", models.CharField(max_length=150)),
                ("code", models.CharField(blank=True, help_text="Routing number or BIC", max_length=11)),
                ("number", models.CharField(help_text="Account number or IBAN", max_length=34)),
                ("added_by", models.BigIntegerField()),
                ("added_at", models.DateTimeField()),
                ("deleted_by", models.BigIntegerField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
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
            },
        ),
        migrations.CreateModel(
            name="FundingRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deposit", "Deposit"),
                            ("withdrawal", "Withdrawal"),
                            ("internal_cash", "Internal cash transfer"),
                            ("bank", "Bank instruction"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("WIRE", "Wire"),
                            ("ACH", "ACH"),
                            ("EFT", "EFT"),
                            ("SEPA", "SEPA"),
                            ("CHECK", "Check"),
                            ("INTERNAL", "Internal"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("usd", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ("available", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending_confirmation", "Pending Confirmation"),
                            ("pending_verification", "Pending Verification"),
                            ("pending_advisor", "Pending Advisor"),
                            ("pending", "Pending"),
                            ("approved", "Approved"),
                            ("processed", "Processed"),
                            ("completed", "Completed"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_by_advisor", models.BooleanField()),
                ("factor", models.CharField(blank=True, max_length=20)),
                ("key", models.UUIDField()),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("requested_on", models.DateField()),
                (
                    "counts_on",
                    models.DateField(help_text="The business day on whose limits it counts", null=True),
                ),
                ("wrong_numbers", models.PositiveSmallIntegerField(default=0)),
                ("numbered_at", models.DateTimeField(help_text="From when the mailed number counts", null=True)),
                ("hold_until", models.DateTimeField(null=True)),
                ("verified_by", models.BigIntegerField(null=True)),
                ("consented_by", models.BigIntegerField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("arrived_on", models.DateField(null=True)),
                ("credited_on", models.DateField(null=True)),
                ("available_on", models.DateField(null=True)),
                ("ended_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
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
                    "counter",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="broker.fundingfile",
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
                        related_name="funding",
                        to="broker.cashline",
                    ),
                ),
                (
                    "moved",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="funding",
                        to="broker.positiontransfer",
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
                (
                    "bank",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="broker.savedbank",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="fundingfile",
            index=models.Index(fields=["day"], name="funding_file_day"),
        ),
        migrations.AddConstraint(
            model_name="fundingfile",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="funding_file_firm_id"),
        ),
        migrations.AddConstraint(
            model_name="savedbank",
            constraint=models.UniqueConstraint(fields=("firm", "account", "id"), name="savedbank_of_account"),
        ),
        migrations.AddConstraint(
            model_name="savedbank",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("account", "practice", "name"),
                name="savedbank_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedbank",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), models.Q(("number", ""), _negated=True)),
                name="savedbank_says_where",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedbank",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["WIRE", "ACH", "EFT", "SEPA"])), name="savedbank_method"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedbank",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at", None), ("deleted_by", None)),
                    models.Q(("deleted_at__isnull", False), ("deleted_by__isnull", False)),
                    _connector="OR",
                ),
                name="savedbank_deleted_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="fundingrequest",
            index=models.Index(fields=["firm", "practice", "-requested_on"], name="funding_practice"),
        ),
        migrations.AddIndex(
            model_name="fundingrequest",
            index=models.Index(fields=["account", "-requested_on"], name="funding_account"),
        ),
        migrations.AddIndex(
            model_name="fundingrequest",
            index=models.Index(fields=["asked_by", "requested_on"], name="funding_asker"),
        ),
        migrations.AddIndex(
            model_name="fundingrequest",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        ("pending_confirmation", "pending_verification", "pending_advisor", "pending", "processed"),
                    )
                ),
                fields=["status"],
                name="funding_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.UniqueConstraint(fields=("asked_by", "key"), name="funding_asked_once"),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("bank__isnull", False), ("kind", "bank")),
                    models.Q(models.Q(("kind", "bank"), _negated=True), ("amount__gt", Decimal("0"))),
                    _connector="OR",
                ),
                name="funding_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("counter__isnull", False), ("kind", "internal_cash"), ("method", "INTERNAL")),
                    models.Q(
                        models.Q(("kind", "internal_cash"), _negated=True),
                        models.Q(("method", "INTERNAL"), _negated=True),
                        ("counter", None),
                    ),
                    _connector="OR",
                ),
                name="funding_counter",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("counter", models.F("account")), _negated=True), name="funding_two_accounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "withdrawal"), _negated=True),
                    models.Q(
                        ("usd__gt", Decimal("0")),
                        models.Q(("method", "CHECK"), ("bank__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="funding_withdrawal_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "withdrawal"), _negated=True),
                    ("counts_on__gte", models.F("requested_on")),
                    models.Q(("counts_on", None), ("status__in", ["pending_confirmation", "cancelled", "expired"])),
                    _connector="OR",
                ),
                name="funding_counts_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("currency", "USD"), ("kind", "withdrawal"), _negated=True),
                    ("usd", models.F("amount")),
                    _connector="OR",
                ),
                name="funding_dollars_are_dollars",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "pending_advisor"), _negated=True),
                    models.Q(("hold_until__isnull", False), ("kind", "withdrawal")),
                    _connector="OR",
                ),
                name="funding_hold_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "pending_confirmation"), _negated=True),
                    ("numbered_at__isnull", False),
                    _connector="OR",
                ),
                name="funding_has_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at", None),
                        (
                            "status__in",
                            ("pending_confirmation", "pending_verification", "pending_advisor", "pending", "processed"),
                        ),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("status__in", ("approved", "completed", "rejected", "cancelled", "expired")),
                    ),
                    _connector="OR",
                ),
                name="funding_end_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "completed"), _negated=True),
                    ("line__isnull", False),
                    ("moved__isnull", False),
                    _connector="OR",
                ),
                name="funding_completed_by_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "processed"), _negated=True),
                    models.Q(("file__isnull", False), ("sent_at__isnull", False)),
                    _connector="OR",
                ),
                name="funding_processed_was_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "cancelled"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="funding_cancel_says_why",
            ),
        ),
        *WALLS,
    ]
