"""Notes about any contact, with or without an account; what is held in mind longer is pinned."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

SECRETS = ("title_sealed", "body_sealed")
BEFORE = ("account_id", "author_id", "version", "trashed_at")
DROPPED = "DROP TRIGGER crm_note_trail ON crm_note"
AS_BEFORE = (
    "CREATE TRIGGER crm_note_trail AFTER INSERT OR UPDATE OR DELETE ON crm_note FOR EACH ROW EXECUTE FUNCTION"
    f" app_write_trail({', '.join(repr(name) for name in (*BEFORE, *(f'!{one}' for one in SECRETS)))})"
)


class Migration(migrations.Migration):
    dependencies = [("crm", "0016_who_leaves_the_book")]

    operations = [
        migrations.AlterField(
            model_name="note",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.contact",
            ),
        ),
        migrations.AddField(model_name="note", name="pinned_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(account__isnull=False, contact=None) | models.Q(account=None, contact__isnull=False),
                name="note_about_one",
            ),
        ),
        migrations.AddIndex(
            model_name="note", index=models.Index(fields=["contact", "-created_at"], name="note_contact")
        ),
        rls.tie(
            "crm_note",
            "firm_id, practice_id, contact_id",
            "crm_contact",
            "firm_id, practice_id, id",
            "note_own_contact",
        ),
        migrations.RunSQL(DROPPED, reverse_sql=AS_BEFORE),
        rls.trailed("crm_note", "account_id", "contact_id", *BEFORE[1:], "pinned_at", secrets=SECRETS),
    ]
