"""Mail to several contacts, and who wants none; what such mails say is sealed."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.mailings.sql_setup import STOPS, STOPS_BACK
from crm.vault.sql_setup import OURS

TOLD = ("kind", "state", "party_id", "owner_id", "version", "trashed_at")
SECRETS = ("first_name", "name", "email", "phone", "record_sealed")
DROPPED = "DROP TRIGGER crm_contact_trail ON crm_contact"
AS_BEFORE = (
    "CREATE TRIGGER crm_contact_trail AFTER INSERT OR UPDATE OR DELETE ON crm_contact FOR EACH ROW EXECUTE FUNCTION"
    f" app_write_trail({', '.join(repr(name) for name in (*TOLD, *(f'!{one}' for one in SECRETS)))})"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0051_money_managers"),
        ("crm", "0019_what_contacts_said"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="mails_off_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("queued", models.PositiveIntegerField()),
                ("skipped", models.PositiveIntegerField()),
                ("subject_sealed", models.BinaryField()),
                ("body_sealed", models.BinaryField()),
                ("report_sealed", models.BinaryField()),
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
                "indexes": [models.Index(fields=["practice", "-at"], name="mailing_youngest")],
            },
        ),
        rls.tie("crm_mailing", "firm_id, practice_id", "accounts_practice", "firm_id, id", "mailing_own_practice"),
        rls.secure("crm_mailing", read=OURS, write=OURS, web="SELECT, INSERT", worker="", office=""),
        rls.trailed("crm_mailing", "user_id", "queued", "skipped"),
        migrations.RunSQL(DROPPED, reverse_sql=AS_BEFORE),
        rls.trailed("crm_contact", *TOLD, "mails_off_at", secrets=SECRETS),
        migrations.RunSQL(STOPS, reverse_sql=STOPS_BACK),
    ]
