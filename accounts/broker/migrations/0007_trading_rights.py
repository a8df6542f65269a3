"""Restrictions on the tree and trading permissions by product and country."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_users_walls"),
        ("broker", "0006_walls_of_queries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductApproval",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "node_kind",
                    models.CharField(
                        choices=[
                            ("top_master", "Top-level advisor master"),
                            ("second_master", "Second-level advisor master"),
                            ("stl_master", "STL master"),
                            ("stl_sub", "STL sub account"),
                            ("client", "Client"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "product",
                    models.CharField(
                        choices=[
                            ("stocks", "Stocks"),
                            ("options", "Options"),
                            ("futures", "Futures"),
                            ("futures_options", "Futures options"),
                            ("single_stock_futures", "Single stock futures"),
                            ("bonds", "Bonds"),
                            ("mutual_funds", "Mutual funds"),
                            ("forex", "Forex"),
                            ("warrants", "Warrants"),
                        ],
                        max_length=24,
                    ),
                ),
                ("country", models.CharField(default="ALL", max_length=3)),
                ("granted_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "removal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("withdrawn", "Withdrawn"),
                            ("above", "Withdrawn from the level above"),
                            ("moved", "Not approved for the advisor the account moved to"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "node_kind",
                    models.CharField(
                        choices=[
                            ("top_master", "Top-level advisor master"),
                            ("second_master", "Second-level advisor master"),
                            ("stl_master", "STL master"),
                            ("stl_sub", "STL sub account"),
                            ("client", "Client"),
                        ],
                        max_length=16,
                    ),
                ),
                ("effect", models.CharField(choices=[("block", "Block")], default="block", max_length=10)),
                (
                    "asset",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("STK", "Stock"),
                            ("OPT", "Option"),
                            ("FUT", "Future"),
                            ("FOP", "Futures option"),
                            ("SSF", "Single stock future"),
                            ("BOND", "Bond"),
                            ("BILL", "Treasury bill"),
                            ("FUND", "Mutual fund"),
                            ("CASH", "Currency pair"),
                            ("WAR", "Warrant"),
                        ],
                        max_length=10,
                    ),
                ),
                ("symbol", models.CharField(blank=True, max_length=60)),
                ("country", models.CharField(blank=True, max_length=2)),
                (
                    "side",
                    models.CharField(
                        blank=True, choices=[("buy", "Buy"), ("sell", "Sell"), ("short", "Sell short")], max_length=5
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("starts", models.DateField()),
                ("ends", models.DateField(help_text="First day on which it no longer holds", null=True)),
                (
                    "set_by",
                    models.CharField(
                        choices=[
                            ("top", "Top-level advisor"),
                            ("second", "Second-level advisor"),
                            ("stl", "STL master"),
                            ("stl_sub", "STL sub account"),
                            ("client", "Client"),
                            ("office", "Back office"),
                        ],
                        help_text="The role of its author",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="instrument",
            index=models.Index(fields=["symbol"], name="instrument_symbol"),
        ),
        migrations.AddField(
            model_name="productapproval",
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
            model_name="productapproval",
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
            model_name="productapproval",
            name="granted_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="productapproval",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="productapproval",
            name="removed_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="restriction",
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
            model_name="restriction",
            name="author",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="restriction",
            name="ended_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="restriction",
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
            model_name="restriction",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddIndex(
            model_name="productapproval",
            index=models.Index(fields=["firm", "product"], name="product_firm"),
        ),
        migrations.AddConstraint(
            model_name="productapproval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("account", "product", "country"),
                name="product_approved_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="productapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "product__in",
                        [
                            "stocks",
                            "options",
                            "futures",
                            "futures_options",
                            "single_stock_futures",
                            "bonds",
                            "mutual_funds",
                            "forex",
                            "warrants",
                        ],
                    )
                ),
                name="product_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="productapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(("country", "ALL"), ("country__regex", "^[A-Z]{2}$"), _connector="OR"),
                name="product_country_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="productapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removal", ""), ("removed_at__isnull", True)),
                    models.Q(("removed_at__isnull", False), models.Q(("removal", ""), _negated=True)),
                    _connector="OR",
                ),
                name="product_removal_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="productapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("node_kind__in", ("top_master", "second_master")), ("practice__isnull", False)),
                    models.Q(
                        models.Q(("node_kind__in", ("top_master", "second_master")), _negated=True),
                        ("practice__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="product_practice_of_master",
            ),
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(fields=["account"], name="restriction_account"),
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(fields=["firm", "-starts", "id"], name="restriction_firm"),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__isnull", True), ("ends__gte", models.F("starts")), _connector="OR"),
                name="restriction_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("node_kind__in", ("top_master", "second_master")), ("practice__isnull", False)),
                    models.Q(
                        models.Q(("node_kind__in", ("top_master", "second_master")), _negated=True),
                        ("practice__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="restriction_practice_of_master",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"),
                name="restriction_country_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="restriction_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["", "buy", "sell", "short"])), name="restriction_side_known"
            ),
        ),
    ]
