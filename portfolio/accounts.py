"""Accounts: the chart of accounts of a fund and the reporting lines of an LP's statement.

Income and expense have no accounts of their own. They are allocated to the partners when they are
booked, each part under one line of the ILPA Reporting Template v2.0 (row numbers of the official
sheet, REPORTING.md §2.1), so a capital account statement is a GROUP BY over postings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class AccountCode(StrEnum):
    """The chart of accounts. Debits are positive, credits negative."""

    CASH = "cash"
    INVESTMENTS_COST = "investments_cost"
    INVESTMENTS_UNREALISED = "investments_unrealised"  # fair value less cost
    RECEIVABLES = "receivables"
    PAYABLES = "payables"
    SUBSCRIPTION_LINE = "subscription_line"
    PARTNERS_CAPITAL = "partners_capital"


ASSETS = (
    AccountCode.CASH,
    AccountCode.INVESTMENTS_COST,
    AccountCode.INVESTMENTS_UNREALISED,
    AccountCode.RECEIVABLES,
)
LIABILITIES = (AccountCode.PAYABLES, AccountCode.SUBSCRIPTION_LINE)


class Line(IntEnum):
    """The rows of the ILPA sheet that a posting to partners' capital may carry."""

    OPENING_NAV = 12  # taken over from another administrator; else row 12 is what came before
    CONTRIBUTIONS = 13
    DISTRIBUTIONS = 14
    SYNDICATION_COSTS = 15
    PLACEMENT_FEES = 16
    PARTNER_TRANSFERS = 17
    MANAGEMENT_FEES = 21
    MANAGEMENT_FEE_REBATE = 22
    MANAGEMENT_FEE_WAIVERS = 23
    MANAGEMENT_FEE_OFFSETS = 24
    INTERNAL_ADMINISTRATION = 27
    INTERNAL_IT = 28
    INTERNAL_LEGAL = 29
    INTERNAL_ORGANISATION = 30
    INTERNAL_OTHER = 31
    INTERNAL_OFFSETS = 33
    FUND_ADMINISTRATION = 36
    VALUATION_SERVICES = 37
    IT_ACTIVITIES = 38
    LEGAL = 39
    INVESTIGATION = 40
    AUDIT = 41
    TAX_PREPARATION = 42
    ORGANISATION_COSTS = 43
    TAXES = 44
    BANK_FEES = 45
    FACILITY_FEES = 46
    FACILITY_INTEREST = 47
    OTHER_CREDIT_FEES = 48
    OTHER_CREDIT_INTEREST = 49
    OTHER_INTEREST = 50
    CUSTODY_FEES = 51
    DUE_DILIGENCE = 52
    BROKEN_DEALS = 53
    TRAVEL = 54
    INSURANCE = 55
    PORTFOLIO_COSTS = 56
    OTHER_EXPENSES = 57
    OTHER_2016_VALUE = 58
    EXPENSE_OFFSETS = 60
    INTEREST_INCOME = 87
    DIVIDEND_INCOME = 88
    OTHER_INCOME = 89
    REALISED_GAIN = 92
    UNREALISED_GAIN = 93
    OPENING_CARRY = 96
    CARRY_ACCRUED = 97
    CARRY_EARNED = 98
    CARRY_PAID = 101
    CLAWBACK_RETURNED = 102
    # The other side of 96, 101 and 102 within one account: the carry was taken from the account
    # when it accrued, so paying it moves the reconciliation of rows 96-103 and not the NAV.
    CARRY_SETTLED = 103


