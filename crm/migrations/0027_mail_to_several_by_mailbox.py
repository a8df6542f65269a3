"""Mail to several by one's own mailbox: how each message stands, written down before and after the server is told."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.mailings.sql_setup import FATES_OF_BOTH, FATES_OF_BOTH_BACK, HANDED, HANDED_BACK
from crm.vault.sql_setup import MINE, OURS

STATES = ("waiting", "unsure", "left", "failed", "no_email", "opted_out", "no_account", "trashed")


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0026_counted_as_seen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="by_mailbox",
            field=models.BooleanField(default=False, db_default=False),
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("contact", models.UUIDField(help_text="Who gets it, as the report of the mail names them")),
                ("turn", models.PositiveSmallIntegerField(default=1)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.mailing",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("mailing", "contact", "turn"), name="handover_once_a_turn"),
                    models.CheckConstraint(condition=models.Q(("state__in", STATES)), name="handover_state"),
                    models.CheckConstraint(condition=models.Q(("turn__gte", 1)), name="handover_turn"),
                ],
            },
        ),
        rls.tie("crm_handover", "firm_id, practice_id", "accounts_practice", "firm_id, id", "handover_own_practice"),
        migrations.RunSQL(HANDED, reverse_sql=HANDED_BACK),
        rls.secure("crm_handover", read=OURS, write=MINE, web="SELECT, INSERT, UPDATE", worker="", office=""),
        migrations.RunSQL(FATES_OF_BOTH, reverse_sql=FATES_OF_BOTH_BACK),
    ]
