"""What came from the broker, in the back office: to look at and to search, never to write.

Daily values, positions and cash have composite keys, which the admin does not take; pages of our own show them.
"""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.broker.activity.models import CashLine, CorporateAction, PositionTransfer, Trade, TradeHistory
from accounts.broker.allocation.admin import AllocationAdmin, BlockAdmin
from accounts.broker.corporate.admin import EntitlementAdmin, VoluntaryActionAdmin
from accounts.broker.deciding.admin import FundingDecisionAdmin
from accounts.broker.feed.models import AccountFacts, ChangeInNav, NavHistory, StatementFile
from accounts.broker.funding.admin import FundingFileAdmin, FundingRequestAdmin, SavedBankAdmin
from accounts.broker.funds.models import Retirement
from accounts.broker.holdings.models import Instrument
from accounts.broker.lots.admin import LotChoiceAdmin, LotDefaultAdmin, LotLockAdmin
from accounts.broker.permissions.admin import PermissionRequestAdmin
from accounts.broker.prices.admin import ClosingPriceAdmin
from accounts.broker.products.admin import ProductApprovalAdmin
from accounts.broker.rates.models import RateCorrection
from accounts.broker.restrictions.admin import RestrictionAdmin
from accounts.broker.service.admin import FlexQueryAdmin
from accounts.broker.transmit.admin import InstructionAdmin, InstructionFileAdmin
from accounts.ground.access.admin import CurrencyFilter, ReadOnlyAdmin, RelatedFilter, money_column

__all__ = [
    "AllocationAdmin",
    "BlockAdmin",
    "ClosingPriceAdmin",
    "EntitlementAdmin",
    "FlexQueryAdmin",
    "FundingDecisionAdmin",
    "FundingFileAdmin",
    "FundingRequestAdmin",
    "InstructionAdmin",
    "InstructionFileAdmin",
    "LotChoiceAdmin",
    "LotDefaultAdmin",
    "LotLockAdmin",
    "PermissionRequestAdmin",
    "ProductApprovalAdmin",
    "RestrictionAdmin",
    "SavedBankAdmin",
    "VoluntaryActionAdmin",
]

PLACES = 4


@admin.register(StatementFile)
class StatementFileAdmin(ReadOnlyAdmin):
    words = _("Statement files")
    list_display = ["name", "kind", "state", "statements", "held", "rejected", "generated_at", "imported_at", "problem"]
    list_filter = ["state", "kind", "imported_at"]
    search_fields = ["name__istartswith", "sha256__exact"]
    search_help_text = _("Beginning of the file's name, or its SHA-256")
    ordering = ["-imported_at", "-id"]

    @admin.display(description=_("Held"))
    def held(self, file: Any) -> int:
        return file.counts.get("held", 0)

    @admin.display(description=_("Rejected"))
    def rejected(self, file: Any) -> int:
        return file.counts.get("rejected", 0)


