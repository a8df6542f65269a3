"""Devices, the questions put to them, texts and calls sent, browsers remembered; each row is its person's own."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from auth2fa.door.sql_setup import DOOR, OWE, OWN

OFFICE = "SELECT, INSERT, UPDATE"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0032_disabled_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("passkey", "Passkey"),
                            ("phone", "Phone key"),
                            ("card", "Security card"),
                            ("app", "Authenticator app"),
                            ("text", "Text message"),
                            ("codes", "Recovery codes"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("secret", models.BinaryField(default=bytes, help_text="The key of a phone, card or app, sealed")),
                ("pin", models.BinaryField(default=bytes, help_text="The hash of the PIN, sealed")),
                ("suite", models.CharField(blank=True, max_length=60)),
                (
                    "counter",
                    models.BigIntegerField(default=0, help_text="The next count of a card, the last step of an app"),
                ),
                ("credential", models.BinaryField(default=bytes, help_text="A passkey's id and public key")),
                (
                    "hashes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        help_text="Recovery codes that are left",
                        size=None,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=16)),
                ("serial", models.CharField(blank=True, max_length=40)),
                (
                    "claim",
                    models.CharField(
                        blank=True, help_text="Hash of what lets a phone fetch its key, once", max_length=64
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("activate_by", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("trusted_at", models.DateTimeField(help_text="From when it may confirm sensitive tasks", null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("wrong", models.PositiveSmallIntegerField(default=0, help_text="Wrong answers in a row")),
                ("locked_until", models.DateTimeField(null=True)),
                ("disabled_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="devices", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("sign_in", "Sign In"), ("task", "Task"), ("enrol", "Enrol")], max_length=10
                    ),
                ),
                ("task", models.CharField(blank=True, max_length=64)),
                ("session", models.CharField(blank=True, help_text="Hash of the session's key", max_length=64)),
                ("question", models.CharField(blank=True, max_length=100)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("wrong", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="auth2fa.device"
                    ),
                ),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="RememberedBrowser",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SentCode",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=10)),
                ("number_hash", models.CharField(max_length=64)),
                ("place_hash", models.CharField(help_text="Hash of the network that asked", max_length=64)),
                ("firm_id", models.BigIntegerField(null=True)),
                ("sent_at", models.DateTimeField()),
                ("right_at", models.DateTimeField(null=True)),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sent", to="auth2fa.challenge"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["user"], name="device_user"),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["passkey", "phone", "card", "app", "text", "codes"])),
                name="device_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_at", None),
                    models.Q(("kind__in", ["phone", "card", "app"]), models.Q(("secret", b""), _negated=True)),
                    models.Q(("kind", "passkey"), models.Q(("credential", b""), _negated=True)),
                    models.Q(("kind", "text"), models.Q(("number", ""), _negated=True)),
                    ("kind", "codes"),
                    _connector="OR",
                ),
                name="device_confirmed_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("confirmed_at__isnull", False), ("revoked_at", None), ("kind__in", ["text", "codes", "card"])
                ),
                fields=("user", "kind"),
                name="device_one_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(fields=("user", "id"), name="device_user_id"),
        ),
        migrations.AddIndex(
            model_name="challenge",
            index=models.Index(fields=["user", "asked_at"], name="challenge_user"),
        ),
        migrations.AddIndex(
            model_name="challenge",
            index=models.Index(fields=["asked_at"], name="challenge_asked"),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("question", ""), _negated=True),
                fields=("device", "question"),
                name="challenge_asked_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["sign_in", "task", "enrol"])), name="challenge_purpose"
            ),
        ),
        migrations.AddIndex(
            model_name="rememberedbrowser",
            index=models.Index(fields=["user"], name="remembered_user"),
        ),
        migrations.AddIndex(
            model_name="sentcode",
            index=models.Index(fields=["sent_at"], name="sent_code_at"),
        ),
        migrations.CreateModel(
            name="StockedCard",
            fields=[
                ("serial", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("secret", models.BinaryField()),
                ("suite", models.CharField(max_length=60)),
                ("counter", models.BigIntegerField()),
                ("imported_at", models.DateTimeField()),
                ("given_at", models.DateTimeField(null=True)),
                (
                    "given_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunSQL(DOOR, reverse_sql=migrations.RunSQL.noop),
        rls.tie("auth2fa_challenge", "user_id, device_id", "auth2fa_device", "user_id, id", "challenge_own_device"),
        rls.secure("auth2fa_device", read=OWN, write=OWN, web=OFFICE, worker="", office=OFFICE),
        rls.secure("auth2fa_challenge", read=OWN, write=OWN, web=OFFICE, worker="", office=OFFICE),
        rls.secure("auth2fa_sentcode", read=OWN, write=OWN, web=OFFICE, worker="", office=OFFICE),
        rls.secure("auth2fa_rememberedbrowser", read=OWN, write=OWN, web=OFFICE, worker="", office="SELECT, UPDATE"),
        rls.secure("auth2fa_stockedcard", read="false", web="", worker="", office="SELECT, INSERT, UPDATE"),
        rls.trailed("auth2fa_stockedcard", "serial", "given_at", "given_to_id", secrets=("secret",)),
        rls.trailed(
            "auth2fa_device",
            *("user_id", "kind", "name", "number", "serial", "confirmed_at", "disabled_at", "revoked_at"),
            secrets=("secret", "pin", "credential", "hashes"),
        ),
        rls.trailed("auth2fa_rememberedbrowser", "user_id", "name", "expires_at", "revoked_at"),
        migrations.RunSQL(OWE, reverse_sql=migrations.RunSQL.noop),
    ]
