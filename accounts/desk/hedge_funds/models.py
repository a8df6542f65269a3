"""The hedge-fund programme: which funds take part, which client qualifies, and what clients have asked to invest."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.restrictions.models import keyed_elsewhere
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from portal.lib.money import CURRENCIES

# As long as a fee schedule can name a fund.
LONGEST_NAME = 60
LONGEST_TERMS = 200


class Investor(models.TextChoices):
    """Whom a fund takes; who is qualified is accredited too."""

    ACCREDITED = "accredited", _("Accredited investors")
    QUALIFIED = "qualified", _("Qualified purchasers")


class Answer(models.TextChoices):
    """What a client has answered about itself; the last one is that none of them is true."""

    INCOME = "income", _("Income above 200,000 USD a year, or 300,000 USD with a spouse or partner")
    NET_WORTH = "net_worth", _("Net worth above 1,000,000 USD without the home")
    PROFESSIONAL = "professional", _("A licence as a professional of securities")
    ENTITY_ASSETS = "entity_assets", _("An entity with assets above 5,000,000 USD")
    INVESTMENTS = "investments", _("A person or family firm with investments of 5,000,000 USD or more")
    ENTITY_INVESTMENTS = "entity_investments", _("An entity with investments of 25,000,000 USD or more")
    NEITHER = "neither", _("None of these")


ACCREDITED = (Answer.INCOME, Answer.NET_WORTH, Answer.PROFESSIONAL, Answer.ENTITY_ASSETS)
QUALIFIED = (Answer.INVESTMENTS, Answer.ENTITY_INVESTMENTS)


class FundRequestState(models.TextChoices):
    """Where a request to invest stands; none of its states is an investment."""

    WAITING = "waiting", _("Awaiting Client")
    SIGNED = "signed", _("Awaiting the back office")
    CONFIRMED = "confirmed", _("Sent to the fund")
    REFUSED = "refused", _("Refused by the fund")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


ALIVE = (FundRequestState.WAITING, FundRequestState.SIGNED)


class HedgeFund(models.Model):
    """One class of a fund that takes part, and its terms as its manager states them."""

    code = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(
        max_length=LONGEST_NAME, unique=True, help_text=_("As fee schedules and valuations are to name it")
    )
    company = models.CharField(_("manager"), max_length=120)
    strategy = models.CharField(max_length=LONGEST_TERMS)
    share_class = models.CharField(_("class"), max_length=80)
    investor = models.CharField(_("open to"), max_length=10, choices=Investor)
    currency = models.CharField(max_length=3, default="USD")
    minimum = models.DecimalField(max_digits=14, decimal_places=2)
    subscription = models.CharField(_("subscription"), max_length=LONGEST_TERMS)
    redemption = models.CharField(_("redemption"), max_length=LONGEST_TERMS)
    fees = models.CharField(_("fees of the fund"), max_length=LONGEST_TERMS, blank=True)
    is_offered = models.BooleanField(_("offered"), default=True)

    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minimum__gt=0), name="hedgefund_minimum"),
            models.CheckConstraint(condition=Q(currency__in=CURRENCIES), name="hedgefund_currency_known"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(share_class=""), name="hedgefund_named"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.share_class}"


class InvestorAnswer(TenantModel):
    """What the advisor wrote down of a client's answer on a day. The latest holds; none ever changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    answer = models.CharField(max_length=20, choices=Answer)
    answered_on = models.DateField()
    written_by = models.BigIntegerField()
    written_at = models.DateTimeField()

    # Whoever sees the account sees them, also after it has gone to another advisor.
    scoped_by = {"firm": "firm_id", "practice": "account__practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        constraints = [models.CheckConstraint(condition=Q(answer__in=Answer.values), name="investoranswer_known")]
        indexes = [models.Index(fields=["account", "-written_at"], name="investoranswer_latest")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.answer}"


class FundRequest(TenantModel):
    """A wish to invest: asked by the advisor, signed by the client, sent to the fund by the back office. It moves no
    money and makes no holding; those come from the broker's statements and the back office's valuations alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    fund = models.ForeignKey(HedgeFund, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=9, choices=FundRequestState, default=FundRequestState.WAITING)
    language = models.CharField(max_length=10)
    document = models.TextField(help_text=_("Exactly what the client reads and signs"))
    document_hash = models.CharField(max_length=64)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    signed_by = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_name = models.CharField(max_length=200, blank=True)
    signed_address = models.CharField(max_length=45, blank=True)
    signed_agent = models.CharField(max_length=400, blank=True)
    signed_session = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the session key"))
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, help_text=_("Why it was refused; advisor and client read it"))

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "fund"], condition=Q(state__in=ALIVE), name="fundrequest_one_a_fund"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="fundrequest_positive"),
            models.CheckConstraint(condition=Q(document_hash__regex="^[0-9a-f]{64}$"), name="fundrequest_names_text"),
            models.CheckConstraint(
                condition=Q(state__in=ALIVE, ended_at=None) | (~Q(state__in=ALIVE) & Q(ended_at__isnull=False)),
                name="fundrequest_end_has_time",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, signed_name="")
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(signed_name="")),
                name="fundrequest_signed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(FundRequestState.SIGNED, FundRequestState.CONFIRMED, FundRequestState.REFUSED))
                | Q(signed_at__isnull=False),
                name="fundrequest_sent_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state=FundRequestState.REFUSED) | ~Q(reason=""), name="fundrequest_refused_with_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-asked_at"], name="fundrequest_practice"),
            models.Index(fields=["account", "-asked_at"], name="fundrequest_account"),
        ]

    def __str__(self) -> str:
        return f"{self.fund_id} for account {self.account_id}"
