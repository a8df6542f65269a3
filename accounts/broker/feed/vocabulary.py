"""Names of the Flex format: which attributes of which elements are read, and which others are known and passed over.

A name that stands in neither list is new to us; it is skipped with one warning a file.
"""

import re

from accounts.broker.feed.values import NULLS
from accounts.ground.tree.models import ENTITIES, HOLDERS, Status

ROOT = "FlexQueryResponse"
STATEMENTS = "FlexStatements"
STATEMENT = "FlexStatement"

# Attributes read from each row element.
READ: dict[str, frozenset[str]] = {
    element: frozenset(names.split())
    for element, names in {
        "AccountInformation": "accountId acctAlias name currency accountType customerType accountCapabilities"
        " tradingPermissions dateOpened dateFunded dateClosed masterName ibEntity lastTradedDate",
        "EquitySummaryByReportDateInBase": "accountId reportDate total currency",
        "ChangeInNAV": "accountId currency fromDate toDate startingValue endingValue twr mtm realized"
        " changeInUnrealized costAdjustments transferredPnlAdjustments depositsWithdrawals internalCashTransfers"
        " assetTransfers debitCardActivity billPay dividends withholdingTax withholding871m withholdingTaxCollected"
        " changeInDividendAccruals interest changeInInterestAccruals advisorFees brokerFees changeInBrokerFeeAccruals"
        " clientFees otherFees otherIncome feesReceivables commissions commissionReceivables forexCommissions"
        " transactionTax taxReceivables salesTax billableSalesTax softDollars netFxTrading fxTranslation"
        " linkingAdjustments other corporateActionProceeds commissionCreditsRedemption grantActivity excessFundSweep"
        " mtmAtPaxos carbonCredits donations paxosTransfers commissionsAtPaxos referralFee"
        " changeInIncentiveCouponAccruals",
        "CashTransaction": "accountId type currency fxRateToBase amount dateTime reportDate settleDate description"
        " transactionID tradeID symbol conid clientReference levelOfDetail",
        "Transfer": "accountId type direction currency fxRateToBase date dateTime reportDate settleDate assetCategory"
        " symbol conid description quantity transferPrice positionAmount positionAmountInBase cashTransfer account"
        " company transactionID levelOfDetail",
        "Trade": "accountId tradeID transactionID ibExecID ibOrderID tradeDate dateTime settleDateTarget reportDate"
        " assetCategory symbol description conid multiplier strike expiry putCall buySell quantity tradePrice proceeds"
        " taxes ibCommission ibCommissionCurrency netCash cost fifoPnlRealized fxRateToBase currency"
        " openCloseIndicator notes levelOfDetail transactionType isAPIOrder exchange",
        "OpenPosition": "accountId reportDate assetCategory symbol conid currency fxRateToBase position markPrice"
        " positionValue costBasisPrice costBasisMoney fifoPnlUnrealized percentOfNAV side levelOfDetail openDateTime"
        " originatingTransactionID",
        "CashReportCurrency": "accountId currency toDate endingCash endingSettledCash levelOfDetail",
        "CorporateAction": "accountId actionID transactionID type symbol conid currency actionDescription description"
        " dateTime reportDate quantity amount proceeds levelOfDetail",
        "ConversionRate": "reportDate fromCurrency toCurrency rate",
        "SecurityInfo": "conid symbol description isin assetCategory currency multiplier maturity",
    }.items()
}

