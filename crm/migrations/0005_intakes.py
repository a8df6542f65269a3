"""Files of contacts: sealed until somebody has looked at them; what was brought in is known by its file."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import OURS

# Taken into the book, a deposit is no longer needed; nor is a file that somebody throws away.
GIVEN_UP = "GRANT DELETE ON crm_deposit TO portal_web"
KEPT = "REVOKE DELETE ON crm_deposit FROM portal_web"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0038_pin_links"),
        ("crm", "0004_contacts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Intake",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Not imported yet"), ("taken", "Imported"), ("undone", "Undone")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("created", models.PositiveIntegerField(default=0)),
                ("filled", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                ("content_sealed", models.BinaryField()),
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="intake",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.intake",
            ),
        ),
        migrations.AddIndex(
            model_name="intake",
            index=models.Index(fields=["practice", "-at"], name="intake_youngest"),
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "taken", "undone"])), name="intake_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.UniqueConstraint(fields=("firm", "practice", "id"), name="intake_practice_id"),
        ),
        rls.tie("crm_intake", "firm_id, practice_id", "accounts_practice", "firm_id, id", "intake_own_practice"),
        rls.tie(
            "crm_contact",
            "firm_id, practice_id, intake_id",
            "crm_intake",
            "firm_id, practice_id, id",
            "contact_own_intake",
        ),
        rls.secure("crm_intake", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE, DELETE", worker="", office=""),
        rls.trailed("crm_intake", "user_id", "state", "created", "filled", "skipped", "rejected"),
        migrations.RunSQL(GIVEN_UP, reverse_sql=KEPT),
    ]
