"""What clients value and want to avoid, who was asked for it, and the scores that files say of securities."""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.broker.feed.models import AccountRow, tenant_account, tenant_firm
from portal.tools.impact.rules import LONGEST_HOW

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class TopicKind(models.TextChoices):
    """Whether a client supports it or wants to avoid it."""

    VALUE = "value", pgettext_lazy("that somebody holds", "Value")
    PRACTICE = "practice", pgettext_lazy("of a company", "Practice")


class ImpactTopic(models.Model):
    """A value or a practice that clients choose from; the same for every firm."""

    # The trail names a row by its column of that name.
    code = models.CharField(max_length=40, primary_key=True, db_column="id")
    kind = models.CharField(max_length=8, choices=TopicKind)
    name = models.CharField(max_length=80)
    place = models.PositiveSmallIntegerField(_("Place in the list"), default=0)
    is_offered = models.BooleanField(_("Offered"), default=True)

    unscoped = models.Manager()

    class Meta:
        db_table = "tools_impacttopic"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex="^[a-z][a-z0-9_]*$"), name="impacttopic_code"),
            models.CheckConstraint(condition=Q(kind__in=TopicKind.values), name="impacttopic_kind_known"),
        ]

    def __str__(self) -> str:
        return self.code


class ImpactRelease(models.Model):
    """One file of scores, of the day that it speaks of. The latest day holds; of one day the file that came last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    day = models.DateField(_("Day of the scores"))
    provider = models.CharField(_("Data provider"), max_length=120)
    name = models.CharField(_("File"), max_length=200)
    sha256 = models.CharField(max_length=64)
    accepted = models.PositiveIntegerField(_("Securities"))
    refused = models.JSONField(_("Refused rows"), default=list)
    refusals = models.PositiveIntegerField(_("Refused rows"), default=0)
    loaded_by = models.BigIntegerField()
    loaded_at = models.DateTimeField(_("Loaded"))

    unscoped = models.Manager()

    class Meta:
        db_table = "tools_impactrelease"
        constraints = [
            models.UniqueConstraint(fields=["sha256", "day"], name="impactrelease_once"),
            models.CheckConstraint(condition=Q(accepted__gt=0), name="impactrelease_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.provider}"


class ImpactSecurity(models.Model):
    """What one file says of one security: scores as text by value, and the practices that it was flagged for."""

    release = models.ForeignKey(ImpactRelease, on_delete=models.PROTECT, db_index=False, related_name="securities")
    conid = models.BigIntegerField(null=True)
    isin = models.CharField(max_length=12, blank=True)
    symbol = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    asset = models.CharField(max_length=10)
    currency = models.CharField(max_length=3, blank=True)
    scores = models.JSONField(default=dict)
    flags = models.JSONField(default=list)

    unscoped = models.Manager()

    class Meta:
        db_table = "tools_impactsecurity"
        constraints = [
            models.UniqueConstraint(fields=["release", "conid"], name="impactsecurity_conid"),
            models.UniqueConstraint(fields=["release", "isin"], condition=~Q(isin=""), name="impactsecurity_isin"),
            models.CheckConstraint(condition=~Q(isin="") | Q(conid__isnull=False), name="impactsecurity_is_named"),
        ]
        indexes = [models.Index(fields=["release", "asset"], name="impactsecurity_asset")]

    def __str__(self) -> str:
        return self.symbol


class OfItsPractice(AccountRow):
    """Base of rows that an account's owner and its own advisor see, and no level above."""

    class Meta(AccountRow.Meta):
        abstract = True

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """What somebody believes in is between them and their advisor, whoever that is by now."""
        return rows.filter(account__practice_id=who.practice_id) if who.is_advisor else rows


class InvitationState(models.TextChoices):
    """Where an invitation stands; the last three end it."""

    INVITED = "invited", _("Invited")
    ANSWERED = "answered", _("Answered")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("an invitation", "Withdrawn")


class ImpactInvitation(OfItsPractice):
    """A client was asked what to support and what to avoid; sent again, it lives longer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    account = tenant_account()
    state = models.CharField(max_length=9, choices=InvitationState, default=InvitationState.INVITED)
    times = models.PositiveSmallIntegerField(default=1)
    sent_by = models.BigIntegerField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(OfItsPractice.Meta):
        db_table = "tools_impactinvitation"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state=InvitationState.INVITED), name="impactinvitation_one_waits"
            ),
            models.CheckConstraint(condition=Q(state__in=InvitationState.values), name="impactinvitation_state_known"),
            models.CheckConstraint(
                condition=Q(state=InvitationState.INVITED, ended_at=None)
                | (~Q(state=InvitationState.INVITED) & Q(ended_at__isnull=False)),
                name="impactinvitation_end_has_time",
            ),
            models.CheckConstraint(
                condition=Q(times__gte=1, expires_at__gt=F("sent_at")), name="impactinvitation_lives"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-sent_at"], name="impactinvitation_latest"),
            models.Index(
                fields=["expires_at"], condition=Q(state=InvitationState.INVITED), name="impactinvitation_expires"
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} {self.state}"


class AnswerSource(models.TextChoices):
    """Who has written an answer down."""

    CLIENT = "client", _("The client")
    ADVISOR = "advisor", _("The advisor, for the client")


class ImpactAnswer(OfItsPractice):
    """What a client supports, by importance, and wants to avoid. The latest holds; none ever changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    account = tenant_account()
    values = models.JSONField(default=dict)
    avoided = models.JSONField(default=list)
    source = models.CharField(max_length=7, choices=AnswerSource)
    said_on = models.DateField()
    how = models.CharField(max_length=LONGEST_HOW, blank=True)
    answered_by = models.BigIntegerField()
    answered_at = models.DateTimeField()

    class Meta(OfItsPractice.Meta):
        db_table = "tools_impactanswer"
        constraints = [
            models.CheckConstraint(condition=Q(source__in=AnswerSource.values), name="impactanswer_source_known"),
        ]
        indexes = [models.Index(fields=["account", "-answered_at"], name="impactanswer_latest")]

    def __str__(self) -> str:
        return f"account {self.account_id} {self.said_on}"