# What an attribute may say. Anything else is passed over with a warning: of an account the word that is stored stays,
# and a row of an unknown level is left out. Letters of status are judged only; dateOpened and dateClosed decide.
VALUES: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "AccountInformation": (
        ("status", NULLS | set(Status.values)),
        ("customerType", NULLS | set(HOLDERS)),
        ("ibEntity", NULLS | set(ENTITIES)),
    ),
    "CashTransaction": (("levelOfDetail", NULLS | {"DETAIL", "SUMMARY"}),),
    "Transfer": (("levelOfDetail", NULLS | {"TRANSFER", "DETAIL", "SUMMARY"}),),
    "Trade": (
        (
            "levelOfDetail",
            NULLS | {"EXECUTION", "ORDER", "SYMBOL_SUMMARY", "ASSET_SUMMARY", "CLOSED_LOT", "LOT", "WASH_SALE"},
        ),
    ),
    "OpenPosition": (("levelOfDetail", NULLS | {"SUMMARY", "LOT"}),),
    "CorporateAction": (("levelOfDetail", NULLS | {"DETAIL", "SUMMARY"}),),
}
_ASSET_NAMES = "STK OPT FUT FOP CASH BOND BILL WAR FUND CFD FXCFD CRYPTO CMDTY IOPT FSFOP FSOPT"
_ASSETS = NULLS | frozenset(_ASSET_NAMES.split())
_TRADES = "ExchTrade BookTrade TradeCancel TradeCorrect FracShare FracShareCancel DvpTrade"
# Words of lines that are stored as the broker wrote them; a new one is told, because nothing here acts on it.
WORDS: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "CashTransaction": (
        (
            "type",
            NULLS
            | {
                *("Deposits & Withdrawals", "Deposits/Withdrawals", "Dividends", "Payment In Lieu Of Dividends"),
                *("Withholding Tax", "Broker Interest Paid", "Broker Interest Received", "Bond Interest Paid"),
                *("Bond Interest Received", "Other Fees", "Commission Adjustments", "Advisor Fees", "Broker Fees"),
            },
        ),
    ),
    "Transfer": (
        ("type", NULLS | {"ACATS", "ATON", "FOP", "INTERNAL", "INTERCOMPANY", "OTC"}),
        ("direction", NULLS | {"IN", "OUT"}),
    ),
    "Trade": (
        ("assetCategory", _ASSETS),
        ("transactionType", NULLS | frozenset(_TRADES.split())),
    ),
    "OpenPosition": (("assetCategory", _ASSETS),),
}

# The parts of a change of value: everything ChangeInNAV gives but its frame.
COMPONENTS = READ["ChangeInNAV"] - {
    *("accountId", "currency", "fromDate", "toDate", "startingValue", "endingValue", "twr")
}

# Columns come again for securities and commodities, month and year to date, long and short: one name stands for all.
_VARIANT = re.compile(r"(Sec|Com|MTD|YTD|Paxos|IBUKL|Long|Short|InBase|ResidentialAddress)$")

