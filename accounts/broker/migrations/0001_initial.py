"""Statement files, daily values (partitioned, so written in SQL), activity, holdings and retired postings."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from accounts.broker.feed import sql_setup


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_global_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatementFile",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[("flex", "Flex statement (XML)"), ("csv", "Daily values (CSV)")], max_length=4
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("loading", "Loading"),
                            ("loaded", "Loaded"),
                            ("partly", "Loaded, some accounts held or rejected"),
                            ("refused", "Refused"),
                        ],
                        default="loading",
                        max_length=10,
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("query_name", models.CharField(blank=True, max_length=200)),
                ("generated_at", models.DateTimeField(help_text="When the broker made the file", null=True)),
                ("imported_at", models.DateTimeField(help_text="When it was first read")),
                ("statements", models.IntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("problem", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "indexes": [models.Index(fields=["name", "size"], name="statementfile_name")],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "day", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                (
                    "key",
                    models.CharField(help_text="Contract and side; for a lot also when it was opened", max_length=120),
                ),
                ("level", models.CharField(max_length=10)),
                ("side", models.CharField(blank=True, max_length=10)),
                ("asset", models.CharField(blank=True, max_length=10)),
                ("symbol", models.CharField(blank=True, max_length=60)),
                ("conid", models.BigIntegerField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=10, max_digits=20, null=True)),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                ("price", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("value", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("cost_price", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("cost", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("unrealized", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("percent", models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(sql_setup.NAV_DAILY, reverse_sql="DROP TABLE broker_navdaily")],
            state_operations=[
                migrations.CreateModel(
                    name="NavDaily",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "nav_date", "account_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("nav_date", models.DateField()),
                        ("nlv", models.DecimalField(decimal_places=4, max_digits=20)),
                        ("flow", models.DecimalField(db_default=0, decimal_places=4, max_digits=20)),
                        ("currency", models.CharField(max_length=3)),
                        (
                            "account",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
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
                                related_name="+",
                                to="broker.statementfile",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "broker_navdaily",
                        "abstract": False,
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="Instrument",
            fields=[
                ("conid", models.BigIntegerField(primary_key=True, serialize=False)),
                ("symbol", models.CharField(blank=True, max_length=60)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("isin", models.CharField(blank=True, max_length=12)),
                ("asset", models.CharField(blank=True, max_length=10)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("multiplier", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("matures_on", models.DateField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="CashLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=60)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.DecimalField(decimal_places=10, max_digits=28)),
                ("rate", models.DecimalField(decimal_places=10, max_digits=20, null=True)),
                ("base", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                (
                    "flow_on",
                    models.DateField(help_text="The business day whose external flow it belongs to", null=True),
                ),
                ("report_on", models.DateField(null=True)),
                ("settle_on", models.DateField(null=True)),
                ("happened_at", models.DateTimeField(null=True)),
                ("symbol", models.CharField(blank=True, max_length=60)),
                ("conid", models.BigIntegerField(null=True)),
                ("trade_id", models.CharField(blank=True, max_length=40)),
                ("reference", models.CharField(blank=True, max_length=200)),
                ("description", models.CharField(blank=True, max_length=500)),
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
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CashBalance",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "day",
                        "currency",
                        "is_total",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("is_total", models.BooleanField()),
                ("ending", models.DecimalField(decimal_places=10, max_digits=28)),
                ("settled", models.DecimalField(decimal_places=10, max_digits=28)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AccountFacts",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="broker_facts",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("as_of", models.DateField()),
                ("generated_at", models.DateTimeField()),
                ("capabilities", models.CharField(blank=True, max_length=200)),
                ("permissions", models.CharField(blank=True, max_length=500)),
                ("master_name", models.CharField(blank=True, max_length=200)),
                ("last_traded_on", models.DateField(null=True)),
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
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "account facts",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Trade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="Trade id, transaction id and level, or the line's hash", max_length=120
                    ),
                ),
                ("trade_id", models.CharField(blank=True, max_length=40)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("side", models.CharField(blank=True, max_length=12)),
                ("trade_on", models.DateField(null=True)),
                ("report_on", models.DateField(null=True)),
                ("settle_on", models.DateField(null=True)),
                ("happened_at", models.DateTimeField(null=True)),
                ("asset", models.CharField(blank=True, max_length=10)),
                ("symbol", models.CharField(blank=True, max_length=60)),
                ("conid", models.BigIntegerField(null=True)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=10, max_digits=20, null=True)),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                ("price", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("proceeds", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("taxes", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("commission", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("commission_currency", models.CharField(blank=True, max_length=3)),
                ("net_cash", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("cost", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("realized", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("multiplier", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("strike", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("expires_on", models.DateField(null=True)),
                ("put_call", models.CharField(blank=True, max_length=4)),
                ("opens_or_closes", models.CharField(blank=True, max_length=10)),
                ("notes", models.CharField(blank=True, max_length=120)),
                ("execution_id", models.CharField(blank=True, max_length=60)),
                ("order_id", models.CharField(blank=True, max_length=40)),
                ("is_api_order", models.BooleanField(null=True)),
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
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Retirement",
            fields=[
                (
                    "transfer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="retirement",
                        serialize=False,
                        to="accounts.transfer",
                    ),
                ),
                ("seen_on", models.DateField()),
                ("retired_at", models.DateTimeField()),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="retirement", to="broker.cashline"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["account", "seen_on"], name="retirement_account_day")],
            },
        ),
        migrations.CreateModel(
            name="PositionTransfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=20)),
                ("direction", models.CharField(max_length=3)),
                ("report_on", models.DateField(null=True)),
                ("flow_on", models.DateField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("price", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("value", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("cash", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("flow", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("asset", models.CharField(blank=True, max_length=10)),
                ("symbol", models.CharField(blank=True, max_length=60)),
                ("conid", models.BigIntegerField(null=True)),
                ("other_account", models.CharField(blank=True, max_length=40)),
                ("company", models.CharField(blank=True, max_length=200)),
                ("description", models.CharField(blank=True, max_length=500)),
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
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("flow_on__isnull", False)),
                        fields=["account", "flow_on"],
                        name="positiontransfer_flow",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("account", "key"), name="transfer_line_once")],
            },
        ),
        migrations.CreateModel(
            name="NavHistory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nav_date", models.DateField()),
                ("nlv", models.DecimalField(decimal_places=4, max_digits=20)),
                ("flow", models.DecimalField(decimal_places=4, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("recorded_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField()),
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
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["account", "nav_date", "replaced_at"], name="navhistory_account_day")],
            },
        ),
        migrations.CreateModel(
            name="FxRate",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day",
                        "from_currency",
                        "to_currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("from_currency", models.CharField(max_length=3)),
                ("to_currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=10, max_digits=20)),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="fxrate_positive")],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="CorporateAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("action_id", models.CharField(blank=True, max_length=40)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("report_on", models.DateField(null=True)),
                ("happened_at", models.DateTimeField(null=True)),
                ("symbol", models.CharField(blank=True, max_length=60)),
                ("conid", models.BigIntegerField(null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("amount", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("proceeds", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("description", models.CharField(blank=True, max_length=500)),
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
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("account", "key"), name="corporateaction_once")],
            },
        ),
        migrations.CreateModel(
            name="ChangeInNav",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts", models.DateField()),
                ("last_day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("starting", models.DecimalField(decimal_places=4, max_digits=20)),
                ("ending", models.DecimalField(decimal_places=4, max_digits=20)),
                ("twr", models.DecimalField(decimal_places=12, help_text="In percent", max_digits=24, null=True)),
                ("components", models.JSONField(default=dict)),
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
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("account", "starts", "last_day"), name="changeinnav_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="cashline",
            index=models.Index(fields=["account", "-report_on"], name="cashline_account_day"),
        ),
        migrations.AddIndex(
            model_name="cashline",
            index=models.Index(
                condition=models.Q(("flow_on__isnull", False)), fields=["account", "flow_on"], name="cashline_flow"
            ),
        ),
        migrations.AddConstraint(
            model_name="cashline",
            constraint=models.UniqueConstraint(fields=("account", "key"), name="cashline_once"),
        ),
        migrations.AddIndex(
            model_name="trade",
            index=models.Index(fields=["account", "-report_on"], name="trade_account_day"),
        ),
        migrations.AddConstraint(
            model_name="trade",
            constraint=models.UniqueConstraint(fields=("account", "key"), name="trade_once"),
        ),
    ]
