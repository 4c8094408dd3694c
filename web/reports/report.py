"""The report as facts: everything a quarterly LP report says, before any language or layout.

It follows from the books up to (quarter end, known_seq) and from what was known of the firms by
then, and from no clock; so the same report is built again, by anybody who may read it, to the byte.
Money is fen, ratios are plain (0.326 is 32.6 %), a figure that cannot be known is `Undefined`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Self

from portfolio.capital import Amounts, StatementLine
from portfolio.kernel import audit
from portfolio.kernel.errors import DomainError, Message
from valuation.figures import Undefined
from valuation.nav import Bridge
from valuation.periods import Quarter
from web.reports import stored
from web.reports.parts import ChainHeld, Change, Child, Issue, Late, Market, Method, Paragraph

FORMAT = "lianji-lp-report-4"
# What an earlier format did not have. A report of it is read and written without, so that what was
# locked keeps its text and its fingerprint.
LACKS: Mapping[str, frozenset[str]] = {"lianji-lp-report-3": frozenset({"chains"})}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A fund or a partner as the report names it."""

    code: str
    name: str
    name_en: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side has earned by a date: the fund's partners together, or one of them."""

    as_of: date
    amounts: Amounts
    net_distributed_fen: int  # without carry paid; of a partner, all that it was paid
    net_nav_fen: int  # without the carry that general partners hold
    pic: float | Undefined
    dpi: float | Undefined
    rvpi: float | Undefined
    tvpi: float | Undefined
    net_irr: float | Undefined
    is_period: bool  # the rate is the return of the period: less than a year has passed

    @property
    def rate_unit(self) -> str:
        """How its rate is written."""
        return "period" if self.is_period else "rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """The fund at the end of one quarter, net and gross, and the partner beside it."""

    fund: Side
    partner: Side
    invested_fen: int
    realised_fen: int
    fair_value_fen: int
    cash_fen: int
    payables_fen: int
    other_fen: int  # receivables less drawn subscription line
    moic: float | Undefined
    gross_irr: float | Undefined
    is_period: bool  # as in Side, of the gross rate

    @property
    def rate_unit(self) -> str:
        """How its rate is written."""
        return "period" if self.is_period else "rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One row of the ILPA sheet (REPORTING.md §2.1): this partner's part and the whole fund's."""

    partner: StatementLine
    fund: StatementLine
    gp: StatementLine | None  # the general partner's; None where another LP's would follow from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One line of the schedule of investments."""

    code: str
    name: str
    name_en: str
    chain: str
    chain_en: str
    first_paid_on: date | None
    invested_fen: int
    cost_fen: int
    fair_value_fen: int
    realised_fen: int
    share_of_value: float | Undefined
    moic: float | Undefined
    gross_irr: float | Undefined
    is_period: bool
    marked_on: date | None  # None: held at cost, or a fund, whose value follows its books
    method: str
    is_fund: bool
    is_demo: bool

    @property
    def rate_unit(self) -> str:
        """How its rate is written."""
        return "period" if self.is_period else "rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A condition that is overdue, and by how many days."""

    no: int
    name: str
    name_en: str
    overdue_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingRow:
    """How one holding stands in the district. It never enters a return."""

    code: str
    name: str
    name_en: str
    stage: str | None  # None: no project stands behind the holding
    has_landed: bool
    verified: int
    conditions: int
    in_place_fen: int
    in_place_qtd_fen: int
    headcount: int | None  # verified; None where no condition counts people
    concerns: tuple[Concern, ...]
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One capital call of the quarter's books, and what this partner has paid of its part."""

    number: int
    called_on: date
    due_on: date
    purpose: str
    fund_fen: int
    partner_fen: int
    partner_received_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Cash of one day between the fund and its partners: paid in positive, paid out negative."""

    on: date
    kind: str  # contribution, distribution
    fund_fen: int
    partner_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """One kind of cost to the fund, as a positive amount."""

    row: int
    name: str
    qtd_fen: int
    ytd_fen: int
    itd_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a figure means: its formula in words, and the same with this report's numbers."""

    name: Message
    formula: Message
    computed: Message  # Fen values are written in the report's unit
    value: int | float | Undefined
    unit: str  # fen, multiple, rate, count, words
    source: Message


class Outcome(StrEnum):
    """How a check ended. A fault stops publication, a notice asks for a look."""

    OK = "ok"
    NOTICE = "notice"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check before publication."""

    code: str
    outcome: Outcome
    words: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of the manager's report; a weighty one is set in bold."""

    words: Message
    is_weighty: bool = False


@dataclass(frozen=True, kw_only=True)  # no slots: the text and its hash are made once a report
class LpReport:
    """One partner's report on one fund and quarter. It holds no other partner's figures."""

    format: str = FORMAT
    fund: Party
    partner: Party
    manager: str
    share: float | Undefined  # of all commitments to the fund
    quarter: Quarter
    as_of: date
    known_seq: int
    known_at: datetime | None  # the moment up to which firms were known; None: all of it
    issue: Issue
    bridge: Bridge
    now: Performance
    before: Performance  # at the end of the quarter before
    account: tuple[AccountRow, ...]  # rows 12–104
    commitment: tuple[AccountRow, ...]  # rows 108–114
    schedule_b: tuple[AccountRow, ...]  # rows 119–131, received from portfolio companies
    holdings: tuple[Holding, ...]
    landing: tuple[LandingRow, ...]
    chains: tuple[ChainHeld, ...]  # () too in a format that had none
    calls: tuple[Call, ...]
    flows: tuple[Flow, ...]
    fees: tuple[Fee, ...]
    market: Market | None  # against an index, where one was chosen
    methods: tuple[Method, ...]  # ILPA Performance Template, granular and gross-up
    footnotes: tuple[Message, ...]  # 'Other' lines that are too large to stand alone
    children: tuple[Child, ...]  # the funds a fund of funds holds
    late: tuple[Late, ...]  # booked into a closed quarter after its report
    letter: tuple[Sentence, ...]
    prose: tuple[Paragraph, ...]
    changes: tuple[Change, ...]  # against the edition before; () in a first one
    definitions: tuple[Definition, ...]
    checks: tuple[Check, ...]
    is_legacy: bool  # past its investment period: the sheet of 2016 goes with it
    is_demo: bool

    def row(self, number: int) -> AccountRow:
        """Return a row of the ILPA sheet by its number."""
        return next(
            row
            for row in (*self.account, *self.commitment, *self.schedule_b)
            if row.fund.row == number
        )

    @cached_property
    def canonical(self) -> str:
        """The facts as JSON, written one way only. This text is the JSON file."""
        said = stored.plain(self)
        lacks = LACKS.get(self.format, frozenset())
        return audit.canonical({name: said[name] for name in said if name not in lacks})

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the report that a JSON file holds; it writes the same file again.

        errors  a file of another version of the format
        """
        value = json.loads(text)
        said = value.get("format")
        if said != FORMAT and said not in LACKS:
            raise DomainError(
                "These facts are of another format than {format}.",
                "Open them with the version of the product that wrote them.",
                format=FORMAT,
            )
        value |= {name: [] for name in LACKS.get(said, ())}
        return stored.made(cls, value)

    @cached_property
    def sha256(self) -> str:
        """The fingerprint that every rendering prints: the SHA-256 of the JSON file."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()