class AccountRowAdmin(ReadOnlyAdmin):
    """Rows of an account, found by its number."""

    list_select_related = ["account", "file"]
    search_fields = ["account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = _("Account number")


@admin.register(NavHistory)
class NavHistoryAdmin(AccountRowAdmin):
    words = _("Values that were replaced")
    list_display = [
        *("account", "nav_date", money_column("nlv", _("Value"), places=PLACES)),
        *(money_column("flow", _("Flow"), places=PLACES), "recorded_at", "replaced_at", "file", "replaced_by"),
    ]
    list_filter = ["nav_date", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["account", "file", "replaced_by"]
    ordering = ["-replaced_at", "-id"]


@admin.register(ChangeInNav)
class ChangeInNavAdmin(AccountRowAdmin):
    words = _("Changes in value")
    list_display = [
        *("account", "starts", "last_day", money_column("starting", _("From"), places=PLACES)),
        *(money_column("ending", _("To"), places=PLACES), "twr", "file"),
    ]
    list_filter = ["last_day", CurrencyFilter, ("firm", RelatedFilter)]
    ordering = ["-last_day", "account"]


@admin.register(CashLine)
class CashLineAdmin(AccountRowAdmin):
    words = _("Cash transactions")
    totals = ("amount", "currency")
    list_display = ["report_on", "account", "kind", money_column("amount", _("Amount")), "description", "file"]
    list_filter = ["report_on", "kind", CurrencyFilter, ("firm", RelatedFilter)]
    search_fields = ["account__number__istartswith", "key__exact", "reference__exact"]
    search_help_text = _("Account number, or the broker's id of the transaction")
    ordering = ["-report_on", "-id"]


@admin.register(PositionTransfer)
class PositionTransferAdmin(AccountRowAdmin):
    words = _("Position transfers")
    list_display = [
        *("report_on", "account", "kind", "direction", "symbol", "quantity"),
        *(money_column("flow", _("Flow in base currency"), currency=""), "company", "file"),
    ]
    list_filter = ["report_on", "kind", "direction", ("firm", RelatedFilter)]
    search_fields = ["account__number__istartswith", "symbol__exact", "key__exact"]
    ordering = ["-report_on", "-id"]


@admin.register(Trade)
class TradeAdmin(AccountRowAdmin):
    words = _("Trades")
    list_display = [
        *("trade_on", "account", "side", "symbol", "quantity", money_column("price", _("Price"), places=PLACES)),
        *(money_column("net_cash", _("Net cash")), "kind", "file"),
    ]
    list_filter = ["trade_on", "asset", CurrencyFilter, ("firm", RelatedFilter)]
    search_fields = ["account__number__istartswith", "symbol__exact", "trade_id__exact"]
    search_help_text = _("Account number, symbol or trade id")
    ordering = ["-trade_on", "-id"]


@admin.register(TradeHistory)
class TradeHistoryAdmin(AccountRowAdmin):
    words = _("Trades that were replaced")
    list_display = [
        *("trade_on", "account", "symbol", "quantity", money_column("price", _("Price"), places=PLACES)),
        *(money_column("commission", _("Commission"), places=PLACES), "notes", "replaced_at", "file", "replaced_by"),
    ]
    list_filter = ["trade_on", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["account", "file", "replaced_by"]
    ordering = ["-replaced_at", "-id"]


@admin.register(CorporateAction)
class CorporateActionAdmin(AccountRowAdmin):
    words = _("Corporate actions")
    list_display = ["report_on", "account", "kind", "symbol", "quantity", "description", "file"]
    list_filter = ["report_on", "kind", ("firm", RelatedFilter)]
    search_fields = ["account__number__istartswith", "symbol__exact", "action_id__exact"]
    ordering = ["-report_on", "-id"]


@admin.register(Instrument)
class InstrumentAdmin(ReadOnlyAdmin):
    words = _("Instruments")
    list_display = ["symbol", "description", "isin", "asset", "currency", "conid"]
    list_filter = ["asset", CurrencyFilter]
    search_fields = ["symbol__exact", "isin__exact", "conid__exact", "description__istartswith"]
    search_help_text = _("Symbol, ISIN, contract id or beginning of the description")
    ordering = ["symbol", "conid"]


@admin.register(AccountFacts)
class AccountFactsAdmin(AccountRowAdmin):
    words = _("What the broker says of accounts")
    list_display = ["account", "as_of", "capabilities", "permissions", "master_name", "last_traded_on", "file"]
    list_filter = ["as_of", ("firm", RelatedFilter)]
    ordering = ["-as_of", "account"]


@admin.register(Retirement)
class RetirementAdmin(AccountRowAdmin):
    words = _("Postings confirmed by statements")
    list_display = ["seen_on", "account", "transfer", "line", "retired_at"]
    list_filter = ["seen_on", ("firm", RelatedFilter)]
    list_select_related = ["account", "transfer", "line"]
    search_fields = ["account__number__istartswith", "transfer__id__exact"]
    search_help_text = _("Account number, or the id of the movement")
    ordering = ["-seen_on", "-retired_at"]


@admin.register(RateCorrection)
class RateCorrectionAdmin(ReadOnlyAdmin):
    words = _("Corrected exchange rates")
    list_display = ["day", "from_currency", "to_currency", "old", "new", "reason", "user_id", "at"]
    list_filter = ["day"]
    search_fields = ["from_currency__exact", "to_currency__exact", "reason"]
    ordering = ["-at", "-id"]
