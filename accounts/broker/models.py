"""The broker's rows, gathered for Django; import them from their slices or from here."""

from accounts.broker.activity.models import CashLine, CorporateAction, PositionTransfer, Trade, TradeHistory
from accounts.broker.allocation.models import Allocation, AllocationShare, Block, BlockExecution
from accounts.broker.corporate.models import Entitlement, VoluntaryAction
from accounts.broker.deciding.models import FundingDecision
from accounts.broker.feed.models import AccountFacts, ChangeInNav, FxRate, NavDaily, NavHistory, StatementFile
from accounts.broker.funding.models import FundingFile, FundingRequest, SavedBank
from accounts.broker.funds.models import Retirement
from accounts.broker.holdings.models import CashBalance, Instrument, Position
from accounts.broker.lots.models import LotChoice, LotDefault, LotLock
from accounts.broker.permissions.models import PermissionRequest
from accounts.broker.positions.models import MovedPosition
from accounts.broker.prices.models import ClosingPrice
from accounts.broker.products.models import ProductApproval
from accounts.broker.rates.models import RateCorrection
from accounts.broker.recurring.models import RecurringInstruction, RecurringTurn
from accounts.broker.restrictions.models import Restriction
from accounts.broker.service.models import FlexQuery
from accounts.broker.transmit.models import Instruction, InstructionFile

__all__ = [
    "AccountFacts",
    "Allocation",
    "AllocationShare",
    "Block",
    "BlockExecution",
    "CashBalance",
    "CashLine",
    "ChangeInNav",
    "ClosingPrice",
    "CorporateAction",
    "Entitlement",
    "FlexQuery",
    "FundingDecision",
    "FundingFile",
    "FundingRequest",
    "FxRate",
    "Instruction",
    "InstructionFile",
    "Instrument",
    "LotChoice",
    "LotDefault",
    "LotLock",
    "MovedPosition",
    "NavDaily",
    "NavHistory",
    "PermissionRequest",
    "Position",
    "PositionTransfer",
    "ProductApproval",
    "RateCorrection",
    "RecurringInstruction",
    "RecurringTurn",
    "Restriction",
    "Retirement",
    "SavedBank",
    "StatementFile",
    "Trade",
    "TradeHistory",
    "VoluntaryAction",
]
