"""Words of money: purposes, reporting lines, methods and entries as the fund pages say them."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from portfolio import (
    calls,
    defaults,
    distributions,
    equalisation,
    exits,
    expenses,
    marks,
    tranches,
    transfers,
)
from portfolio.accounts import AccountCode, Line
from portfolio.calls import Purpose as CallPurpose
from portfolio.commitments import PartnerKind
from portfolio.distributions import Purpose as PaidPurpose
from portfolio.funds import Fund, FundKind
from portfolio.kernel.errors import Message, say
from portfolio.marks import Method

FUND_KINDS: Mapping[FundKind, Message] = {
    FundKind.MOTHER: say("Fund of funds"),
    FundKind.SUB: say("Sub-fund"),
}
PARTNER_KINDS: Mapping[PartnerKind, Message] = {
    PartnerKind.GP: say("General partner"),
    PartnerKind.LP: say("Limited partner"),
}
CALL_PURPOSES: Mapping[CallPurpose, Message] = {
    CallPurpose.INVESTMENTS: say("Investments"),
    CallPurpose.WORKING_CAPITAL: say("Working capital"),
    CallPurpose.MANAGEMENT_FEES: say("Management fees"),
    CallPurpose.PARTNERSHIP_EXPENSES: say("Partnership expenses"),
    CallPurpose.PLACEMENT_FEES: say("Placement fees"),
    CallPurpose.FACILITY_COSTS: say("Credit facility costs"),
}
PAID_PURPOSES: Mapping[PaidPurpose, Message] = {
    PaidPurpose.RETURN_OF_CAPITAL: say("Return of capital"),
    PaidPurpose.GAIN: say("Realised gain"),
    PaidPurpose.INCOME: say("Income"),
}
# Rows of the ILPA sheet that a person books by hand; what is rarer stands under "other".
COST_NAMES: Mapping[Line, Message] = {
    Line.MANAGEMENT_FEES: say("Management fee"),
    Line.FUND_ADMINISTRATION: say("Fund administration"),
    Line.CUSTODY_FEES: say("Custody fee"),
    Line.AUDIT: say("Audit"),
    Line.LEGAL: say("Legal and compliance"),
    Line.VALUATION_SERVICES: say("Valuation services"),
    Line.TAX_PREPARATION: say("Tax advice"),
    Line.TAXES: say("Taxes"),
    Line.BANK_FEES: say("Bank fees"),
    Line.DUE_DILIGENCE: say("Due diligence"),
    Line.BROKEN_DEALS: say("Broken deals"),
    Line.ORGANISATION_COSTS: say("Organisation costs"),
    Line.IT_ACTIVITIES: say("IT services"),
    Line.TRAVEL: say("Travel"),
    Line.INSURANCE: say("Insurance"),
    Line.OTHER_EXPENSES: say("Other expenses"),
}
INCOME_NAMES: Mapping[Line, Message] = {
    Line.INTEREST_INCOME: say("Interest income"),
    Line.DIVIDEND_INCOME: say("Dividend income"),
    Line.OTHER_INCOME: say("Other income"),
}
LINES: Mapping[Line, Message] = {
    **COST_NAMES,
    **INCOME_NAMES,
    Line.CONTRIBUTIONS: say("Contributions"),
    Line.DISTRIBUTIONS: say("Distributions"),
    Line.REALISED_GAIN: say("Realised gain"),
    Line.UNREALISED_GAIN: say("Unrealised gain"),
    Line.PARTNER_TRANSFERS: say("Partner transfers"),
    Line.MANAGEMENT_FEE_WAIVERS: say("Management fee waivers"),
    Line.OTHER_INTEREST: say("Other interest expense"),
}
METHODS: Mapping[Method, Message] = {
    Method.RECENT_INVESTMENT: say("Price of recent investment"),
    Method.MULTIPLES: say("Multiples"),
    Method.INDUSTRY_BENCHMARKS: say("Industry benchmarks"),
    Method.QUOTED_PRICE: say("Quoted price"),
    Method.DCF_BUSINESS: say("Discounted cash flow of the business"),
    Method.DCF_INVESTMENT: say("Discounted cash flow of the investment"),
    Method.NET_ASSETS: say("Net assets"),
}
ACCOUNTS: Mapping[AccountCode, Message] = {
    AccountCode.CASH: say("Cash"),
    AccountCode.INVESTMENTS_COST: say("Investments at cost"),
    AccountCode.INVESTMENTS_UNREALISED: say("Unrealised gain"),
    AccountCode.RECEIVABLES: say("Receivables"),
    AccountCode.PAYABLES: say("Payables"),
    AccountCode.SUBSCRIPTION_LINE: say("Subscription line"),
    AccountCode.PARTNERS_CAPITAL: say("Partners' capital"),
}
ENTRIES: Mapping[str, Message] = {
    calls.TAG: say("Contribution received"),
    distributions.TAG: say("Distribution paid"),
    expenses.BOOK: say("Fee or cost booked"),
    expenses.PAY: say("Payable paid"),
    expenses.EARN: say("Income received"),
    tranches.TAG: say("Tranche paid"),
    exits.EXIT_TAG: say("Exit"),
    exits.INCOME_TAG: say("Income of a holding"),
    marks.TAG: say("Change of value"),
    equalisation.TAG: say("Equalisation of a closing"),
    equalisation.INTEREST_TAG: say("Equalisation interest"),
    transfers.TAG: say("Interest transferred"),
    transfers.PRICE_TAG: say("Price of an interest"),
    defaults.DILUTE_TAG: say("Dilution in default"),
    defaults.INTEREST_TAG: say("Default interest"),
}
REVERSAL = ":reverse"


class FundState(StrEnum):
    """Where a fund is in its life."""

    FORMING = "forming"
    INVESTING = "investing"
    HARVESTING = "harvesting"
    ENDED = "ended"


STATES: Mapping[FundState, tuple[Message, str]] = {
    FundState.FORMING: (say("Forming"), "todo"),
    FundState.INVESTING: (say("Investment period"), "prog"),
    FundState.HARVESTING: (say("Harvest period"), "ok"),
    FundState.ENDED: (say("Term over"), "hold"),
}


def state_of(fund: Fund, as_of: date) -> FundState:
    """Return where a fund is in its life on a day, by the dates of its agreement."""
    if as_of < fund.inception_on:
        return FundState.FORMING
    if fund.ends_on is not None and as_of > fund.ends_on:
        return FundState.ENDED
    if fund.investment_period_ends_on is not None and as_of > fund.investment_period_ends_on:
        return FundState.HARVESTING
    return FundState.INVESTING


def entry_name(tag: str) -> Message:
    """Say what kind of entry a tag stands for; a reversal names what it undoes."""
    kind = tag.removesuffix(REVERSAL)
    name = ENTRIES.get(kind, Message(kind))
    return say("Reversal: {what}", what=name) if tag.endswith(REVERSAL) else name


def line_name(line: int) -> Message:
    """Name a row of the sheet."""
    known = LINES.get(Line(line))
    return known or say("Row {row} of the sheet", row=line)
