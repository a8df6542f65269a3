"""What an advisor has written down for distributions, family, inheritance, year-end values nobody has sent; and what is
still owed of them, reckoned ahead for the calendar."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.broker.feed.models import AccountRow, tenant_account, tenant_firm
from accounts.ground.tree.models import Account
from portal.tools.rmd.inherited import Heir

HEIRS = [
    (Heir.SPOUSE.value, _("The surviving spouse, as the only beneficiary")),
    (Heir.MINOR.value, _("A child of the owner, under 21 at the death")),
    (Heir.DISABLED.value, _("Somebody disabled or chronically ill")),
    (Heir.NEAR_IN_AGE.value, _("Somebody not more than ten years younger than the owner")),
    (Heir.PERSON.value, _("Any other person")),
    (Heir.NOT_A_PERSON.value, _("An estate, a charity or another that is no person")),
]


class DistributionFacts(AccountRow):
    """Of one account: when its holder was born where the broker does not say, whose beneficiary, or who has died."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, db_constraint=False, related_name="+"
    )
    firm = tenant_firm()
    born_on = models.DateField(null=True, blank=True)
    spouse_born_on = models.DateField(null=True, blank=True)
    spouse_is_sole = models.BooleanField(default=False)
    owner_born_on = models.DateField(null=True, blank=True)
    owner_died_on = models.DateField(null=True, blank=True)
    heir = models.CharField(max_length=16, choices=HEIRS, blank=True)
    was_roth = models.BooleanField(default=False)
    saved_by = models.BigIntegerField()
    saved_at = models.DateTimeField()

    class Meta(AccountRow.Meta):
        db_table = "tools_distributionfacts"
        constraints = [
            models.CheckConstraint(condition=Q(heir__in=["", *(one.value for one in Heir)]), name="distribution_heir"),
            models.CheckConstraint(
                condition=Q(heir="") | Q(owner_born_on__isnull=False, owner_died_on__isnull=False),
                name="distribution_heir_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}"


class YearEndValue(AccountRow):
    """The value on the last day of a year as somebody has typed it, and rollovers that were on their way that day."""

    firm = tenant_firm()
    account = tenant_account()
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(
        pgettext_lazy("of an account", "Value"), max_digits=20, decimal_places=2, null=True, blank=True
    )
    rollover = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    saved_by = models.BigIntegerField()
    saved_at = models.DateTimeField()

    class Meta(AccountRow.Meta):
        db_table = "tools_yearendvalue"
        constraints = [
            models.UniqueConstraint(fields=["account", "year"], name="yearend_once"),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=0), name="yearend_not_negative"),
            models.CheckConstraint(condition=Q(rollover__gte=0), name="yearend_rollover_not_negative"),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} {self.year}: {self.value}"


class OwedDistribution(AccountRow):
    """What an account still owed of a year when it was last reckoned, and the last day for it; nothing owed, no row."""

    firm = tenant_firm()
    account = tenant_account()
    year = models.PositiveSmallIntegerField()
    day = models.DateField()
    remaining = models.DecimalField(max_digits=20, decimal_places=2)
    reckoned_on = models.DateField()

    class Meta(AccountRow.Meta):
        db_table = "tools_oweddistribution"
        constraints = [
            models.UniqueConstraint(fields=["account", "year"], name="oweddistribution_once"),
            models.CheckConstraint(condition=Q(remaining__gt=0), name="oweddistribution_positive"),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} {self.year}: {self.remaining}"
