"""Notes about clients: sealed texts of a practice about its own accounts."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import OURS

ABOUT_OURS = f"({OURS} AND {rls.at_home('crm_note')})"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0035_mail_of_a_person"),
        ("crm", "0001_vault"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("title_sealed", models.BinaryField()),
                ("body_sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["account", "-created_at"], name="note_account")],
            },
        ),
        rls.tie("crm_note", "firm_id, practice_id", "accounts_practice", "firm_id, id", "note_own_practice"),
        rls.tie("crm_note", "firm_id, account_id", "accounts_account", "firm_id, id", "note_own_account"),
        rls.secure("crm_note", read=OURS, write=ABOUT_OURS, web="SELECT, INSERT, UPDATE", worker="", office=""),
        rls.trailed(
            "crm_note", "account_id", "author_id", "version", "trashed_at", secrets=("title_sealed", "body_sealed")
        ),
    ]
