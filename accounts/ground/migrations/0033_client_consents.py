"""What a client is asked to agree to: asked by the advisor, agreed to by the owner alone, and kept as it was read."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from accounts.ground.access import rls
from accounts.ground.consents import sql_setup

TABLE = "accounts_consent"

WALLS = [
    rls.tie(TABLE, "firm_id, account_id", "accounts_account", "firm_id, id", "consent_account"),
    rls.tie(TABLE, "firm_id, practice_id", "accounts_practice", "firm_id, id", "consent_practice"),
    rls.secure(TABLE, read=rls.sees(), office="SELECT, UPDATE"),
    rls.writes(TABLE, insert=f"({sql_setup.ASKS} AND {rls.at_home(TABLE)})"),
    migrations.RunSQL(
        f"CREATE POLICY page_update ON {TABLE} FOR UPDATE TO {rls.READERS}"
        f" USING ({sql_setup.CHANGES}) WITH CHECK ({sql_setup.CHANGED});"
        f"GRANT UPDATE ({', '.join(sql_setup.COLUMNS)}) ON {TABLE} TO {rls.READERS};" + sql_setup.KEPT,
        reverse_sql=migrations.RunSQL.noop,
    ),
    rls.trailed(TABLE, "account_id", "kind", "state", "asked_by", "decided_by", "document_hash", "ended_at"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0032_disabled_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("streamlined", "Streamlined authority of the advisor"),
                            ("close", "Closing of the account"),
                        ],
                        max_length=12,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("document", models.TextField()),
                ("document_hash", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Awaiting Client"),
                            ("agreed", "Agreed"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_by", models.BigIntegerField()),
                ("asked_seat", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("signed_name", models.CharField(blank=True, max_length=200)),
                ("signed_address", models.CharField(blank=True, max_length=45)),
                ("signed_agent", models.CharField(blank=True, max_length=400)),
                ("signed_session", models.CharField(blank=True, help_text="SHA-256 of the session key", max_length=64)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
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
                    models.Index(fields=["practice", "-asked_at"], name="consent_practice"),
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["expires_at"], name="consent_expires"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("account", "kind"), name="consent_one_waits"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("kind", "streamlined"), ("state", "agreed")),
                        fields=("account", "practice", "kind"),
                        name="consent_one_authority",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "waiting")),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="consent_end_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "agreed"), _negated=True),
                            models.Q(models.Q(("signed_name", ""), _negated=True), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="consent_agreed_is_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("state", "agreed"), _connector="OR"),
                        name="consent_ends_once_agreed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document_hash__regex", "^[0-9a-f]{64}$")), name="consent_names_document"
                    ),
                ],
            },
        ),
        *WALLS,
    ]
