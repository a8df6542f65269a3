"""Kept mails go to the trash and are not kept again; whose they are and when they were written never changes."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.mail.sql_setup import FORGOTTEN_OF_CONTACT, FORGOTTEN_OF_CONTACT_BACK, STAYS, STAYS_BACK
from crm.trash.sql_setup import EMPTIES_MAILS, EMPTIES_MAILS_BACK
from crm.vault.sql_setup import OURS

SECRETS = ("subject_sealed", "body_sealed")
TOLD = ("contact_id", "user_id", "is_out")
AS_BEFORE = (
    "CREATE TRIGGER crm_keptmail_trail AFTER INSERT OR UPDATE OR DELETE ON crm_keptmail FOR EACH ROW EXECUTE FUNCTION"
    f" app_write_trail({', '.join(repr(name) for name in (*TOLD, *(f'!{one}' for one in SECRETS)))})"
)


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0023_what_became_of_mails"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(model_name="keptmail", name="trashed_at", field=models.DateTimeField(null=True)),
        # Going back, what somebody has thrown away does not come to life again.
        migrations.RunSQL(migrations.RunSQL.noop, reverse_sql="DELETE FROM crm_keptmail WHERE trashed_at IS NOT NULL"),
        migrations.CreateModel(
            name="NotKept",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("said_at", models.DateTimeField()),
                ("forgotten_at", models.DateTimeField()),
                ("mark_sealed", models.BinaryField()),
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
                "indexes": [models.Index(fields=["contact", "said_at"], name="mail_not_kept")],
            },
        ),
        rls.tie("crm_notkept", "firm_id, practice_id", "accounts_practice", "firm_id, id", "not_kept_own_practice"),
        migrations.RunSQL(FORGOTTEN_OF_CONTACT, reverse_sql=FORGOTTEN_OF_CONTACT_BACK),
        rls.secure("crm_notkept", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE, DELETE", worker="", office=""),
        migrations.RunSQL(STAYS, reverse_sql=STAYS_BACK),
        rls.trailed("crm_notkept", "contact_id", "user_id"),
        migrations.RunSQL("DROP TRIGGER crm_keptmail_trail ON crm_keptmail", reverse_sql=AS_BEFORE),
        rls.trailed("crm_keptmail", *TOLD, "trashed_at", secrets=SECRETS),
        migrations.RunSQL(EMPTIES_MAILS, reverse_sql=EMPTIES_MAILS_BACK),
    ]
