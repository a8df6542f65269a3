"""Which of our own postings the broker's statements have confirmed."""

from django.db import models

from accounts.broker.activity.models import CashLine
from accounts.broker.feed.models import AccountRow, tenant_account, tenant_firm
from accounts.ground.ledger.models import Transfer


class Retirement(AccountRow):
    """A posting met its line in a statement: from that line's day on it is part of the broker's settled cash."""

    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, primary_key=True, related_name="retirement")
    line = models.OneToOneField(CashLine, on_delete=models.PROTECT, related_name="retirement")
    firm = tenant_firm()
    account = tenant_account()
    seen_on = models.DateField()
    retired_at = models.DateTimeField()

    class Meta(AccountRow.Meta):
        indexes = [models.Index(fields=["account", "seen_on"], name="retirement_account_day")]
