"""Mails kept with contacts: sealed copies that everybody of the practice reads."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.mail.sql_setup import KEEPS, KEPT, OF_CONTACT, OF_CONTACT_BACK

SECRETS = ("subject_sealed", "body_sealed")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_payees_by_account"),
        ("crm", "0021_own_mailbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptMail",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("is_out", models.BooleanField()),
                ("said_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField()),
                ("subject_sealed", models.BinaryField()),
                ("body_sealed", models.BinaryField()),
                ("heads_sealed", models.BinaryField()),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.contact",
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
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["contact", "-said_at"], name="kept_mail_contact")],
            },
        ),
        rls.tie("crm_keptmail", "firm_id, practice_id", "accounts_practice", "firm_id, id", "kept_mail_own_practice"),
        migrations.RunSQL(OF_CONTACT, reverse_sql=OF_CONTACT_BACK),
        rls.secure("crm_keptmail", read=KEPT, write=KEEPS, web="SELECT, INSERT, UPDATE, DELETE", worker="", office=""),
        rls.trailed("crm_keptmail", "contact_id", "user_id", "is_out", secrets=SECRETS),
    ]
