"""Groups of contacts: names and searches sealed; a private one is its maker's alone, for the database too."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import OURS

SEEN = f"({OURS} AND (NOT is_private OR owner_id = (SELECT app_user())))"
CHANGED = f"({OURS} AND (owner_id = (SELECT app_user()) OR (NOT is_private AND (SELECT app_manages()))))"
# The groups in these are read under their own policy; by hand nobody puts anything into a saved search.
SEEN_WITH_GROUP = f"({OURS} AND group_id IN (SELECT id FROM crm_group))"
CHANGED_WITH_GROUP = (
    f"({OURS} AND group_id IN (SELECT id FROM crm_group WHERE NOT is_search"
    " AND (owner_id = (SELECT app_user()) OR (SELECT app_manages()))))"
)


def _own(model: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, **more
    )


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0005_intakes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Group",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("is_private", models.BooleanField(default=False)),
                ("is_search", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(null=True)),
                ("name_sealed", models.BinaryField()),
                ("query_sealed", models.BinaryField()),
                ("firm", _own("accounts.firm")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("practice", _own("accounts.practice")),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["practice", "created_at"], name="group_practice_made")],
                "constraints": [
                    models.UniqueConstraint(fields=("firm", "practice", "id"), name="group_practice_id"),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField()),
                ("contact", _own("crm.contact")),
                ("firm", _own("accounts.firm")),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="crm.group",
                    ),
                ),
                ("practice", _own("accounts.practice")),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["contact"], name="group_member_contact")],
                "constraints": [models.UniqueConstraint(fields=("group", "contact"), name="group_member_once")],
            },
        ),
        rls.tie("crm_group", "firm_id, practice_id", "accounts_practice", "firm_id, id", "group_own_practice"),
        rls.tie(
            "crm_groupmember",
            "firm_id, practice_id, group_id",
            "crm_group",
            "firm_id, practice_id, id",
            "group_member_own_group",
        ),
        rls.tie(
            "crm_groupmember",
            "firm_id, practice_id, contact_id",
            "crm_contact",
            "firm_id, practice_id, id",
            "group_member_own_contact",
        ),
        rls.secure("crm_group", read=SEEN, write=CHANGED, web="SELECT, INSERT, UPDATE", worker="", office=""),
        rls.secure(
            "crm_groupmember",
            read=SEEN_WITH_GROUP,
            write=CHANGED_WITH_GROUP,
            web="SELECT, INSERT, DELETE",
            worker="",
            office="",
        ),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE crm_groupmember_id_seq TO portal_web", reverse_sql=migrations.RunSQL.noop
        ),
        rls.trailed("crm_group", "owner_id", "is_private", "is_search", "trashed_at", secrets=("name_sealed",)),
        rls.trailed("crm_groupmember", "group_id", "contact_id"),
    ]
