"""What was chosen about tax lots, and who is choosing: the account's standing method, one day's, and the lock."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.feed.models import AccountRow, tenant_account, tenant_firm
from accounts.broker.lots.matching import STANDING, STANDING_CHOICES, Method


def _final_at() -> models.DateTimeField:
    return models.DateTimeField(help_text=_("From then on nothing changes it"))


class LotDefault(AccountRow):
    """The method of an account from a trade day on, until another row begins."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    account = tenant_account()
    method = models.CharField(max_length=4, choices=STANDING_CHOICES)
    starts = models.DateField()
    final_at = _final_at()
    chosen_by = models.BigIntegerField()
    chosen_at = models.DateTimeField()

    class Meta(AccountRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "starts"], name="lotdefault_once"),
            models.CheckConstraint(condition=models.Q(method__in=[*STANDING]), name="lotdefault_known"),
        ]

    def __str__(self) -> str:
        return f"{self.method} from {self.starts}"


class LotChoice(AccountRow):
    """The method of one contract on one trade day, with the lots where they were named: what the broker is to do."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    account = tenant_account()
    contract = models.CharField(max_length=60, help_text=_("The broker's contract id, or the symbol where it has none"))
    symbol = models.CharField(max_length=60)
    day = models.DateField()
    method = models.CharField(max_length=4, choices=Method)
    lots = models.JSONField(default=dict, help_text=_("How much of which lot, where lots were named"))
    final_at = _final_at()
    chosen_by = models.BigIntegerField()
    chosen_at = models.DateTimeField()

    class Meta(AccountRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "contract", "day"], name="lotchoice_once"),
            models.CheckConstraint(condition=models.Q(method__in=Method.values), name="lotchoice_known"),
            models.CheckConstraint(
                condition=models.Q(method=Method.SPECIFIC) & ~models.Q(lots={})
                | ~models.Q(method=Method.SPECIFIC) & models.Q(lots={}),
                name="lotchoice_names_lots",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.method} on {self.day}"


class LotLock(AccountRow):
    """Who runs the Tax Optimizer of an account; one row an account, taken over when its holder is gone."""

    account = models.OneToOneField(
        "accounts.Account", primary_key=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    firm = tenant_firm()
    user_id = models.BigIntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"lock of {self.account_id}"
