"""Registers the desk's pages of the back office; Django looks for them here."""

from accounts.desk.approving.admin import ApplicationAdmin, ApplicationTaskAdmin
from accounts.desk.hedge_funds.admin import FundRequestAdmin, HedgeFundAdmin, InvestorAnswerAdmin
from accounts.desk.lei.admin import LeiElectionAdmin
from accounts.desk.mailboxes.admin import MailboxAdmin, MailboxChargeAdmin, MailboxRateAdmin
from accounts.desk.market_data.admin import MarketDataOfferAdmin
from accounts.desk.marketplace.admin import ListingAdmin
from accounts.desk.recoveries.admin import RecoveryAdmin

__all__ = [
    "ApplicationAdmin",
    "ApplicationTaskAdmin",
    "FundRequestAdmin",
    "HedgeFundAdmin",
    "InvestorAnswerAdmin",
    "LeiElectionAdmin",
    "ListingAdmin",
    "MailboxAdmin",
    "MailboxChargeAdmin",
    "MailboxRateAdmin",
    "MarketDataOfferAdmin",
    "RecoveryAdmin",
]
