"""Requests for trading permissions: asked by who owns the account, answered by the level above, seen by both."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.broker.permissions import sql_setup
from accounts.ground.access import rls

TABLE = "broker_permissionrequest"

WALLS = [
    rls.tie(TABLE, "firm_id, account_id, node_kind", "accounts_account", "firm_id, id, kind", "permission_node"),
    rls.tie(TABLE, "firm_id, practice_id", "accounts_practice", "firm_id, id", "permission_practice"),
    rls.secure(TABLE, read=rls.sees(), office="SELECT, UPDATE"),
    rls.writes(TABLE, insert=f"({sql_setup.ASKS} AND {rls.at_home(TABLE)})"),
    migrations.RunSQL(
        f"CREATE POLICY page_update ON {TABLE} FOR UPDATE TO {rls.READERS}"
        f" USING ({sql_setup.CHANGES}) WITH CHECK ({sql_setup.CHANGED});"
        f"GRANT UPDATE (state, decided_at, decided_by, reason) ON {TABLE} TO {rls.READERS}",
        reverse_sql=migrations.RunSQL.noop,
    ),
    migrations.RunSQL(sql_setup.LISTED, reverse_sql=migrations.RunSQL.noop),
    rls.trailed(TABLE, "account_id", "wanted", "state", "asked_by", "decided_by", "reason", "document_hash"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0025_addresses"),
        ("broker", "0015_liquidations"),
    ]

    operations = [
        migrations.CreateModel(
            name="PermissionRequest",
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
                    "wanted",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=None),
                ),
                (
                    "objective",
                    models.CharField(
                        choices=[
                            ("preservation", "Preservation of capital"),
                            ("income", "Income"),
                            ("growth", "Growth"),
                            ("trading", "Trading profits"),
                            ("hedging", "Hedging"),
                        ],
                        max_length=16,
                    ),
                ),
                ("experience", models.PositiveSmallIntegerField(help_text="Years of trading")),
                ("signed_name", models.CharField(max_length=200)),
                ("document", models.TextField(help_text="The agreement as it was shown")),
                ("document_hash", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("review", "Under review"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default="review",
                        max_length=10,
                    ),
                ),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
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
                    models.Index(fields=["firm", "-asked_at"], name="permission_request_firm"),
                    models.Index(fields=["practice", "-asked_at"], name="permission_request_prac"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "review")), fields=("account",), name="one_permission_request"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "review")),
                            models.Q(models.Q(("state", "review"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="permission_request_end_has_time",
                    ),
                ],
            },
        ),
        *WALLS,
    ]
