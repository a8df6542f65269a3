"""Documents of a practice: sealed files with sealed names; about whom and when is clear."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import OURS


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0042_night_decisions"),
        ("crm", "0009_indexes_of_a_long_book"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("editions", models.PositiveIntegerField(default=1)),
                ("label_sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("number", models.PositiveIntegerField()),
                (
                    "scan",
                    models.CharField(
                        choices=[("none", "Not scanned"), ("clean", "Scanned, nothing found")],
                        default="none",
                        max_length=10,
                    ),
                ),
                ("label_sealed", models.BinaryField()),
                ("uploaded_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="sealedfile",
            constraint=models.UniqueConstraint(fields=("firm", "practice", "id"), name="vault_file_practice_id"),
        ),
        migrations.AddField(
            model_name="document",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.contact",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.firm"
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="uploader",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="document",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.document"
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="file",
            field=models.OneToOneField(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.sealedfile"
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.firm"
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="uploader",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["practice", "-changed_at", "-id"], name="document_newest"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["contact"], name="document_contact"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("firm", "practice", "id"), name="document_practice_id"),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(("scan__in", ["none", "clean"])), name="edition_scan_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(fields=("document", "number"), name="edition_once"),
        ),
        rls.tie("crm_document", "firm_id, practice_id", "accounts_practice", "firm_id, id", "document_own_practice"),
        rls.tie(
            "crm_document",
            "firm_id, practice_id, contact_id",
            "crm_contact",
            "firm_id, practice_id, id",
            "document_own_contact",
        ),
        rls.tie("crm_edition", "firm_id, practice_id", "accounts_practice", "firm_id, id", "edition_own_practice"),
        rls.tie(
            "crm_edition",
            "firm_id, practice_id, document_id",
            "crm_document",
            "firm_id, practice_id, id",
            "edition_own_document",
        ),
        rls.tie(
            "crm_edition",
            "firm_id, practice_id, file_id",
            "crm_sealedfile",
            "firm_id, practice_id, id",
            "edition_own_file",
        ),
        rls.secure("crm_document", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE, DELETE", worker="", office=""),
        rls.secure("crm_edition", read=OURS, write=OURS, web="SELECT, INSERT, DELETE", worker="", office=""),
        rls.trailed(
            "crm_document",
            *("contact_id", "uploader_id", "editions", "version", "trashed_at"),
            secrets=("label_sealed",),
        ),
        rls.trailed("crm_edition", *("document_id", "number", "uploader_id", "scan"), secrets=("label_sealed",)),
    ]
