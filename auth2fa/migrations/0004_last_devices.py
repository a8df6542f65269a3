"""Last devices that one person of the back office asks to end and another ends; reminders; longer browser names."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from auth2fa.door.sql_setup import OWN


class Migration(migrations.Migration):
    dependencies = [
        ("auth2fa", "0003_split_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="reminded_at",
            field=models.DateTimeField(help_text="When its owner was last told that texts are weak", null=True),
        ),
        migrations.AlterField(
            model_name="rememberedbrowser",
            name="name",
            field=models.CharField(help_text="What the browser said of itself", max_length=300),
        ),
        migrations.CreateModel(
            name="Ending",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("is_ended", models.BooleanField(default=False)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="auth2fa.device",
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
                "indexes": [models.Index(fields=["user"], name="ending_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_ended", False),
                            models.Q(
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ending_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None)),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ending_decided_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)), fields=("device",), name="ending_waits_once"
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        rls.tie("auth2fa_ending", "user_id, device_id", "auth2fa_device", "user_id, id", "ending_own_device"),
        rls.secure("auth2fa_ending", read=OWN, worker="", office="SELECT, INSERT, UPDATE"),
        rls.trailed("auth2fa_ending", "user_id", "device_id", "asked_by_id", "decided_by_id", "is_ended"),
    ]
