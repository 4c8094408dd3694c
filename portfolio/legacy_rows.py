"""Legacy rows: the ILPA Reporting Template of 2016 (v1.1) out of the rows of v2.0.

A fund past its investment period may keep the older sheet. Each of its rows is a sum of v2.0 rows,
so both sheets of a quarter come from one statement and cannot disagree. What the older sheet does
not know by name stands under its "Other"; transfers stand with the contributions, offering costs
with the placement fees, so that it rolls forward to the same NAV.
source  REPORTING.md §2.2
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portfolio.kernel.errors import Message, say


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """One row of the 2016 sheet: its place and name, and the v2.0 rows that it adds up.

    A v2.0 row with a minus sign is subtracted. Without rows, v2.0 has no source for it: it is 0.
    """

    code: str  # section and number, in the order of the sheet
    name: Message
    rows: tuple[int, ...] = ()
    is_sum: bool = False


ACCOUNTING, AUDITING, LEGAL, SETTING_UP = (27, 28, 36, 38), (41, 42), (29, 39, 40), (30, 43)
INTEREST = (47, 49, 50)  # the older sheet shows interest below the expenses
OTHER = (31, 37, 44, 48, 53, 55, 56, 57, 58)
EXPENSES = (*ACCOUNTING, *AUDITING, 45, 46, 51, 52, *LEGAL, *SETTING_UP, 54, *OTHER)

LEGACY_ROWS: tuple[LegacyRow, ...] = (
    LegacyRow("A1.1", say("Beginning NAV, net of incentive allocation"), (12,)),
    LegacyRow("A1.2", say("Contributions, cash and non-cash"), (13, 17)),
    LegacyRow("A1.3", say("Distributions, cash and non-cash"), (14,)),
    LegacyRow("A1.4", say("Total cash and non-cash flows"), (13, 17, 14), is_sum=True),
    LegacyRow("A1.5", say("Management fees, gross of offsets, waivers and rebates"), (21,)),
    LegacyRow("A1.6", say("Management fee rebates"), (22,)),
    LegacyRow("A1.7", say("Partnership expenses, total"), EXPENSES, is_sum=True),
    LegacyRow("A1.8", say("Accounting, administration and IT"), ACCOUNTING),
    LegacyRow("A1.9", say("Audit and tax preparation"), AUDITING),
    LegacyRow("A1.10", say("Bank fees"), (45, 46)),
    LegacyRow("A1.11", say("Custody fees"), (51,)),
    LegacyRow("A1.12", say("Due diligence"), (52,)),
    LegacyRow("A1.13", say("Legal"), LEGAL),
    LegacyRow("A1.14", say("Organisation costs"), SETTING_UP),
    LegacyRow("A1.15", say("Travel and entertainment"), (54,)),
    LegacyRow("A1.16", say("Other expenses"), OTHER),
    LegacyRow("A1.17", say("Total offsets to fees and expenses, applied"), (77,), is_sum=True),
    LegacyRow("A1.18", say("Offset: advisory fees"), (64,)),
    LegacyRow("A1.19", say("Offset: broken deal fees"), (65,)),
    LegacyRow("A1.20", say("Offset: transaction and deal fees"), (66,)),
    LegacyRow("A1.21", say("Offset: directors' fees"), (67,)),
    LegacyRow("A1.22", say("Offset: monitoring fees"), (68,)),
    LegacyRow("A1.23", say("Offset: capital markets fees"), (69,)),
    LegacyRow("A1.24", say("Offset: organisation costs"), (72,)),
    LegacyRow("A1.25", say("Offset: placement fees"), (73,)),
    LegacyRow("A1.26", say("Offset: other"), (70, 71, 74, 75)),
    LegacyRow("A1.27", say("Unapplied offsets, beginning"), (78,)),
    LegacyRow("A1.28", say("Plus recognised during the period"), (79,)),
    LegacyRow("A1.29", say("Less applied during the period"), (-80,)),
    LegacyRow("A1.30", say("Unapplied offsets, ending"), (81,), is_sum=True),
    LegacyRow(
        "A1.31",
        say("Fees and expenses, net of offsets and rebates, gross of fee waiver"),
        (21, 22, *EXPENSES, 77),
        is_sum=True,
    ),
    LegacyRow("A1.32", say("Fee waiver"), (23,)),
    LegacyRow("A1.33", say("Interest income"), (87,)),
    LegacyRow("A1.34", say("Dividend income"), (88,)),
    LegacyRow("A1.35", say("Interest expense"), INTEREST),
    LegacyRow("A1.36", say("Other income or expense"), (89,)),
    LegacyRow("A1.37", say("Total net operating income or expense"), (91,), is_sum=True),
    LegacyRow("A1.38", say("Placement fees"), (15, 16)),
    LegacyRow("A1.39", say("Realised gain or loss"), (92,)),
    LegacyRow("A1.40", say("Change in unrealised gain or loss"), (93,)),
    LegacyRow("A1.41", say("Ending NAV, net of incentive allocation"), (95,), is_sum=True),
    LegacyRow("A1.42", say("Incentive allocation, starting balance"), (96,)),
    LegacyRow("A1.43", say("Incentive allocation paid"), (101,)),
    LegacyRow("A1.44", say("Incentive allocation, periodic change"), (97, 98, 102)),
    LegacyRow("A1.45", say("Incentive allocation, ending balance"), (103,), is_sum=True),
    LegacyRow("A1.46", say("Ending NAV, gross of incentive allocation"), (104,), is_sum=True),
    LegacyRow("A2.1", say("Total commitment"), (108,)),
    LegacyRow("A2.2", say("Beginning unfunded commitment"), (109,)),
    LegacyRow("A2.3", say("Less contributions"), (110,)),
    LegacyRow("A2.4", say("Plus recallable distributions"), (111,)),
    LegacyRow("A2.5", say("Less expired or released commitments"), (112,)),
    LegacyRow("A2.6", say("Other unfunded adjustment"), (113,)),
    LegacyRow("A2.7", say("Ending unfunded commitment"), (114,), is_sum=True),
    LegacyRow("A3.1", say("Incentive allocation earned"), (98,)),
    LegacyRow("A3.2", say("Incentive allocation held in escrow"), (99,)),
    LegacyRow("A3.3", say("Returned clawback"), (102,)),
    LegacyRow("A3.4", say("Capitalised transaction fees to non-related parties")),
    LegacyRow("A3.5", say("Distributions relating to fees and expenses")),
    LegacyRow("A3.6", say("Fees, expenses and incentive allocation of underlying funds")),
    LegacyRow(
        "B1.1", say("Received: management fees, net of rebates and waivers"), (-21, -22, -23)
    ),
    LegacyRow("B1.2", say("Received: partnership expenses paid to related parties"), (-32,)),
    LegacyRow("B1.3", say("Less total offsets"), (-77,)),
    LegacyRow("B1.4", say("Received: capitalised transaction fees")),
    LegacyRow("B1.5", say("Incentive allocation accrued, periodic change"), (-97, -98)),
    LegacyRow("B1.6", say("From portfolio companies: advisory fees"), (119,)),
    LegacyRow("B1.7", say("From portfolio companies: broken deal fees"), (120,)),
    LegacyRow("B1.8", say("From portfolio companies: transaction and deal fees"), (121,)),
    LegacyRow("B1.9", say("From portfolio companies: directors' fees"), (122,)),
    LegacyRow("B1.10", say("From portfolio companies: monitoring fees"), (123,)),
    LegacyRow("B1.11", say("From portfolio companies: capital markets fees"), (124,)),
    LegacyRow("B1.12", say("From portfolio companies: other fees"), (125, 126, 127, 128)),
    LegacyRow("B1.13", say("From portfolio companies: reimbursements"), (130,)),
    LegacyRow(
        "B1.14",
        say("Total received by the general partner and related parties"),
        (-21, -22, -23, -32, -77, -97, -98, 131),
        is_sum=True,
    ),
)


def legacy_amounts(amounts: Mapping[int, int]) -> dict[str, int]:
    """Return the 2016 sheet's column in fen, by code.

    amounts  {v2.0 row: fen} of one column: rows 12-104, 108-114 and schedule B, subtotals included
    """
    return {
        row.code: sum(amounts.get(abs(one), 0) * (1 if one > 0 else -1) for one in row.rows)
        for row in LEGACY_ROWS
    }
