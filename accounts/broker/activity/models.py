"""What happened in an account, line by line, as the broker's statements tell it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.feed.models import MANAGED, AccountRow, source_file, tenant_account, tenant_firm
from accounts.ground.amounts import money_words


def broker_number(*, null: bool = True) -> models.DecimalField:
    """An amount, price or quantity with the places the broker gives it."""
    return models.DecimalField(max_digits=28, decimal_places=10, null=null)


def in_base() -> models.DecimalField:
    """An amount in the account's base currency."""
    return models.DecimalField(max_digits=20, decimal_places=4, null=True)


class CashLine(AccountRow):
    """One cash transaction. `key` is the broker's transaction id, or the hash of the line where it gives none."""

    DEPOSITS = "Deposits & Withdrawals"
    ADVISOR_FEES = "Advisor Fees"

    firm = tenant_firm()
    account = tenant_account()
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    amount = broker_number(null=False)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    base = in_base()
    flow_on = models.DateField(null=True, help_text=_("The business day whose external flow it belongs to"))
    report_on = models.DateField(null=True)
    settle_on = models.DateField(null=True)
    happened_at = models.DateTimeField(null=True)
    symbol = models.CharField(max_length=60, blank=True)
    conid = models.BigIntegerField(null=True)
    trade_id = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=500, blank=True)
    file = source_file()

    class Meta(AccountRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="cashline_once"),
            models.UniqueConstraint(fields=["firm", "id"], name="cashline_firm_id"),
        ]
        indexes = [
            models.Index(fields=["account", "-report_on"], name="cashline_account_day"),
            models.Index(fields=["firm", "-report_on"], name="cashline_firm_day"),
            models.Index(fields=["account", "flow_on"], condition=Q(flow_on__isnull=False), name="cashline_flow"),
        ]

    def __str__(self) -> str:
        return f"{self.report_on or self.flow_on or self.key}: {money_words(self.amount, self.currency)}"


class PositionTransfer(AccountRow):
    """Positions (or cash between the firm's own accounts) that came in or went out. `flow` is signed, in base."""

    firm = tenant_firm()
    account = tenant_account()
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    direction = models.CharField(max_length=3)
    report_on = models.DateField(null=True)
    flow_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    quantity = broker_number()
    price = broker_number()
    value = broker_number()
    cash = broker_number()
    flow = in_base()
    asset = models.CharField(max_length=10, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    conid = models.BigIntegerField(null=True)
    other_account = models.CharField(max_length=40, blank=True)
    company = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=500, blank=True)
    file = source_file()

    class Meta(AccountRow.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="transfer_line_once")]
        indexes = [
            models.Index(
                fields=["account", "flow_on"], condition=Q(flow_on__isnull=False), name="positiontransfer_flow"
            ),
            models.Index(fields=["firm", "-report_on"], name="positiontransfer_firm_day"),
        ]

    def __str__(self) -> str:
        return f"{self.report_on or self.flow_on or self.key}: {self.symbol or self.currency}"


class Trade(AccountRow):
    """One execution."""

    firm = tenant_firm()
    account = tenant_account()
    key = models.CharField(max_length=120, help_text=_("Trade id, transaction id and level, or the line's hash"))
    trade_id = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    side = models.CharField(max_length=12, blank=True)
    trade_on = models.DateField(null=True)
    report_on = models.DateField(null=True)
    settle_on = models.DateField(null=True)
    happened_at = models.DateTimeField(null=True)
    asset = models.CharField(max_length=10, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    conid = models.BigIntegerField(null=True)
    description = models.CharField(max_length=500, blank=True)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    quantity = broker_number(null=False)
    price = broker_number()
    proceeds = broker_number()
    taxes = broker_number()
    commission = broker_number()
    commission_currency = models.CharField(max_length=3, blank=True)
    net_cash = broker_number()
    cost = broker_number()
    realized = broker_number()
    multiplier = broker_number()
    strike = broker_number()
    expires_on = models.DateField(null=True)
    put_call = models.CharField(max_length=4, blank=True)
    opens_or_closes = models.CharField(max_length=10, blank=True)
    notes = models.CharField(max_length=120, blank=True)
    execution_id = models.CharField(max_length=60, blank=True)
    order_id = models.CharField(max_length=40, blank=True)
    is_api_order = models.BooleanField(null=True)
    exchange = models.CharField(max_length=20, blank=True, default="", db_default="")
    orig_trade_id = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text=_("The trade that this one cancels or corrects")
    )
    file = source_file()
    told_at = models.DateTimeField(null=True, help_text=_("When a statement first told of it"))

    scoped_by = MANAGED

    class Meta(AccountRow.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="trade_once")]
        indexes = [
            models.Index(
                fields=["account", "orig_trade_id"], name="trade_original", condition=~models.Q(orig_trade_id="")
            ),
            models.Index(fields=["told_at"], name="trade_told", condition=~models.Q(orig_trade_id="")),
            models.Index(fields=["account", "-report_on"], name="trade_account_day"),
            models.Index(fields=["firm", "-report_on"], name="trade_firm_day"),
        ]

    def __str__(self) -> str:
        return f"{self.trade_on or self.key}: {self.symbol}"


class TradeHistory(AccountRow):
    """An execution as it stood before a later statement said otherwise: what a fee on it was worked out from."""

    firm = tenant_firm()
    account = tenant_account()
    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    kind = models.CharField(max_length=20, blank=True)
    trade_on = models.DateField(null=True)
    report_on = models.DateField(null=True)
    asset = models.CharField(max_length=10, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    quantity = broker_number(null=False)
    price = broker_number()
    proceeds = broker_number()
    multiplier = broker_number()
    commission = broker_number()
    commission_currency = models.CharField(max_length=3, blank=True)
    opens_or_closes = models.CharField(max_length=10, blank=True)
    notes = models.CharField(max_length=120, blank=True)
    exchange = models.CharField(max_length=20, blank=True, default="", db_default="")
    file = source_file()
    replaced_by = source_file()
    replaced_at = models.DateTimeField()

    class Meta(AccountRow.Meta):
        indexes = [
            models.Index(fields=["trade", "replaced_at"], name="tradehistory_trade"),
            models.Index(fields=["account", "replaced_at"], name="tradehistory_account"),
        ]


class CorporateAction(AccountRow):
    """What an issuer did to a position."""

    firm = tenant_firm()
    account = tenant_account()
    key = models.CharField(max_length=80)
    action_id = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    report_on = models.DateField(null=True)
    happened_at = models.DateTimeField(null=True)
    symbol = models.CharField(max_length=60, blank=True)
    conid = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    quantity = broker_number()
    amount = broker_number()
    proceeds = broker_number()
    description = models.CharField(max_length=500, blank=True)
    file = source_file()

    class Meta(AccountRow.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="corporateaction_once")]
