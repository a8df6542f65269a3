"""Mailboxes of people at servers of their own; what opens them is sealed, and goes with its person."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.mail.sql_setup import LEAVES, LEAVES_BACK, OWN

SECRETS = ("address_sealed", "username_sealed", "password_sealed")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_payees_by_account"),
        ("crm", "0020_mail_to_several"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("imap_host", models.CharField(max_length=255)),
                ("imap_port", models.PositiveIntegerField()),
                ("smtp_host", models.CharField(max_length=255)),
                ("smtp_port", models.PositiveIntegerField()),
                ("address_sealed", models.BinaryField()),
                ("name_sealed", models.BinaryField()),
                ("username_sealed", models.BinaryField()),
                ("password_sealed", models.BinaryField()),
                ("connected_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
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
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "user"), name="mailbox_one_a_person"),
                    models.CheckConstraint(
                        condition=models.Q(("imap_port__range", (1, 65535)), ("smtp_port__range", (1, 65535))),
                        name="mailbox_ports",
                    ),
                ],
            },
        ),
        rls.tie("crm_mailbox", "firm_id, practice_id", "accounts_practice", "firm_id, id", "mailbox_own_practice"),
        rls.secure("crm_mailbox", read=OWN, write=OWN, web="SELECT, INSERT, UPDATE, DELETE", worker="", office=""),
        rls.trailed("crm_mailbox", "user_id", "imap_host", "smtp_host", secrets=SECRETS),
        migrations.RunSQL(LEAVES, reverse_sql=LEAVES_BACK),
    ]
