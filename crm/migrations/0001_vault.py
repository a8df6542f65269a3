"""Vaults of practices: keys, members, epochs, grants, unlocked browsers, deposits and files; each practice's own."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import INBOX, LOCKS, MANAGED, MINE, MINE_OR_MANAGED, OURS

NOBODY = {"worker": "", "office": ""}
PRACTICE = ("firm_id, practice_id", "accounts_practice", "firm_id, id")
TABLES = ("crm_vault", "crm_member", "crm_epoch", "crm_grant", "crm_vaultsession", "crm_deposit", "crm_sealedfile")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0033_client_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PepperName",
            fields=[
                ("name", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("first_used_at", models.DateTimeField()),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("making", "Has not confirmed the recovery code"),
                            ("waiting", "Waits to be let in"),
                            ("member", "Member"),
                            ("left", "Has left"),
                        ],
                        max_length=10,
                    ),
                ),
                ("holds_root", models.BooleanField(default=False)),
                ("box_public", models.BinaryField()),
                ("sign_public", models.BinaryField()),
                ("memory", models.PositiveIntegerField()),
                ("passes", models.PositiveIntegerField()),
                ("lanes", models.PositiveIntegerField()),
                ("salt", models.BinaryField()),
                ("pepper", models.CharField(max_length=16)),
                ("blob", models.BinaryField()),
                ("recovery_salt", models.BinaryField()),
                ("recovery_blob", models.BinaryField()),
                ("not_before", models.BigIntegerField(default=0)),
                ("binding", models.BinaryField(default=bytes)),
                ("created_at", models.DateTimeField()),
                ("joined_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "wrong_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(),
                        default=list,
                        help_text="Wrong storage passwords of the last day",
                        size=None,
                    ),
                ),
                ("wrong", models.PositiveSmallIntegerField(default=0, help_text="Wrong ones since the last right one")),
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
            },
        ),
        migrations.CreateModel(
            name="Vault",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("root_public", models.BinaryField()),
                ("recovery_public", models.BinaryField()),
                ("recovery_signature", models.BinaryField()),
                ("root_sealed", models.BinaryField()),
                ("founded_at", models.DateTimeField()),
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
                    "founded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
            },
        ),
        migrations.CreateModel(
            name="Unlocked",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=64, unique=True)),
                ("sign_in", models.CharField(help_text="The sign-in session it lives and ends with", max_length=40)),
                ("created_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("idle_seconds", models.PositiveIntegerField()),
                ("used_at", models.DateTimeField()),
                ("wrapped", models.BinaryField()),
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
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.member",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "vault",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.vault",
                    ),
                ),
            ],
            options={
                "db_table": "crm_vaultsession",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SealedFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("place", models.CharField(max_length=64, unique=True)),
                ("key_sealed", models.BinaryField()),
                ("length", models.BigIntegerField()),
                ("stored_at", models.DateTimeField()),
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
                    "vault",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.vault",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="member",
            name="vault",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="members", to="crm.vault"
            ),
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("epoch", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                ("signature", models.BinaryField()),
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
                    "granter",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.member",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="crm.member",
                    ),
                ),
                (
                    "vault",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="crm.vault",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("commitment", models.BinaryField()),
                ("inbox_public", models.BinaryField()),
                ("inbox_sealed", models.BinaryField()),
                ("recovery_sealed", models.BinaryField()),
                ("signature", models.BinaryField()),
                ("began_at", models.DateTimeField()),
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
                    "vault",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="epochs",
                        to="crm.vault",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("epoch", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=30)),
                ("sealed", models.BinaryField()),
                ("left_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(null=True)),
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
                    "vault",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.vault",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="vault",
            constraint=models.UniqueConstraint(fields=("practice",), name="vault_one_a_practice"),
        ),
        migrations.AddConstraint(
            model_name="vault",
            constraint=models.UniqueConstraint(fields=("firm", "practice", "id"), name="vault_practice_id"),
        ),
        migrations.AddIndex(
            model_name="unlocked",
            index=models.Index(fields=["user"], name="vault_session_user"),
        ),
        migrations.AddIndex(
            model_name="sealedfile",
            index=models.Index(fields=["practice"], name="vault_file_practice"),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["practice"], name="vault_member_practice"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["making", "waiting", "member", "left"])), name="vault_member_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("lanes__gte", 1), ("memory__gte", 65536), ("passes__gte", 3)),
                name="vault_member_cost_floor",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "left"), _negated=True), fields=("vault", "user"), name="vault_member_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(fields=("vault", "id"), name="vault_member_id"),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(fields=("member", "epoch"), name="vault_grant_once"),
        ),
        migrations.AddConstraint(
            model_name="epoch",
            constraint=models.UniqueConstraint(fields=("vault", "number"), name="vault_epoch_number"),
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(
                condition=models.Q(("kept_at", None)), fields=["vault", "left_at"], name="vault_deposit_waits"
            ),
        ),
        *(rls.tie(table, *PRACTICE, f"{table.removeprefix('crm_')}_own_practice") for table in TABLES),
        *(
            rls.tie(
                table,
                "firm_id, practice_id, vault_id",
                "crm_vault",
                "firm_id, practice_id, id",
                f"{table.removeprefix('crm_')}_own_vault",
            )
            for table in TABLES[1:]
        ),
        rls.tie("crm_grant", "vault_id, member_id", "crm_member", "vault_id, id", "grant_own_member"),
        rls.tie("crm_grant", "vault_id, granter_id", "crm_member", "vault_id, id", "grant_own_granter"),
        rls.tie("crm_grant", "vault_id, epoch", "crm_epoch", "vault_id, number", "grant_own_epoch"),
        rls.tie("crm_deposit", "vault_id, epoch", "crm_epoch", "vault_id, number", "deposit_own_epoch"),
        rls.tie("crm_vaultsession", "vault_id, member_id", "crm_member", "vault_id, id", "vaultsession_own_member"),
        rls.open_table("crm_peppername", web="SELECT, INSERT"),
        rls.secure("crm_vault", read=OURS, write=MANAGED, web="SELECT, INSERT, UPDATE", **NOBODY),
        rls.secure("crm_member", read=OURS, write=MINE_OR_MANAGED, web="SELECT, INSERT, UPDATE", **NOBODY),
        rls.secure("crm_epoch", read=OURS, write=MANAGED, web="SELECT, INSERT, UPDATE", **NOBODY),
        rls.secure("crm_grant", read=OURS, write=MANAGED, web="SELECT, INSERT", **NOBODY),
        rls.secure("crm_vaultsession", read=MINE, write=MINE, web="SELECT, INSERT, UPDATE, DELETE", **NOBODY),
        rls.secure("crm_deposit", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE", **NOBODY),
        rls.secure("crm_sealedfile", read=OURS, write=OURS, web="SELECT, INSERT, DELETE", **NOBODY),
        rls.trailed("crm_vault", "founded_by_id", secrets=("root_public", "recovery_public")),
        rls.trailed(
            "crm_member",
            *("user_id", "state", "holds_root", "memory", "passes"),
            secrets=("box_public", "sign_public", "salt", "recovery_salt", "binding"),
        ),
        rls.trailed("crm_epoch", "number", secrets=("commitment", "inbox_public")),
        rls.trailed("crm_grant", "epoch", "member_id", "granter_id", secrets=("sealed",)),
        migrations.RunSQL(LOCKS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(INBOX, reverse_sql=migrations.RunSQL.noop),
    ]
