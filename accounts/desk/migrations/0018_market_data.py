"""Market data: packages for everybody, subscriptions of users, and the walls around them."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from accounts.desk.market_data import sql_setup
from accounts.ground.access import rls

OFFERS, SUBSCRIPTIONS = sql_setup.OFFERS, sql_setup.SUBSCRIPTIONS


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0049_parties_of_fewer_accounts"),
        ("desk", "0017_recoveries"),
    ]

    operations = [
        migrations.CreateModel(
            name="MarketDataOffer",
            fields=[
                ("code", models.SlugField(max_length=40, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("fee", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="a month and user")),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("is_offered", models.BooleanField(default=True, verbose_name="offered")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("fee__gte", 0)), name="marketdata_fee"),
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
                        name="marketdata_currency_known",
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="MarketDataSubscription",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("fee", models.DecimalField(decimal_places=2, max_digits=10)),
                ("currency", models.CharField(max_length=3)),
                ("started_by", models.BigIntegerField()),
                ("started_at", models.DateTimeField()),
                ("ended_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
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
                    "offer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="desk.marketdataoffer",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("seat", "offer"), name="marketdata_once_a_user"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="marketdata_ended_by_somebody",
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        rls.tie(SUBSCRIPTIONS, "firm_id, seat_id", "accounts_seat", "firm_id, id", "marketdata_seat_in_firm"),
        rls.secure(OFFERS, read="true", office="SELECT, INSERT, UPDATE"),
        rls.secure(SUBSCRIPTIONS, read=sql_setup.READS, worker=""),
        migrations.RunSQL(sql_setup.WRITES, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql_setup.KEPT, reverse_sql=migrations.RunSQL.noop),
        rls.trailed(OFFERS, "code", "name", "fee", "currency", "is_offered"),
        rls.trailed(SUBSCRIPTIONS, "seat_id", "offer_id", "fee", "started_at", "ended_at"),
    ]
