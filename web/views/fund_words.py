"""Words of money: purposes, reporting lines, methods and entries as the fund pages say them."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from portfolio import (
    calls,
    carry,
    distributions,
    excess,
    exits,
    expenses,
    facility,
    marks,
    tranches,
)
from portfolio.accounts import ROW_NAMES, AccountCode, Line
from portfolio.calls import Purpose as CallPurpose
from portfolio.commitments import PartnerKind
from portfolio.distributions import Purpose as PaidPurpose
from portfolio.excess import Excess
from portfolio.expenses import COST_LINES
from portfolio.facility import Use
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
# The types of the performance template; whether one is outside the commitment is said beside it.
CALL_TYPES: Mapping[str, Message] = {
    **{purpose.value: name for purpose, name in CALL_PURPOSES.items()},
    CallPurpose.DEEMED_GP: say("Deemed GP contribution"),
    CallPurpose.MANAGEMENT_FEES_OUTSIDE: say("Management fees, outside the commitment"),
    CallPurpose.PARTNERSHIP_EXPENSES_OUTSIDE: say("Partnership expenses, outside the commitment"),
    CallPurpose.PLACEMENT_FEES_OUTSIDE: say("Placement fees, outside the commitment"),
}
PAID_PURPOSES: Mapping[PaidPurpose, Message] = {
    PaidPurpose.RETURN_OF_CAPITAL: say("Return of capital"),
    PaidPurpose.GAIN: say("Realised gain"),
    PaidPurpose.INCOME: say("Income"),
    PaidPurpose.RETURN_OF_FEES: say("Return of fees and expenses"),
}
PAID_TYPES: Mapping[str, Message] = {
    purpose.posted(recallable=again): name
    for purpose, name in PAID_PURPOSES.items()
    for again in (False, True)
}
RETURNED: Mapping[Excess, Message] = {
    Excess.INVESTMENTS: say("Called for investments"),
    Excess.FEES: say("Called for fees and expenses"),
    Excess.FEES_OUTSIDE: say("Called for fees, outside the commitment"),
}
USES: Mapping[Use, Message] = {
    Use.INVESTMENTS: say("Investments"),
    Use.WORKING_CAPITAL: say("Working capital"),
    Use.FEES: say("Fees and expenses"),
}
# Rows of the ILPA sheet in the words of every day; the rest go by the sheet's names.
USUAL_COSTS: dict[Line, Message] = {
    Line.MANAGEMENT_FEES: say("Management fee"),
    Line.FUND_ADMINISTRATION: say("Fund administration"),
    Line.CUSTODY_FEES: say("Custody fee"),
    Line.AUDIT: say("Audit"),
    Line.LEGAL: say("Legal and compliance"),
    Line.VALUATION_SERVICES: say("Valuation services"),
    Line.TAX_PREPARATION: say("Tax advice"),
    Line.TAXES: say("Taxes"),
    Line.BANK_FEES: say("Bank fees"),
    Line.FACILITY_FEES: say("Credit facility fees"),
    Line.FACILITY_INTEREST: say("Credit facility interest"),
    Line.DUE_DILIGENCE: say("Due diligence"),
    Line.BROKEN_DEALS: say("Broken deals"),
    Line.ORGANISATION_COSTS: say("Organisation costs"),
    Line.IT_ACTIVITIES: say("IT services"),
    Line.TRAVEL: say("Travel"),
    Line.INSURANCE: say("Insurance"),
    Line.OTHER_EXPENSES: say("Other expenses"),
}
COST_NAMES: Mapping[Line, Message] = USUAL_COSTS | {
    line: Message(ROW_NAMES[line]) for line in COST_LINES if line not in USUAL_COSTS
}
REDUCTION_NAMES: Mapping[Line, Message] = {
    line: Message(ROW_NAMES[line]) for line in sorted(expenses.REDUCTIONS)
}
INCOME_NAMES: Mapping[Line, Message] = {
    Line.INTEREST_INCOME: say("Interest income"),
    Line.DIVIDEND_INCOME: say("Dividend income"),
    Line.OTHER_INCOME: say("Other income"),
}
LINES: Mapping[Line, Message] = {
    **COST_NAMES,
    **INCOME_NAMES,
    **REDUCTION_NAMES,
    Line.CONTRIBUTIONS: say("Contributions"),
    Line.DISTRIBUTIONS: say("Distributions"),
    Line.REALISED_GAIN: say("Realised gain"),
    Line.UNREALISED_GAIN: say("Unrealised gain"),
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
    excess.TAG: say("Excess capital returned"),
    facility.DRAW: say("Credit line drawn"),
    facility.REPAY: say("Credit line repaid"),
    expenses.BOOK: say("Fee or cost booked"),
    expenses.PAY: say("Payable paid"),
    expenses.EARN: say("Income received"),
    expenses.REDUCE: say("Fee or cost reduced"),
    carry.ACCRUE: say("Carry accrued"),
    carry.PAY: say("Carry paid"),
    carry.RETURN: say("Carry given back"),
    tranches.TAG: say("Tranche paid"),
    exits.EXIT_TAG: say("Exit"),
    exits.INCOME_TAG: say("Income of a holding"),
    marks.TAG: say("Change of value"),
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
    return LINES.get(Line(line)) or Message(ROW_NAMES[line])
