"""Preferences of clients: what they may choose, who was asked, what they said, and the scores of securities."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from accounts.ground.access import rls
from portal.tools.impact import sql_setup as walls
from portal.tools.impact.words import PRACTICES, VALUES

EDIT = "SELECT, INSERT, UPDATE"


def begin(apps, schema_editor):
    """The list that the back office goes on with."""
    topics = apps.get_model("tools", "ImpactTopic")
    every = [("value", one) for one in VALUES] + [("practice", one) for one in PRACTICES]
    topics.unscoped.bulk_create(
        topics(code=code, kind=kind, name=name, place=place)
        for place, (kind, (code, name)) in enumerate(every, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_payees_by_account"),
        ("tools", "0002_goals_and_queries"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImpactRelease",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("day", models.DateField(verbose_name="Day of the scores")),
                ("provider", models.CharField(max_length=120, verbose_name="Data provider")),
                ("name", models.CharField(max_length=200, verbose_name="File")),
                ("sha256", models.CharField(max_length=64)),
                ("accepted", models.PositiveIntegerField(verbose_name="Securities")),
                ("refused", models.JSONField(default=list, verbose_name="Refused rows")),
                ("refusals", models.PositiveIntegerField(default=0, verbose_name="Refused rows")),
                ("loaded_by", models.BigIntegerField()),
                ("loaded_at", models.DateTimeField(verbose_name="Loaded")),
            ],
            options={
                "db_table": "tools_impactrelease",
                "constraints": [
                    models.UniqueConstraint(fields=("sha256", "day"), name="impactrelease_once"),
                    models.CheckConstraint(
                        condition=models.Q(("accepted__gt", 0)), name="impactrelease_says_something"
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ImpactTopic",
            fields=[
                ("code", models.CharField(db_column="id", max_length=40, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("value", "Value"), ("practice", "Practice")], max_length=8)),
                ("name", models.CharField(max_length=80)),
                ("place", models.PositiveSmallIntegerField(default=0, verbose_name="Place in the list")),
                ("is_offered", models.BooleanField(default=True, verbose_name="Offered")),
            ],
            options={
                "db_table": "tools_impacttopic",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9_]*$")), name="impacttopic_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["value", "practice"])), name="impacttopic_kind_known"
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ImpactAnswer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("values", models.JSONField(default=dict)),
                ("avoided", models.JSONField(default=list)),
                (
                    "source",
                    models.CharField(
                        choices=[("client", "The client"), ("advisor", "The advisor, for the client")], max_length=7
                    ),
                ),
                ("said_on", models.DateField()),
                ("how", models.CharField(blank=True, max_length=120)),
                ("answered_by", models.BigIntegerField()),
                ("answered_at", models.DateTimeField()),
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
            ],
            options={
                "db_table": "tools_impactanswer",
                "abstract": False,
                "indexes": [models.Index(fields=["account", "-answered_at"], name="impactanswer_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["client", "advisor"])), name="impactanswer_source_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImpactInvitation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("answered", "Answered"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="invited",
                        max_length=9,
                    ),
                ),
                ("times", models.PositiveSmallIntegerField(default=1)),
                ("sent_by", models.BigIntegerField()),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
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
            ],
            options={
                "db_table": "tools_impactinvitation",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["account", "-sent_at"], name="impactinvitation_latest"),
                    models.Index(
                        condition=models.Q(("state", "invited")), fields=["expires_at"], name="impactinvitation_expires"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "invited")), fields=("account",), name="impactinvitation_one_waits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["invited", "answered", "expired", "withdrawn"])),
                        name="impactinvitation_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state", "invited")),
                            models.Q(models.Q(("state", "invited"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="impactinvitation_end_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("sent_at")), ("times__gte", 1)),
                        name="impactinvitation_lives",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImpactSecurity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("conid", models.BigIntegerField(null=True)),
                ("isin", models.CharField(blank=True, max_length=12)),
                ("symbol", models.CharField(max_length=60)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("asset", models.CharField(max_length=10)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("scores", models.JSONField(default=dict)),
                ("flags", models.JSONField(default=list)),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="securities",
                        to="tools.impactrelease",
                    ),
                ),
            ],
            options={
                "db_table": "tools_impactsecurity",
                "indexes": [models.Index(fields=["release", "asset"], name="impactsecurity_asset")],
                "constraints": [
                    models.UniqueConstraint(fields=("release", "conid"), name="impactsecurity_conid"),
                    models.UniqueConstraint(
                        condition=models.Q(("isin", ""), _negated=True),
                        fields=("release", "isin"),
                        name="impactsecurity_isin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("isin", ""), _negated=True), ("conid__isnull", False), _connector="OR"
                        ),
                        name="impactsecurity_is_named",
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        rls.secure("tools_impacttopic", read=walls.SIGNED_IN, office=EDIT),
        rls.secure("tools_impactrelease", read=walls.ADVISES, office="SELECT, INSERT"),
        rls.secure("tools_impactsecurity", read=walls.ADVISES, office="SELECT, INSERT"),
        rls.append_only("tools_impactrelease"),
        rls.append_only("tools_impactsecurity"),
        rls.secure(walls.INVITATION, read=walls.SEES, office="SELECT, UPDATE"),
        rls.writes(walls.INVITATION, insert=walls.INVITES),
        migrations.RunSQL(
            f"CREATE POLICY page_update ON {walls.INVITATION} FOR UPDATE TO {rls.READERS}"
            f" USING ({walls.CHANGES}) WITH CHECK ({walls.CHANGED});"
            f" GRANT UPDATE ({', '.join(walls.COLUMNS)}) ON {walls.INVITATION} TO {rls.READERS}",
            reverse_sql=migrations.RunSQL.noop,
        ),
        rls.secure(walls.ANSWER, read=walls.SEES),
        rls.writes(walls.ANSWER, insert=walls.ANSWERS),
        rls.append_only(walls.ANSWER),
        *[
            rls.tie(table, "firm_id, account_id", "accounts_account", "firm_id, id", f"{table}_in_firm")
            for table in (walls.INVITATION, walls.ANSWER)
        ],
        rls.trailed(walls.INVITATION, "state", "times", "sent_at", "expires_at", "ended_by"),
        migrations.RunSQL(walls.KEPT, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(walls.PEOPLE, reverse_sql="DROP FUNCTION tools_people_of_impact(bigint, text, bigint)"),
        migrations.RunPython(begin, migrations.RunPython.noop),
        rls.trailed("tools_impacttopic", "kind", "name", "place", "is_offered"),
    ]