_ATTRIBUTE_NAMES = """
TradePrice account accountCapabilities accountId accountName accountRepName accountRepPhone accountTransfers
accountType accrualReversal accruedInt acctAlias actionDescription actionID activityCode activityDescription
advisorFee advisorFees allocatedTo amount assetCategory assetTransfers availableForTradingDate avgCreditBalance
avgDebitBalance awardDate awayBrokerCommission balance balanceThreshold billPay billableCommissions billableSalesTax
blockID bondInterest bondInterestAccrualsComponent bonds borrowFee borrowFeeRate brokerAccount brokerCashComponent
brokerClearingCharge brokerClearingCommission brokerExecutionCharge brokerExecutionCommission brokerFees
brokerFeesAccrualsComponent brokerInterest brokerInterestAccrualsComponent brokerName brokerageOrderID buySell
capitalGainsPnl carbonCredits carryCharge cash cashSettlingMtm cashTransfer category cfdCharges cfdUnrealizedPl
changeInBrokerFeeAccruals changeInDividendAccruals changeInIncentiveCouponAccruals changeInInterestAccruals
changeInPrice changeInQuantity changeInUnrealized city clearingCharge clearingFirmID clientFees clientReference
closePrice closeQuantity code collateralAmount commisionsAndTax commission commissionCreditsRedemption
commissionCurrency commissionReceivables commissions commissionsAt commodities commoditiesInterest
commoditiesPrincipal commodityType company conid contra corpActionMtm corporateActionProceeds corporateActions cost
costAdj costAdjustments costBasis costBasisMoney costBasisPrice costPrice count country credit crypto currency cusip
customerType date dateClosed dateFunded dateOpened dateTime debit debitCardActivity deliveredReceived
deliveringBroker deliveryType depositWithdrawals deposits depositsWithdrawals description direction dividendAccruals
dividends donations endOfPeriodValue endingAccrualBalance endingCash endingSettledCash endingValue
eventContractInterestAccruals exDate excessFundSweep excessQuantity exchOrderId exchange execID expense
expenseIndicator expiry extExecID fdicInsuredAccountInterestAccruals fdicInsuredAccountInterestAccrualsComponent
fdicInsuredBankSweepAccount fdicInsuredBankSweepAccountCashComponent fee feeRate feeType feesReceivables
fifoPnlRealized fifoPnlUnrealized figi fineness forexCfdUnrealizedPl forexCommissions fromAcct fromCurrency fromDate
functionalCurrency funds futurePriceAdjustments fxCurrency fxPnl fxRateToBase fxTranslation fxTranslationGainLoss
fxTranslationPnl grantActivity grossAmount grossLendFee grossRate holdingPeriodDateTime ibCommission
ibCommissionCurrency ibEntity ibExecID ibOrderID ibuklInterest ibuklPrincipal incentiveCouponAccruals
initialInvestment insuredBankDepositRedemptionCashComponent insuredDepositInteres insuredDepositInterest interest
interestAccruals interestAccrued interestType internalCashTransfers internalTransfers ipoSubscription isAPIOrder
isin issueDate issuer issuerCountryCode lastTradedDate levelOfDetail linkingAdjustments listingExchange
liteSurchargeAccruals lotDescription lotOpenDateTime marginBalance marginFinancingChargeAccruals markCurrentPrice
markPrice markPriorPrice markQuantity marketFeeRate masterName maturity merchantNameLocation model mtm mtmAt mtmPnl
mtmPriorPeriodPositions mtmTransactions multiplier name net netAmount netCash netFxTrading netLendFee netLendFeeRate
netShares netTradeMoney netTradePrice netTradesPurchases netTradesSales notes openCloseIndicator openDateTime
openPrice options orderID orderReference orderTime orderType origOrderID origTradeDate origTradeID origTradePrice
origTransactionID originatingOrderID originatingTransactionID other otherCommission otherFees otherIncome
otherWithAccruals paid paxosTransfers payDate payer paymentInLieu percentOfNAV period physDel pnlAmount position
positionActionID positionAmount positionInstructionID positionInstructionSetID positionValue postalCode postingDate
prevClosePrice prevCloseQuantity price primaryEmail principalAdjustFactor priorMtmPnl priorOpenMtm priorPeriodValue
proceeds putCall quantity queryName rate realLT realST realized realizedCapitalGainsPnl realizedForexVm
realizedFxPnl realizedLTLoss realizedLTProfit realizedPL realizedPnl realizedSTLoss realizedSTProfit realizedVm
received referralFee regFINRATradingActivityFee regOther regSection31TransactionFee registeredRepName
registeredRepPhone regulatoryFee relatedTradeID relatedTransactionID reportDate revenue rfqID rtn salesTax
securitiesInterest securitiesPrincipal securityID securityIDType sedol serialNumber settleDate settleDateTarget
settledCash settlementPolicyMethod sharesAtIb sharesBorrowed sharesLent side slbCashCollateral
slbDirectSecuritiesBorrowed slbDirectSecuritiesLent slbEndingCashCollateral slbNetCash slbNetSecuritiesLentActivity
slbNetSettledCash slbStartingCashCollateral slbTransactionId softDollars source stage startDate
startingAccrualBalance startingCash startingValue state status stock street street2 strike subCategory symbol
targetSettlement tax taxAmount taxDescription taxRate taxReceivables taxType taxableAmount taxableDescription
taxableTransactionID taxes thirdPartyClearingCharge thirdPartyClearingCommission thirdPartyExecutionCharge
thirdPartyExecutionCommission thirdPartyRegulatoryCharge thirdPartyRegulatoryCommission ticketCharge tierBreak
toAcct toCurrency toDate total totalCapitalGainsPnl totalCharges totalCommission totalFifoPnl totalFxPnl
totalInterest totalNet totalPrincipal totalRealizedCapitalGainsPnl totalRealizedFxPnl totalRealizedPnl totalRevenue
totalUnrealizedCapitalGainsPnl totalUnrealizedFxPnl totalUnrealizedPnl totalWithAccruals tradeAmount tradeCode
tradeCommission tradeDate tradeGross tradeID tradeId tradeMoney tradePrice tradeQuantity tradeTax tradeTime traderID
tradingPermissions transactionDateTime transactionID transactionId transactionMtm transactionTax transactionType
transactions transferPrice transferredCapitalGainsPnl transferredFxPnl transferredPnl transferredPnlAdjustments twr
type underlyingCategory underlyingConid underlyingListingExchange underlyingSecurityID underlyingSymbol uniqueID
unrealizedCapitalGainsPnl unrealizedLTLoss unrealizedLTProfit unrealizedLoss unrealizedPL unrealizedProfit
unrealizedSTLoss unrealizedSTProfit unrealizedlFxPnl value valueDate vestingDate volatilityOrderLink weight
whenGenerated whenRealized whenReopened withdrawals withholding871m withholdingCollectedTax withholdingTax
withholdingTaxCollected
"""

