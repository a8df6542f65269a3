"""Approvals by PIN link: what the back office has verified of a client, and the single-use links sent to it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.consents.models import Consent
from accounts.ground.people.models import Party, Seat
from accounts.ground.tree.models import Account, Firm, Practice


class Question(models.TextChoices):
    """What a client may be asked about."""

    FIRST_SCHOOL = "first_school", _("What was the name of your first school?")
    BIRTH_TOWN = "birth_town", _("In which town were you born?")
    MOTHERS_NAME = "mothers_name", _("What was your mother's name before she married?")
    FIRST_EMPLOYER = "first_employer", _("Who was your first employer?")
    CHILDHOOD_STREET = "childhood_street", _("In which street did you live as a child?")


class PinFact(TenantModel):
    """What the back office has verified of one person; no page ever reads it, answers and PIN are keyed hashes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="pin_fact", db_constraint=False)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    mobile = models.CharField(max_length=12, help_text=_("A number of the United States, such as +12025550143"))
    question_one = models.CharField(max_length=20, choices=Question)
    answer_one = models.CharField(max_length=64)
    question_two = models.CharField(max_length=20, choices=Question)
    answer_two = models.CharField(max_length=64)
    pin = models.CharField(max_length=64, blank=True, help_text=_("Empty until the client creates it"))
    verified_at = models.DateTimeField()

    scoped_by = {"firm": "firm_id", "practice": "party__practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(mobile__regex=r"^\+1[2-9][0-9]{9}$"), name="pin_fact_us_mobile"),
            models.CheckConstraint(
                condition=~models.Q(question_one=models.F("question_two")), name="pin_fact_two_questions"
            ),
        ]

    def __str__(self) -> str:
        return str(self.party)


class PinLink(TenantModel):
    """One link to one question; only its hash is kept, and it ends when used, replaced, misused or too old."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="pin_links", db_constraint=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    link_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the link's secret")
    mobile_end = models.CharField(max_length=4)
    sent_by = models.BigIntegerField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    code = models.CharField(max_length=64, blank=True)
    code_made_at = models.DateTimeField(null=True)
    code_wrong = models.PositiveSmallIntegerField(default=0, db_default=0)
    code_sent_at = models.DateTimeField(null=True)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    cost = models.DecimalField(max_digits=8, decimal_places=4, default=0, db_default=0, help_text="US dollars")
    wrong = models.PositiveSmallIntegerField(default=0)
    mobile_proved_at = models.DateTimeField(null=True)
    answers_proved_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["code_sent_at"], name="pin_link_code_sent")]
        constraints = [
            models.CheckConstraint(condition=models.Q(link_hash__regex="^[0-9a-f]{64}$"), name="pin_link_is_hash"),
            models.UniqueConstraint(
                fields=["consent"], condition=models.Q(used_at=None, ended_at=None), name="pin_link_one_lives"
            ),
            models.CheckConstraint(
                condition=models.Q(used_at=None)
                | models.Q(mobile_proved_at__isnull=False, answers_proved_at__isnull=False),
                name="pin_link_used_is_proved",
            ),
        ]

    def __str__(self) -> str:
        return f"PIN link of {self.consent_id}"
