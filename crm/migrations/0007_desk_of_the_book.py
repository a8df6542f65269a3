"""What the desk of the client book needs: undo of many, locks, own fields, placed columns, gathered words."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import OURS

NOBODY = {"worker": "", "office": ""}
TABLES = ("crm_change", "crm_customfield", "crm_editlock", "crm_placing", "crm_searchpart")
# Signing out, and being signed out, gives a contact free.
ENDS = """
ALTER TABLE crm_editlock ADD CONSTRAINT edit_lock_ends_with_sign_in
    FOREIGN KEY (sign_in) REFERENCES accounts_session (session_key) ON DELETE CASCADE;
CREATE INDEX edit_lock_sign_in ON crm_editlock (sign_in);
GRANT USAGE ON SEQUENCE crm_editlock_id_seq TO portal_web;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0039_pin_facts_settle"),
        ("crm", "0006_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "deed",
                    models.CharField(
                        choices=[
                            ("add", "Put into a group"),
                            ("remove", "Taken out of a group"),
                            ("owner", "Given to somebody to keep"),
                            ("state", "Said what they are"),
                            ("trash", "Thrown away"),
                            ("merge", "Made one of two"),
                        ],
                        max_length=10,
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("before_sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CustomField",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("decimal", "Number"),
                            ("date", "Date"),
                            ("choice", "One of a list"),
                            ("yes_no", "Yes or no"),
                        ],
                        max_length=10,
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("label_sealed", models.BinaryField()),
                ("choices_sealed", models.BinaryField()),
                ("default_sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EditLock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sign_in", models.CharField(max_length=40)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Placing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("columns_sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SearchPart",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("size", models.PositiveIntegerField()),
                ("words_sealed", models.BinaryField()),
                ("places_sealed", models.BinaryField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="searched_version",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(
                    ("searched_version", None),
                    models.Q(("searched_version", models.F("version")), _negated=True),
                    _connector="OR",
                ),
                fields=["practice", "id"],
                name="contact_not_gathered",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.firm"
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="customfield",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.firm"
            ),
        ),
        migrations.AddField(
            model_name="customfield",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="editlock",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.contact"
            ),
        ),
        migrations.AddField(
            model_name="editlock",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.firm"
            ),
        ),
        migrations.AddField(
            model_name="editlock",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="editlock",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="placing",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.firm"
            ),
        ),
        migrations.AddField(
            model_name="placing",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="searchpart",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.firm"
            ),
        ),
        migrations.AddField(
            model_name="searchpart",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["practice", "-at"], name="change_youngest"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(("deed__in", ["add", "remove", "owner", "state", "trash", "merge"])),
                name="change_deed_known",
            ),
        ),
        migrations.AddIndex(
            model_name="customfield",
            index=models.Index(fields=["practice", "position"], name="custom_field_order"),
        ),
        migrations.AddConstraint(
            model_name="customfield",
            constraint=models.CheckConstraint(
                condition=models.Q(("form__in", ["text", "decimal", "date", "choice", "yes_no"])),
                name="custom_field_form_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="editlock",
            constraint=models.UniqueConstraint(fields=("contact",), name="one_lock_a_contact"),
        ),
        migrations.AddConstraint(
            model_name="placing",
            constraint=models.UniqueConstraint(fields=("practice",), name="placing_one_a_practice"),
        ),
        migrations.AddIndex(
            model_name="searchpart",
            index=models.Index(fields=["practice", "made_at"], name="search_part_made"),
        ),
        *(
            rls.tie(table, "firm_id, practice_id", "accounts_practice", "firm_id, id", f"{table}_own_practice")
            for table in TABLES
        ),
        rls.tie(
            "crm_editlock",
            "firm_id, practice_id, contact_id",
            "crm_contact",
            "firm_id, practice_id, id",
            "edit_lock_own_contact",
        ),
        rls.secure("crm_change", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE", **NOBODY),
        rls.secure("crm_customfield", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE", **NOBODY),
        rls.secure("crm_editlock", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE, DELETE", **NOBODY),
        rls.secure("crm_placing", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE", **NOBODY),
        rls.secure("crm_searchpart", read=OURS, write=OURS, web="SELECT, INSERT, DELETE", **NOBODY),
        migrations.RunSQL(ENDS, reverse_sql=migrations.RunSQL.noop),
        rls.trailed("crm_change", "user_id", "deed", "count", "undone_at"),
        rls.trailed("crm_customfield", "form", "position", "removed_at", secrets=("label_sealed",)),
    ]
