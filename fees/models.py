"""Gathers the rows of the slices, so that Django finds them under the label `fees`."""

from fees.accrual.models import Accrual, AdviserDaily
from fees.billing.models import BillingLock, BillingRule
from fees.borne.models import BorneCharge
from fees.differences.models import Difference
from fees.funds.models import FundValue
from fees.headroom.models import Cut
from fees.invoicing.models import Invoice, InvoiceCap, InvoiceUpload
from fees.minimums.models import MinimumChoice
from fees.notices.models import Notice, NoticeSetting
from fees.patterns.models import FeeTemplate
from fees.posting.models import Charge
from fees.proposals.models import Proposal, Signature
from fees.reconciliation.models import BreakNote
from fees.reimbursements.models import Reimbursement
from fees.results.models import PeriodResult
from fees.returned.models import ReturnedPaper
from fees.schedules.models import Component, RunSchedule, Schedule
from fees.trades.models import TradeFee
from fees.whatif.models import WhatIfLine

__all__ = [
    "Accrual",
    "AdviserDaily",
    "BillingLock",
    "BillingRule",
    "BorneCharge",
    "BreakNote",
    "Charge",
    "Component",
    "Cut",
    "Difference",
    "FeeTemplate",
    "FundValue",
    "Invoice",
    "InvoiceCap",
    "InvoiceUpload",
    "MinimumChoice",
    "Notice",
    "NoticeSetting",
    "PeriodResult",
    "Proposal",
    "Reimbursement",
    "ReturnedPaper",
    "RunSchedule",
    "Schedule",
    "Signature",
    "TradeFee",
    "WhatIfLine",
]