FLOW_LINES = (
    Line.CONTRIBUTIONS,
    Line.DISTRIBUTIONS,
    Line.SYNDICATION_COSTS,
    Line.PLACEMENT_FEES,
    Line.PARTNER_TRANSFERS,
)
FEE_LINES = tuple(line for line in Line if Line.MANAGEMENT_FEES <= line <= Line.EXPENSE_OFFSETS)
EXPENSE_LINES = tuple(line for line in FEE_LINES if line >= Line.INTERNAL_ADMINISTRATION)
OFFSET_LINES = (Line.MANAGEMENT_FEE_OFFSETS, Line.INTERNAL_OFFSETS, Line.EXPENSE_OFFSETS)
INCOME_LINES = (Line.INTEREST_INCOME, Line.DIVIDEND_INCOME, Line.OTHER_INCOME)
# What moves from the partners to the general partner; the rest of carry settles it.
ALLOCATED_LINES = (Line.OPENING_CARRY, Line.CARRY_ACCRUED, Line.CARRY_EARNED)
CARRY_LINES = (
    Line.OPENING_CARRY,
    Line.CARRY_ACCRUED,
    Line.CARRY_EARNED,
    Line.CARRY_PAID,
    Line.CLAWBACK_RETURNED,
)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One row of the statement: its number, its name, and the rows whose sum it shows.

    A row without parts is read from the ledger; a part with a minus sign is subtracted.
    """

    row: int
    name: str
    parts: tuple[int, ...] = ()


def _leaves(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


# Names are shortened from REPORTING.md; the catalogue carries the Chinese ones.
CAPITAL_ROWS: tuple[StatementRow, ...] = (
    StatementRow(12, "Beginning NAV, net of carried interest"),
    StatementRow(13, "Contributions"),
    StatementRow(14, "Distributions"),
    StatementRow(15, "Offering and syndication costs"),
    StatementRow(16, "Placement fees"),
    StatementRow(17, "Partner transfers"),
    StatementRow(18, "Total cash and non-cash flows", _leaves(13, 17)),
    StatementRow(21, "Management fees, gross"),
    StatementRow(22, "Management fee rebate"),
    StatementRow(23, "Management fee waivers"),
    StatementRow(24, "Offsets to management fees, applied"),
    StatementRow(25, "Management fees, net", _leaves(21, 24)),
    StatementRow(27, "Internal: administration, accounting, valuation, audit, tax"),
    StatementRow(28, "Internal: IT activities"),
    StatementRow(29, "Internal: legal, regulatory, compliance"),
    StatementRow(30, "Internal: organisation costs"),
    StatementRow(31, "Internal: other"),
    StatementRow(32, "Internal chargebacks, gross", _leaves(27, 31)),
    StatementRow(33, "Offsets to internal chargebacks, applied"),
    StatementRow(34, "Internal chargebacks, net", (32, 33)),
    StatementRow(36, "Third-party fund administration and accounting"),
    StatementRow(37, "Third-party valuation services"),
    StatementRow(38, "Third-party IT activities"),
    StatementRow(39, "Third-party legal, regulatory and compliance"),
    StatementRow(40, "Third-party investigation and examination"),
    StatementRow(41, "Third-party audit"),
    StatementRow(42, "Third-party tax preparation and advisory"),
    StatementRow(43, "Third-party organisation costs"),
    StatementRow(44, "Taxes"),
    StatementRow(45, "Bank fees"),
    StatementRow(46, "Subscription facility fees"),
    StatementRow(47, "Subscription facility interest"),
    StatementRow(48, "Other credit facility fees"),
    StatementRow(49, "Other credit facility interest"),
    StatementRow(50, "Other interest expense"),
    StatementRow(51, "Custody fees"),
    StatementRow(52, "Due diligence"),
    StatementRow(53, "Broken deals"),
    StatementRow(54, "Travel and entertainment"),
    StatementRow(55, "Insurance"),
    StatementRow(56, "Non-recoverable portfolio costs"),
    StatementRow(57, "Other expenses"),
    StatementRow(58, "Other: 2016 template value"),
    StatementRow(59, "External expenses, gross", _leaves(36, 58)),
    StatementRow(60, "Offsets to external expenses, applied"),
    StatementRow(61, "External expenses, net", (59, 60)),
    StatementRow(62, "Total net expenses", (34, 61)),
    StatementRow(64, "Offsets recognised: advisory and consulting fees"),
    StatementRow(65, "Offsets recognised: broken deal fees"),
    StatementRow(66, "Offsets recognised: transaction and deal fees"),
    StatementRow(67, "Offsets recognised: directors' fees"),
    StatementRow(68, "Offsets recognised: monitoring fees"),
    StatementRow(69, "Offsets recognised: capital markets fees"),
    StatementRow(70, "Offsets recognised: arrangement fees"),
    StatementRow(71, "Offsets recognised: origination fees"),
    StatementRow(72, "Offsets recognised: organisation costs"),
    StatementRow(73, "Offsets recognised: placement fees"),
    StatementRow(74, "Offsets recognised: other"),
    StatementRow(75, "Offsets recognised: other, 2016 template value"),
    StatementRow(76, "Total offsets recognised", _leaves(64, 75)),
    StatementRow(77, "Total offsets applied", (24, 33, 60)),
    StatementRow(78, "Unapplied offsets, beginning"),
    StatementRow(79, "Plus offsets recognised", (76,)),
    StatementRow(80, "Less offsets applied", (77,)),
    StatementRow(81, "Unapplied offsets, ending", (78, 79, -80)),
    StatementRow(82, "Total fees and expenses, net", (25, 34, 61)),
    StatementRow(83, "Total fees and expenses, gross", (21, 32, 59)),
    StatementRow(84, "Total offsets, waivers and rebates, applied", (77, 22, 23)),
    StatementRow(85, "Total fees and expenses, net (proof)", (83, 84)),
    StatementRow(87, "Interest income"),
    StatementRow(88, "Dividend income"),
    StatementRow(89, "Other investment income"),
    StatementRow(90, "Total investment income", _leaves(87, 89)),
    StatementRow(91, "Net operating income", (82, 90)),
    StatementRow(92, "Net realised gain, net of carry"),
    StatementRow(93, "Net unrealised gain, net of carry"),
    StatementRow(94, "Net gain", (92, 93)),
    StatementRow(95, "Ending NAV, net of carried interest", (12, 18, 91, 94)),
    StatementRow(96, "Carried interest, starting balance"),
    StatementRow(97, "Carried interest accrued (unrealised)"),
    StatementRow(98, "Carried interest earned (realised)"),
    StatementRow(99, "Carried interest held in escrow, ending"),
    StatementRow(100, "Carried interest accrued and earned", (97, 98)),
    StatementRow(101, "Carried interest paid"),
    StatementRow(102, "Clawback returned"),
    StatementRow(103, "Carried interest, ending balance", (96, 100, 101, 102)),
    StatementRow(104, "Ending NAV, gross of carried interest", (95, -103)),
)
COMMITMENT_ROWS: tuple[StatementRow, ...] = (
    StatementRow(108, "Total commitment"),
    StatementRow(109, "Beginning unfunded commitment"),
    StatementRow(110, "Less contributions"),
    StatementRow(111, "Plus recallable distributions"),
    StatementRow(112, "Less expired or released commitments"),
    StatementRow(113, "Other unfunded adjustment"),
    StatementRow(114, "Ending unfunded commitment", _leaves(109, 113)),
)
SCHEDULE_B_ROWS: tuple[StatementRow, ...] = (
    StatementRow(119, "Received by the manager: advisory and consulting fees"),
    StatementRow(120, "Received by the manager: broken deal fees"),
    StatementRow(121, "Received by the manager: transaction and deal fees"),
    StatementRow(122, "Received by the manager: directors' fees"),
    StatementRow(123, "Received by the manager: monitoring fees"),
    StatementRow(124, "Received by the manager: capital markets fees"),
    StatementRow(125, "Received by the manager: arrangement fees"),
    StatementRow(126, "Received by the manager: origination fees"),
    StatementRow(127, "Received by the manager: other fees"),
    StatementRow(128, "Received by the manager: other, 2016 template value"),
    StatementRow(129, "Total fees received by the manager", _leaves(119, 128)),
    StatementRow(130, "Total reimbursements for travel and administration"),
    StatementRow(131, "Total received by the manager", (129, 130)),
)
ROW_NAMES = {row.row: row.name for row in (*CAPITAL_ROWS, *COMMITMENT_ROWS, *SCHEDULE_B_ROWS)}
OFFSET_ROWS = _leaves(64, 75)  # recognised: what the manager owes the partners from other income
ESCROW_ROW = 99
RECEIVED_ROWS = (*_leaves(119, 128), 130)


def with_subtotals(rows: tuple[StatementRow, ...], leaves: Mapping[int, int]) -> dict[int, int]:
    """Return every row's amount in fen; a row that nobody booked is 0, never left out."""
    amounts: dict[int, int] = {}
    for row in rows:
        if row.parts:
            amounts[row.row] = sum(
                amounts[abs(part)] * (1 if part > 0 else -1) for part in row.parts
            )
        else:
            amounts[row.row] = leaves.get(row.row, 0)
    return amounts
