"""Contacts of a practice: a name, a way to reach them, and one sealed record."""

import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.contacts.sql_setup import FILLS, FOUND, PLAIN, UNDO
from crm.vault.sql_setup import OURS

# Somebody's own practice, and a party that is the practice's too.
OURS_AND_THEIRS = (
    f"({OURS} AND (party_id IS NULL OR EXISTS (SELECT 1 FROM accounts_party known"
    " WHERE known.id = crm_contact.party_id AND known.practice_id = crm_contact.practice_id)))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0036_borne_charges"),
        ("crm", "0003_signed_rosters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("person", "Person"),
                            ("household", "Household"),
                            ("company", "Company"),
                            ("trust", "Trust"),
                        ],
                        default="person",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("applying", "Application in progress"),
                            ("pending", "Pending, more to do"),
                            ("open", "Open client"),
                            ("closed", "Closed client"),
                            ("inactive", "Inactive"),
                            ("other", "Other"),
                        ],
                        default="prospect",
                        max_length=10,
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=100)),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="The last name, or the name of what is no person", max_length=200
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("sort_key", models.CharField(db_collation="C", default="", editable=False, max_length=250)),
                ("search_text", models.TextField(db_collation="C", default="", editable=False)),
                ("record_sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(null=True)),
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
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.party",
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
                "indexes": [
                    models.Index(fields=["practice", "sort_key", "id"], name="contact_sorted"),
                    models.Index(fields=["practice", "state", "sort_key", "id"], name="contact_state_sorted"),
                    models.Index(fields=["party"], name="contact_party"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="contact_found",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "household", "company", "trust"])),
                        name="contact_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["prospect", "applying", "pending", "open", "closed", "inactive", "other"])
                        ),
                        name="contact_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_name", ""), ("name", ""), ("party__isnull", False)),
                            models.Q(("party__isnull", True), models.Q(("name", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="contact_one_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("party__isnull", False),
                            models.Q(("state__in", ("applying", "pending", "open", "closed")), _negated=True),
                            _connector="OR",
                        ),
                        name="contact_state_has_party",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("trashed_at", None)),
                        fields=("practice", "party"),
                        name="contact_once_a_party",
                    ),
                    models.UniqueConstraint(fields=("firm", "practice", "id"), name="contact_practice_id"),
                ],
            },
        ),
        rls.tie("crm_contact", "firm_id, practice_id", "accounts_practice", "firm_id, id", "contact_own_practice"),
        rls.tie("crm_contact", "firm_id, party_id", "accounts_party", "firm_id, id", "contact_own_party"),
        rls.secure("crm_contact", read=OURS, write=OURS_AND_THEIRS, web="SELECT, INSERT, UPDATE", worker="", office=""),
        rls.trailed(
            "crm_contact",
            *("kind", "state", "party_id", "owner_id", "version", "trashed_at"),
            secrets=("first_name", "name", "email", "phone", "record_sealed"),
        ),
        migrations.RunSQL(PLAIN + FILLS + FOUND, reverse_sql=UNDO),
    ]
