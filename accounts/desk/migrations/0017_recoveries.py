"""Securities class action recovery: who takes part, what was recovered, and the walls around both."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from accounts.desk.recoveries import sql_setup
from accounts.ground.access import rls

STEPS, POSTINGS = sql_setup.STEPS, sql_setup.POSTINGS
OF_ACCOUNT = "firm_id, account_id, id"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0049_parties_of_fewer_accounts"),
        ("desk", "0016_lei_elections"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recovery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("recovery", "Recovery"), ("reversal", "Taken back")], default="recovery", max_length=8
                    ),
                ),
                ("case", models.CharField(max_length=200)),
                ("reference", models.CharField(help_text="The administrator's number of the claim", max_length=60)),
                ("currency", models.CharField(max_length=3)),
                ("gross", models.DecimalField(decimal_places=2, max_digits=20)),
                ("fee", models.DecimalField(decimal_places=2, max_digits=20)),
                ("net", models.DecimalField(decimal_places=2, max_digits=20)),
                (
                    "data_sent_on",
                    models.DateField(help_text="When the account's activity was sent to the administrator"),
                ),
                ("paid_on", models.DateField()),
                ("written_by", models.BigIntegerField()),
                ("written_at", models.DateTimeField()),
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
                (
                    "reverses",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="desk.recovery",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["account", "-paid_on"], name="recovery_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fee__gte", 0), ("gross__gt", 0), ("net__gt", 0)), name="recovery_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "gross",
                                django.db.models.expressions.CombinedExpression(models.F("fee"), "+", models.F("net")),
                            )
                        ),
                        name="recovery_sums",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "currency__in",
                                (
                                    "AED",
                                    "AUD",
                                    "BGN",
                                    "CAD",
                                    "CHF",
                                    "CNH",
                                    "CZK",
                                    "DKK",
                                    "EUR",
                                    "GBP",
                                    "HKD",
                                    "HUF",
                                    "ILS",
                                    "JPY",
                                    "KRW",
                                    "MXN",
                                    "NOK",
                                    "NZD",
                                    "PLN",
                                    "RON",
                                    "RUB",
                                    "SAR",
                                    "SEK",
                                    "SGD",
                                    "TRY",
                                    "USD",
                                    "ZAR",
                                ),
                            )
                        ),
                        name="recovery_currency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paid_on__gte", models.F("data_sent_on"))), name="recovery_paid_after_claim"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "recovery"), ("reverses", None)),
                            models.Q(("kind", "reversal"), ("reverses__isnull", False)),
                            _connector="OR",
                        ),
                        name="recovery_reverses_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "recovery")),
                        fields=("firm", "account", "reference"),
                        name="recovery_once_a_claim",
                    ),
                    models.UniqueConstraint(fields=("firm", "account", "id"), name="recovery_of_account"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryElection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("is_enrolled", models.BooleanField()),
                ("elected_by", models.BigIntegerField()),
                ("elected_at", models.DateTimeField()),
                ("language", models.CharField(blank=True, max_length=10)),
                ("document", models.TextField(blank=True, help_text="The terms as they were shown")),
                ("document_hash", models.CharField(blank=True, max_length=64)),
                ("signed_name", models.CharField(blank=True, max_length=200)),
                ("signed_address", models.CharField(blank=True, max_length=45)),
                ("signed_agent", models.CharField(blank=True, max_length=400)),
                ("signed_session", models.CharField(blank=True, help_text="SHA-256 of the session key", max_length=64)),
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
                "indexes": [models.Index(fields=["account", "-elected_at"], name="recoveryelection_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("document_hash__regex", "^[0-9a-f]{64}$"),
                                ("is_enrolled", True),
                                models.Q(("signed_name", ""), _negated=True),
                            ),
                            models.Q(
                                ("document", ""), ("document_hash", ""), ("is_enrolled", False), ("signed_name", "")
                            ),
                            _connector="OR",
                        ),
                        name="recovery_enrolled_by_signature",
                    )
                ],
            },
        ),
        *[
            tie
            for table in (STEPS, POSTINGS)
            for tie in (
                rls.tie(table, "firm_id, practice_id", "accounts_practice", "firm_id, id", f"{table}_practice"),
                rls.tie(table, "firm_id, account_id", "accounts_account", "firm_id, id", f"{table}_account"),
            )
        ],
        rls.tie(POSTINGS, "firm_id, account_id, reverses_id", POSTINGS, OF_ACCOUNT, "recovery_reverses_own"),
        rls.secure(STEPS, read=rls.sees_account()),
        rls.writes(STEPS, insert=sql_setup.ELECTS),
        rls.secure(POSTINGS, read=rls.sees_account(), office="SELECT, INSERT"),
        migrations.RunSQL(sql_setup.RULES, reverse_sql=migrations.RunSQL.noop),
        rls.append_only(STEPS),
        rls.append_only(POSTINGS),
        rls.trailed(STEPS, "account_id", "is_enrolled", "document_hash"),
        rls.trailed(POSTINGS, "account_id", "kind", "reference", "currency", "gross", "fee", "net", "paid_on"),
    ]
