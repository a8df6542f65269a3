"""Mailboxes on domains of practices, their charges and prices, and the walls around them."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
from django.db import migrations, models

from accounts.desk.mailboxes import sql_setup
from accounts.ground.access import rls

RATES, MAILBOXES, CHARGES = sql_setup.RATES, sql_setup.MAILBOXES, sql_setup.CHARGES


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0053_mailboxes"),
        ("desk", "0022_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("batch", models.UUIDField(help_text="Those that were asked for together")),
                ("address", models.CharField(max_length=254)),
                ("key", models.CharField(help_text="What the address is compared by", max_length=320)),
                ("domain", models.CharField(max_length=253)),
                ("name", models.CharField(max_length=100)),
                ("is_archived", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("provisioning", "Provisioning"),
                            ("awaiting_mx", "Awaiting MX"),
                            ("active", "Active"),
                            ("cancelled", "Cancelled"),
                            ("rejected", "Rejected"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("state_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("requested_by", models.BigIntegerField()),
                ("requested_at", models.DateTimeField()),
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
            name="MailboxCharge",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("item", models.CharField(choices=[("mailbox", "Mailbox"), ("archive", "Archive")], max_length=7)),
                ("year_starts", models.DateField()),
                ("months", models.PositiveSmallIntegerField()),
                ("rate", models.DecimalField(decimal_places=2, max_digits=10)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("charged_on", models.DateField()),
                ("charged_at", models.DateTimeField()),
                ("moved_on", models.DateField(null=True)),
                ("run_id", models.BigIntegerField(null=True)),
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
                    "mailbox",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="desk.mailbox",
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
                        to="desk.mailboxcharge",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MailboxRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(choices=[("mailbox", "Mailbox"), ("archive", "Archive")], max_length=7)),
                ("starts", models.DateField(verbose_name="from")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="a month")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("item", "starts"), name="mailboxrate_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("item__in", ["mailbox", "archive"])), name="mailboxrate_item_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="mailboxrate_not_negative"),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="mailbox",
            index=models.Index(fields=["state", "requested_at"], name="mailbox_waiting"),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["requested", "provisioning", "awaiting_mx", "active", "cancelled", "rejected"])
                ),
                name="mailbox_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), models.Q(("key", ""), _negated=True)),
                name="mailbox_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("cancelled", "rejected")), _negated=True),
                fields=("practice", "key"),
                name="mailbox_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("provisioning", "awaiting_mx", "active"))),
                fields=("key",),
                name="mailbox_of_one_practice",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.UniqueConstraint(
                fields=("firm", "practice", "account", "id"), name="mailbox_of_practice"
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxcharge",
            index=models.Index(
                condition=models.Q(("moved_on", None)), fields=["charged_on"], name="mailboxcharge_to_move"
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxcharge",
            index=models.Index(fields=["moved_on"], name="mailboxcharge_moved"),
        ),
        migrations.AddConstraint(
            model_name="mailboxcharge",
            constraint=models.CheckConstraint(
                condition=models.Q(("item__in", ["mailbox", "archive"])), name="mailboxcharge_item_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailboxcharge",
            constraint=models.CheckConstraint(
                condition=models.Q(("months__gte", 1), ("months__lte", 12)), name="mailboxcharge_months"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailboxcharge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        django.db.models.expressions.CombinedExpression(models.F("rate"), "*", models.F("months")),
                    )
                ),
                name="mailboxcharge_sums",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailboxcharge",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("currency", "USD")), name="mailboxcharge_payable"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailboxcharge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses", None)),
                fields=("mailbox", "item", "year_starts"),
                name="mailboxcharge_once_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailboxcharge",
            constraint=models.UniqueConstraint(fields=("firm", "mailbox", "id"), name="mailboxcharge_of_mailbox"),
        ),
        *[
            tie
            for table in (MAILBOXES, CHARGES)
            for tie in (
                rls.tie(table, "firm_id, practice_id", "accounts_practice", "firm_id, id", f"{table}_practice"),
                rls.tie(table, "firm_id, account_id", "accounts_account", "firm_id, id", f"{table}_account"),
            )
        ],
        rls.tie(
            CHARGES,
            "firm_id, practice_id, account_id, mailbox_id",
            MAILBOXES,
            "firm_id, practice_id, account_id, id",
            "mailboxcharge_own",
        ),
        rls.tie(CHARGES, "firm_id, mailbox_id, reverses_id", CHARGES, "firm_id, mailbox_id, id", "mailboxcharge_back"),
        rls.secure(RATES, read="true", night="SELECT", office="SELECT, INSERT"),
        rls.secure(MAILBOXES, read=sql_setup.OWN, night="SELECT", office="SELECT, UPDATE (state, state_at, reason)"),
        rls.secure(
            CHARGES, read=sql_setup.OWN, night="SELECT, INSERT, UPDATE (moved_on, run_id)", office="SELECT, INSERT"
        ),
        migrations.RunSQL(sql_setup.WRITES, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql_setup.RULES, reverse_sql=migrations.RunSQL.noop),
        rls.trailed(RATES, "item", "starts", "amount"),
        rls.trailed(MAILBOXES, "address", "name", "is_archived", "state", "reason"),
        rls.trailed(
            CHARGES, "mailbox_id", "reverses_id", "item", "year_starts", "months", "rate", "amount", "moved_on"
        ),
    ]
