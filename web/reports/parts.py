"""Parts of the report that are not figures of the sheet: issue, prose, changes, funds below."""

from dataclasses import dataclass
from datetime import date

from portfolio.kernel.errors import Message
from valuation.figures import Undefined


@dataclass(frozen=True, slots=True)
class Named:
    """A name inside a sentence, in both languages; without an English one the Chinese stands."""

    name: str
    name_en: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Ratio:
    """A multiple or a rate inside a sentence; it may be one that cannot be known."""

    value: float | Undefined
    unit: str  # multiple, rate

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Which number of the report this is, and whose hands it went through."""

    edition: int  # 0: live from the books, nobody prepared it
    number: str  # "" until it is locked
    reason: str  # of a reissue
    prepared_by: str
    prepared_on: date | None
    reviewed_by: str
    reviewed_on: date | None


LIVE = Issue(
    edition=0,
    number="",
    reason="",
    prepared_by="",
    prepared_on=None,
    reviewed_by="",
    reviewed_on=None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Prose of the manager in one section, its places filled from this report's facts."""

    section: str
    version: int
    words: Message
    words_en: Message  # its msgid is "" where no English was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line that differs from the edition before."""

    section: Message
    item: Message
    column: Message
    unit: str  # fen, multiple, rate, count, words
    old: int | float | str | Undefined | None  # None: the line was not there
    new: int | float | str | Undefined | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLine:
    """One row of the supplemental schedule over quarter, year and since inception, in fen."""

    row: int  # of the ILPA sheet of the child
    name: Message
    qtd_fen: int
    ytd_fen: int
    itd_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A fund below: what this fund's part of it has cost."""

    code: str
    name: str
    name_en: str
    committed_fen: int  # of this fund, there
    vintage: int
    lines: tuple[ChildLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRow:
    """One row of the performance template: its type, and where it stands in the four views."""

    on: date
    title: Message
    amount_fen: int
    sides: tuple[str, ...]  # den, less_den, num, out; in the order of the views


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewResult:
    """What one view comes to: with (w) or without (o) the line, net or gross."""

    view: str  # w_net, w_gross, o_net, o_gross
    multiple: float | Undefined
    irr: float | Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The performance template by one method, for the whole fund."""

    method: str  # granular, gross_up
    has_line: bool
    rows: tuple[TypedRow, ...]
    results: tuple[ViewResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A correction that was booked into a quarter after it was closed: known later."""

    seq: int
    effective_date: date
    recorded_on: date
    fund_fen: int  # its effect on net asset value
    partner_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """The fund, or this partner, against the index."""

    code: str  # ks_pme, long_nickels, direct_alpha
    value: float | Undefined
    unit: str  # multiple, rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The comparison with an index that was chosen for the report."""

    index_code: str
    index_name: str
    index_name_en: str
    equivalents: tuple[Equivalent, ...]
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHeld:
    """The fund's own money in one industry chain, gross; what belongs to no chain has no slug."""

    slug: str
    name: str
    name_en: str
    holdings: int
    invested_fen: int
    cost_fen: int
    fair_value_fen: int
    realised_fen: int
    moic: float | Undefined
    gross_irr: float | Undefined  # of all its flows as one
    is_period: bool  # the rate is the return of the period: less than a year has passed
    firms: int  # held directly
    landed: int
    in_place_fen: int
    is_demo: bool

    @property
    def rate_unit(self) -> str:
        """How its rate is written."""
        return "period" if self.is_period else "rate"
