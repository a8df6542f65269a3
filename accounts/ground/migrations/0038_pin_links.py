"""Approvals by PIN link: what the back office has verified, single-use links, and the only ways to write either."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls
from accounts.ground.consents import sql_setup as consents
from accounts.ground.pinlinks import sql_setup

FACTS, LINKS = "accounts_pinfact", "accounts_pinlink"

WALLS = [
    rls.tie(FACTS, "firm_id, party_id", "accounts_party", "firm_id, id", "pin_fact_party"),
    rls.tie(LINKS, "firm_id, account_id", "accounts_account", "firm_id, id", "pin_link_account"),
    rls.tie(LINKS, "firm_id, practice_id", "accounts_practice", "firm_id, id", "pin_link_practice"),
    rls.tie(LINKS, "firm_id, party_id", "accounts_party", "firm_id, id", "pin_link_party"),
    rls.tie(LINKS, "firm_id, seat_id", "accounts_seat", "firm_id, id", "pin_link_seat"),
    rls.tie(LINKS, "firm_id, consent_id", "accounts_consent", "firm_id, id", "pin_link_consent"),
    # No page reads what was verified; the functions compare, and answer yes or no.
    rls.secure(FACTS, read="false", web="", worker="", office="SELECT, INSERT, UPDATE"),
    rls.secure(LINKS, read=rls.sees(), worker="", office="SELECT, UPDATE (ended_at)"),
    rls.trailed(
        FACTS,
        "party_id",
        "mobile",
        "question_one",
        "question_two",
        "verified_at",
        secrets=("answer_one", "answer_two", "pin"),
    ),
    rls.trailed(
        LINKS,
        "consent_id",
        "party_id",
        "sent_by",
        "expires_at",
        "mobile_proved_at",
        "answers_proved_at",
        "used_at",
        "ended_at",
        secrets=("link_hash",),
    ),
    *[
        migrations.RunSQL(step, reverse_sql=migrations.RunSQL.noop)
        for step in (*sql_setup.STEPS, consents.PEOPLE_FOR_THE_OFFICE)
    ],
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0037_opt_outs_by_role"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="consent_firm_id"),
        ),
        migrations.CreateModel(
            name="PinFact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "party",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pin_fact",
                        to="accounts.party",
                    ),
                ),
                (
                    "mobile",
                    models.CharField(help_text="A number of the United States, such as +12025550143", max_length=12),
                ),
                (
                    "question_one",
                    models.CharField(
                        choices=[
                            ("first_school", "What was the name of your first school?"),
                            ("birth_town", "In which town were you born?"),
                            ("mothers_name", "What was your mother's name before she married?"),
                            ("first_employer", "Who was your first employer?"),
                            ("childhood_street", "In which street did you live as a child?"),
                        ],
                        max_length=20,
                    ),
                ),
                ("answer_one", models.CharField(max_length=64)),
                (
                    "question_two",
                    models.CharField(
                        choices=[
                            ("first_school", "What was the name of your first school?"),
                            ("birth_town", "In which town were you born?"),
                            ("mothers_name", "What was your mother's name before she married?"),
                            ("first_employer", "Who was your first employer?"),
                            ("childhood_street", "In which street did you live as a child?"),
                        ],
                        max_length=20,
                    ),
                ),
                ("answer_two", models.CharField(max_length=64)),
                ("pin", models.CharField(blank=True, help_text="Empty until the client creates it", max_length=64)),
                ("verified_at", models.DateTimeField()),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mobile__regex", "^\\+1[2-9][0-9]{9}$")), name="pin_fact_us_mobile"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("question_one", models.F("question_two")), _negated=True),
                        name="pin_fact_two_questions",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PinLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("link_hash", models.CharField(help_text="SHA-256 of the link's secret", max_length=64, unique=True)),
                ("mobile_end", models.CharField(max_length=4)),
                ("sent_by", models.BigIntegerField()),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("code", models.CharField(blank=True, max_length=64)),
                ("code_sent_at", models.DateTimeField(null=True)),
                ("codes_sent", models.PositiveSmallIntegerField(default=0)),
                ("wrong", models.PositiveSmallIntegerField(default=0)),
                ("mobile_proved_at", models.DateTimeField(null=True)),
                ("answers_proved_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pin_links",
                        to="accounts.consent",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.party",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("link_hash__regex", "^[0-9a-f]{64}$")), name="pin_link_is_hash"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("used_at", None)),
                        fields=("consent",),
                        name="pin_link_one_lives",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at", None),
                            models.Q(("answers_proved_at__isnull", False), ("mobile_proved_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="pin_link_used_is_proved",
                    ),
                ],
            },
        ),
        *WALLS,
    ]
