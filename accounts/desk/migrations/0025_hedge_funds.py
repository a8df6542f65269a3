"""The hedge-fund programme: funds, clients' answers as investors, requests to invest, and the walls around them."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from accounts.desk.hedge_funds.sql_setup import (
    ANSWERED,
    ANSWERS,
    ASKS,
    CHANGED,
    CHANGES,
    COLUMNS,
    FUNDS,
    KEPT,
    READS,
    READS_FUNDS,
    REQUESTS,
)
from accounts.ground.access import rls
from accounts.ground.assignments.sql_setup import shut


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_payees_by_account"),
        ("desk", "0024_marketplace"),
    ]

    operations = [
        migrations.CreateModel(
            name="HedgeFund",
            fields=[
                ("code", models.SlugField(max_length=40, primary_key=True, serialize=False)),
                (
                    "name",
                    models.CharField(
                        help_text="As fee schedules and valuations are to name it", max_length=60, unique=True
                    ),
                ),
                ("company", models.CharField(max_length=120, verbose_name="manager")),
                ("strategy", models.CharField(max_length=200)),
                ("share_class", models.CharField(max_length=80, verbose_name="class")),
                (
                    "investor",
                    models.CharField(
                        choices=[("accredited", "Accredited investors"), ("qualified", "Qualified purchasers")],
                        max_length=10,
                        verbose_name="open to",
                    ),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("minimum", models.DecimalField(decimal_places=2, max_digits=14)),
                ("subscription", models.CharField(max_length=200, verbose_name="subscription")),
                ("redemption", models.CharField(max_length=200, verbose_name="redemption")),
                ("fees", models.CharField(blank=True, max_length=200, verbose_name="fees of the fund")),
                ("is_offered", models.BooleanField(default=True, verbose_name="offered")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("minimum__gt", 0)), name="hedgefund_minimum"),
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
                        name="hedgefund_currency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("share_class", ""), _negated=True)
                        ),
                        name="hedgefund_named",
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="FundRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("currency", models.CharField(max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Awaiting Client"),
                            ("signed", "Awaiting the back office"),
                            ("confirmed", "Sent to the fund"),
                            ("refused", "Refused by the fund"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("document", models.TextField(help_text="Exactly what the client reads and signs")),
                ("document_hash", models.CharField(max_length=64)),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("signed_by", models.BigIntegerField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
                ("signed_name", models.CharField(blank=True, max_length=200)),
                ("signed_address", models.CharField(blank=True, max_length=45)),
                ("signed_agent", models.CharField(blank=True, max_length=400)),
                ("signed_session", models.CharField(blank=True, help_text="SHA-256 of the session key", max_length=64)),
                ("ended_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it was refused; advisor and client read it", max_length=500
                    ),
                ),
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
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desk.hedgefund"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["practice", "-asked_at"], name="fundrequest_practice"),
                    models.Index(fields=["account", "-asked_at"], name="fundrequest_account"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("waiting", "signed"))),
                        fields=("account", "fund"),
                        name="fundrequest_one_a_fund",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="fundrequest_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("document_hash__regex", "^[0-9a-f]{64}$")), name="fundrequest_names_text"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state__in", ("waiting", "signed"))),
                            models.Q(
                                models.Q(("state__in", ("waiting", "signed")), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="fundrequest_end_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at", None), ("signed_by", None), ("signed_name", "")),
                            models.Q(
                                ("signed_at__isnull", False),
                                ("signed_by__isnull", False),
                                models.Q(("signed_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="fundrequest_signed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("signed", "confirmed", "refused")), _negated=True),
                            ("signed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="fundrequest_sent_is_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="fundrequest_refused_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvestorAnswer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("income", "Income above 200,000 USD a year, or 300,000 USD with a spouse or partner"),
                            ("net_worth", "Net worth above 1,000,000 USD without the home"),
                            ("professional", "A licence as a professional of securities"),
                            ("entity_assets", "An entity with assets above 5,000,000 USD"),
                            ("investments", "A person or family firm with investments of 5,000,000 USD or more"),
                            ("entity_investments", "An entity with investments of 25,000,000 USD or more"),
                            ("neither", "None of these"),
                        ],
                        max_length=20,
                    ),
                ),
                ("answered_on", models.DateField()),
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
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["account", "-written_at"], name="investoranswer_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "answer__in",
                                [
                                    "income",
                                    "net_worth",
                                    "professional",
                                    "entity_assets",
                                    "investments",
                                    "entity_investments",
                                    "neither",
                                ],
                            )
                        ),
                        name="investoranswer_known",
                    )
                ],
            },
        ),
        *(
            rls.tie(table, f"firm_id, {one}_id", f"accounts_{one}", "firm_id, id", f"{table}_{one}")
            for table in (ANSWERS, REQUESTS)
            for one in ("practice", "account")
        ),
        rls.secure(FUNDS, read=READS_FUNDS, worker="", office="SELECT, INSERT, UPDATE"),
        rls.secure(ANSWERS, read=rls.sees_account(), worker=""),
        rls.writes(ANSWERS, insert=ANSWERED),
        migrations.RunSQL(shut(ANSWERS), reverse_sql=f"DROP POLICY managed_shut ON {ANSWERS}"),
        rls.append_only(ANSWERS),
        rls.secure(REQUESTS, read=READS, office="SELECT, UPDATE (state, ended_by, ended_at, reason)"),
        rls.writes(REQUESTS, insert=ASKS),
        migrations.RunSQL(
            f"CREATE POLICY page_update ON {REQUESTS} FOR UPDATE TO {rls.READERS} USING ({CHANGES})"
            f" WITH CHECK ({CHANGED}); GRANT UPDATE ({', '.join(COLUMNS)}) ON {REQUESTS} TO {rls.READERS}",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RunSQL(KEPT, reverse_sql=migrations.RunSQL.noop),
        rls.trailed(
            FUNDS,
            *("code", "name", "company", "strategy", "share_class", "investor", "currency", "minimum"),
            *("subscription", "redemption", "fees", "is_offered"),
        ),
        rls.trailed(ANSWERS, "account_id", "answer", "answered_on"),
        rls.trailed(REQUESTS, "account_id", "fund_id", "amount", "state", "signed_at", "reason"),
    ]
