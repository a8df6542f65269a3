"""What contacts said before a change is remembered; files of contacts are taken slice by slice."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import OURS

# What a contact said goes when the contact goes.
OF_CONTACT = """
ALTER TABLE crm_past ADD CONSTRAINT past_own_contact FOREIGN KEY (firm_id, practice_id, contact_id)
    REFERENCES crm_contact (firm_id, practice_id, id) ON DELETE CASCADE;
"""
COUNTED = ("user_id", "state", "created", "filled", "skipped", "rejected")
DROPPED = "DROP TRIGGER crm_intake_trail ON crm_intake"
AS_BEFORE = (
    "CREATE TRIGGER crm_intake_trail AFTER INSERT OR UPDATE OR DELETE ON crm_intake FOR EACH ROW EXECUTE FUNCTION"
    f" app_write_trail({', '.join(map(repr, COUNTED))})"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0051_money_managers"),
        ("crm", "0018_trash_is_emptied"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Past",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("fields_sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="intake",
            name="intake_state_known",
        ),
        migrations.AddField(
            model_name="intake",
            name="chosen",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="outcomes",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="intake",
            name="policy",
            field=models.CharField(
                choices=[
                    ("skip", "Leave as they are"),
                    ("fill", "Fill their empty fields from the file"),
                    ("update", "Write over the chosen fields from the file"),
                ],
                default="skip",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="size",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="intake",
            name="updated",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="intake",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Not imported yet"),
                    ("taking", "Being imported"),
                    ("taken", "Imported"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "taking", "taken", "undoing", "undone"])),
                name="intake_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.CheckConstraint(
                condition=models.Q(("policy__in", ["skip", "fill", "update"])), name="intake_policy_known"
            ),
        ),
        migrations.AddField(
            model_name="past",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.contact"
            ),
        ),
        migrations.AddField(
            model_name="past",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.firm"
            ),
        ),
        migrations.AddField(
            model_name="past",
            name="intake",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.intake",
            ),
        ),
        migrations.AddField(
            model_name="past",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="past",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="past",
            index=models.Index(fields=["contact", "-at", "id"], name="past_of_contact"),
        ),
        migrations.AddIndex(
            model_name="past",
            index=models.Index(fields=["intake", "id"], name="past_of_intake"),
        ),
        rls.tie("crm_past", "firm_id, practice_id", "accounts_practice", "firm_id, id", "past_own_practice"),
        rls.tie(
            "crm_past", "firm_id, practice_id, intake_id", "crm_intake", "firm_id, practice_id, id", "past_own_intake"
        ),
        migrations.RunSQL(OF_CONTACT, reverse_sql="ALTER TABLE crm_past DROP CONSTRAINT past_own_contact"),
        rls.secure("crm_past", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE", worker="", office=""),
        migrations.RunSQL(DROPPED, reverse_sql=AS_BEFORE),
        rls.trailed("crm_intake", *COUNTED, "updated", "policy"),
    ]
