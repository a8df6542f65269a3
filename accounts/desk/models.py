"""Gathers the rows of the desk's slices, so that Django finds them."""

from accounts.desk.applying.models import Application, ApplicationFile, ApplicationTask
from accounts.desk.brand.models import BrandVersion
from accounts.desk.hedge_funds.models import FundRequest, HedgeFund, InvestorAnswer
from accounts.desk.hooks.models import Hook, HookDelivery
from accounts.desk.lei.models import LeiElection
from accounts.desk.mailboxes.models import Mailbox, MailboxCharge, MailboxRate
from accounts.desk.market_data.models import MarketDataOffer, MarketDataSubscription
from accounts.desk.marketplace.models import Listing
from accounts.desk.messages.models import Attachment, Message, OfficeNote, Thread, ThreadRead, ThreadShare
from accounts.desk.recoveries.models import Recovery, RecoveryElection

__all__ = [
    "Application",
    "ApplicationFile",
    "ApplicationTask",
    "Attachment",
    "BrandVersion",
    "FundRequest",
    "HedgeFund",
    "Hook",
    "HookDelivery",
    "InvestorAnswer",
    "LeiElection",
    "Listing",
    "Mailbox",
    "MailboxCharge",
    "MailboxRate",
    "MarketDataOffer",
    "MarketDataSubscription",
    "Message",
    "OfficeNote",
    "Recovery",
    "RecoveryElection",
    "Thread",
    "ThreadRead",
    "ThreadShare",
]
