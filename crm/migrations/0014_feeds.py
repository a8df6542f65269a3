"""Calendar feeds: a copy of each event that only the address of its feed opens, and how an address finds its feed."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.feeds.sql_setup import COPY, FIND, READ, UNFIND, WRITTEN


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0043_commodity_registered"),
        ("crm", "0013_workflows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("is_full", models.BooleanField(default=False)),
                (
                    "is_open",
                    models.BooleanField(
                        default=False, help_text="Whether the user's IP restrictions do not count for it"
                    ),
                ),
                ("mark", models.BinaryField(unique=True)),
                ("public", models.BinaryField()),
                ("wrapped", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
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
                    "seat",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
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
            name="FeedCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.event",
                    ),
                ),
                (
                    "feed",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.feed",
                    ),
                ),
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="feed",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["practice", "user"], name="feed_of_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.UniqueConstraint(fields=("firm", "practice", "id"), name="feed_practice_id"),
        ),
        migrations.AddIndex(
            model_name="feedcopy",
            index=models.Index(fields=["event"], name="feed_copy_event"),
        ),
        migrations.AddConstraint(
            model_name="feedcopy",
            constraint=models.UniqueConstraint(fields=("feed", "event"), name="feed_copy_once"),
        ),
        rls.tie("crm_feed", "firm_id, practice_id", "accounts_practice", "firm_id, id", "feed_own_practice"),
        rls.secure("crm_feed", read=READ, write=WRITTEN, web="SELECT, INSERT, UPDATE", worker="", office=""),
        rls.trailed("crm_feed", "user_id", "is_full", "is_open", "ended_at", secrets=("mark", "wrapped")),
        rls.tie(
            "crm_feedcopy", "firm_id, practice_id, feed_id", "crm_feed", "firm_id, practice_id, id", "copy_own_feed"
        ),
        rls.tie(
            "crm_feedcopy", "firm_id, practice_id, event_id", "crm_event", "firm_id, practice_id, id", "copy_own_event"
        ),
        rls.secure("crm_feedcopy", read=COPY, write=COPY, web="SELECT, INSERT, DELETE", worker="", office=""),
        migrations.RunSQL(FIND, reverse_sql=UNFIND),
    ]
