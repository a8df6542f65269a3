"""Events of a practice: what they say is sealed, when and whose they are is clear, for order and reminders."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.calendar.sql_setup import ABOUT_WRITTEN, FOUND, FOUND_ABOUT, REMINDED, REMINDED_BACK, WRITTEN


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0043_commodity_registered"),
        ("crm", "0011_tasks_that_are_due"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("practice", "Everybody of the practice"),
                            ("private", "Its owner and who takes part"),
                        ],
                        default="practice",
                        max_length=10,
                    ),
                ),
                ("is_free", models.BooleanField(default=False)),
                ("is_all_day", models.BooleanField(default=False)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=64)),
                ("rule", models.CharField(blank=True, default="", max_length=300)),
                (
                    "added",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                (
                    "left_out",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                ("over_at", models.DateTimeField(null=True)),
                ("replaces", models.CharField(blank=True, default="", max_length=16)),
                ("remind_minutes", models.PositiveIntegerField(null=True)),
                ("remind_at", models.DateTimeField(null=True)),
                ("title_sealed", models.BinaryField()),
                ("words_sealed", models.BinaryField()),
                ("before_sealed", models.BinaryField()),
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
                (
                    "series",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.event",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EventContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.contact",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="about",
                        to="crm.event",
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
            model_name="event",
            index=models.Index(fields=["practice", "begins_at"], name="event_begins"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["practice", "over_at"], name="event_over"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False)), fields=["remind_at"], name="event_reminds"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(condition=models.Q(("series__isnull", False)), fields=["series"], name="event_series"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["practice", "private"])), name="event_visibility_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gte", models.F("begins_at"))), name="event_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("series", None), models.Q(("replaces", ""), _negated=True), _connector="OR"),
                name="event_moved_names_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("firm", "practice", "id"), name="event_practice_id"),
        ),
        migrations.AddIndex(
            model_name="eventcontact",
            index=models.Index(fields=["contact"], name="event_contact"),
        ),
        migrations.AddConstraint(
            model_name="eventcontact",
            constraint=models.UniqueConstraint(fields=("event", "contact"), name="event_contact_once"),
        ),
        rls.tie("crm_event", "firm_id, practice_id", "accounts_practice", "firm_id, id", "event_own_practice"),
        rls.tie(
            "crm_event", "firm_id, practice_id, series_id", "crm_event", "firm_id, practice_id, id", "event_own_series"
        ),
        rls.secure("crm_event", read=FOUND, write=WRITTEN, web="SELECT, INSERT, UPDATE, DELETE", worker="", office=""),
        rls.trailed(
            "crm_event",
            *("owner_id", "visibility", "series_id", "version", "trashed_at"),
            # When a private event is, and with whom, is not for everybody who reads the trail.
            secrets=("begins_at", "ends_at", "rule", "left_out", "people", "title_sealed", "words_sealed"),
        ),
        rls.tie(
            "crm_eventcontact",
            "firm_id, practice_id, event_id",
            "crm_event",
            "firm_id, practice_id, id",
            "event_contact_own_event",
        ),
        rls.tie(
            "crm_eventcontact",
            "firm_id, practice_id, contact_id",
            "crm_contact",
            "firm_id, practice_id, id",
            "event_contact_own_contact",
        ),
        rls.secure(
            "crm_eventcontact",
            read=FOUND_ABOUT,
            write=ABOUT_WRITTEN,
            web="SELECT, INSERT, UPDATE, DELETE",
            worker="",
            office="",
        ),
        rls.trailed("crm_eventcontact", "event_id", "contact_id"),
        migrations.RunSQL(REMINDED, reverse_sql=REMINDED_BACK),
    ]