_ELEMENT_NAMES = """
AccountInformation Adjustments AssetSummary CFDCharge CFDCharges CashReport CashReportCurrency CashTransaction
CashTransactions ChangeInDividendAccrual ChangeInDividendAccruals ChangeInNAV ChangeInPositionValue
ChangeInPositionValues ClientFee ClientFees ClientFeesDetail ClosedLot CommissionCredits ComplexPositions
ConversionRate ConversionRates CorporateAction CorporateActions CryptoTransfers DebitCardActivities
DebitCardActivity DepositsOnHold EquitySummaryByReportDateInBase EquitySummaryInBase FIFOPerformanceSummaryInBase
FIFOPerformanceSummaryUnderlying FdicInsuredDepositsByBank FlexQueryResponse FlexStatement FlexStatements FxLot
FxLots FxPositions FxTransaction FxTransactions HKIPOOpenSubscriptions HKIPOSubscriptionActivity HardToBorrowDetail
HardToBorrowDetails HardToBorrowMarkupDetails IBGNoteTransactions IncentiveCouponAccrualDetails InterestAccruals
InterestAccrualsCurrency Lot MTDYTDPerformanceSummary MTDYTDPerformanceSummaryUnderlying MTMPerformanceSummaryInBase
MTMPerformanceSummaryUnderlying Message NetStockPosition NetStockPositionSummary OpenDividendAccrual
OpenDividendAccruals OpenPosition OpenPositions OptionEAE Order PendingExcercises PriorPeriodPosition
PriorPeriodPositions RoutingCommissions SLBActivities SLBActivity SLBCollaterals SLBFee SLBFees SLBOpenContract
SLBOpenContracts SalesTax SalesTaxes SecuritiesInfo SecurityInfo SoftDollars StatementOfFundsLine StmtFunds
StockGrantActivities StockGrantActivity SymbolSummary TierInterestDetail TierInterestDetails Trade TradeConfirm
TradeConfirms TradeTransfer TradeTransfers Trades TransactionTax TransactionTaxDetail TransactionTaxes Transfer
TransferLot TransferLots TransferTrades Transfers UnbookedTrades UnbundledCommissionDetail
UnbundledCommissionDetails UnsettledTransfer UnsettledTransfers WashSale
"""

_OTHER_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_OTHER_ELEMENTS = frozenset(_ELEMENT_NAMES.split())


def is_known_element(name: str) -> bool:
    return name in READ or name in _OTHER_ELEMENTS


def is_known_attribute(name: str) -> bool:
    return name in _OTHER_ATTRIBUTES or _VARIANT.sub("", _VARIANT.sub("", name)) in _OTHER_ATTRIBUTES
