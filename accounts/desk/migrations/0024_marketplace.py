"""Listings of the Investors' Marketplace and the walls around them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.desk.marketplace import sql_setup
from accounts.ground.access import rls

TABLE = sql_setup.TABLE


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_payees_by_account"),
        ("desk", "0023_mailboxes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Listing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("money_manager", "Money managers"),
                            ("research", "Research"),
                            ("technology", "Technology"),
                            ("administrator", "Administrators"),
                        ],
                        max_length=15,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("text", models.TextField(max_length=3000)),
                ("website", models.CharField(blank=True, max_length=200)),
                ("contact", models.CharField(max_length=200)),
                ("region", models.CharField(max_length=80)),
                ("minimum", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("fees", models.CharField(blank=True, max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Waits for the back office"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("written_by", models.BigIntegerField()),
                ("written_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Why it was declined; the firm reads it", max_length=500),
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
                    models.Index(
                        condition=models.Q(("state", "approved")),
                        fields=["category", "name"],
                        name="listing_by_category",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "category"), name="listing_one_a_category"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("text", ""), _negated=True),
                            models.Q(("contact", ""), _negated=True),
                        ),
                        name="listing_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minimum", None), ("minimum__gte", 0), _connector="OR"),
                        name="listing_minimum",
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
                        name="listing_currency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("website", ""), ("website__startswith", "https://"), _connector="OR"),
                        name="listing_website_is_safe",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("approved", "declined")), _negated=True),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="listing_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="listing_declined_with_reason",
                    ),
                ],
            },
        ),
        rls.tie(TABLE, "firm_id, practice_id", "accounts_practice", "firm_id, id", "listing_practice_in_firm"),
        rls.secure(
            TABLE,
            read=sql_setup.READS,
            worker="",
            office="SELECT, UPDATE (state, reason, decided_by, decided_at)",
        ),
        migrations.RunSQL(sql_setup.KEPT, reverse_sql=migrations.RunSQL.noop),
        rls.trailed(
            TABLE,
            *("category", "name", "text", "website", "contact", "region", "minimum", "currency", "fees"),
            *("state", "reason"),
        ),
    ]
