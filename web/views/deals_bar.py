"""What narrows the lists of projects: the address, the columns and the filter bar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dealflow import board, chains, stall_limits, units
from dealflow.board import Column, Filters, Order, Sort
from dealflow.projects import SizeClass
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.templating import Page

Choice = tuple[str, str]
FIRST_YEAR = 2017


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnWords:
    """How a column is called, its tone on the stage ramp, and what its sum adds up."""

    title: Message
    tone: str
    sum_of: Message
    definition: Message


PLANNED, CONTRACTED = say("planned"), say("contracted")
COLUMN_WORDS: Mapping[Column, ColumnWords] = {
    Column.LEAD: ColumnWords(
        title=say("Leads"),
        tone="0",
        sum_of=PLANNED,
        definition=say("Projects heard of, without talks yet."),
    ),
    Column.IN_TALKS: ColumnWords(
        title=say("In talks"),
        tone="1",
        sum_of=PLANNED,
        definition=say("Projects in talks; the sum is what they plan to invest."),
    ),
    Column.FRAMEWORK: ColumnWords(
        title=say("Framework agreement"),
        tone="2",
        sum_of=PLANNED,
        definition=say("Projects with a framework agreement and no formal contract."),
    ),
    Column.FORMAL: ColumnWords(
        title=say("Formal contract"),
        tone="3",
        sum_of=say("no money yet"),
        definition=say("Projects with a formal contract and no verified money in place."),
    ),
    Column.FUNDED: ColumnWords(
        title=say("Funds in place"),
        tone="4",
        sum_of=say("not started"),
        definition=say("Contracted projects with verified money in place, not started yet."),
    ),
    Column.STARTED: ColumnWords(
        title=say("Under construction"),
        tone="5",
        sum_of=CONTRACTED,
        definition=say("Projects under construction."),
    ),
    Column.PRODUCTION: ColumnWords(
        title=say("In production or at capacity"),
        tone="6",
        sum_of=CONTRACTED,
        definition=say("Projects in production or at capacity."),
    ),
    Column.OFF: ColumnWords(
        title=say("Shelved or terminated"),
        tone="x",
        sum_of=PLANNED,
        definition=say("Projects that were shelved or terminated."),
    ),
}
SORTS: Mapping[Sort, Message] = {
    Sort.AMOUNT: say("Amount"),
    Sort.IN_PLACE: say("Funds in place"),
    Sort.EVENT: say("Last event"),
    Sort.STAGE: say("Stage"),
    Sort.CODE: say("Code"),
}


# ---- facts
class Asked(BaseModel):
    """What the address asks for; the address is the whole state of the page."""

    model_config = ConfigDict(frozen=True)

    view: Literal["board", "table", "calendar"] = "board"
    q: str = Field("", max_length=80)
    year: int | None = Field(None, ge=1990, le=2100)
    system: str | None = None
    chain: UUID | None = None
    unit_id: UUID | None = None  # `unit` is the unit in which amounts are shown
    column: Column | None = None
    size: SizeClass | None = None
    idle: bool = False
    fund: bool = False
    sort: str = Field("", pattern=r"^(-?(code|amount|in_place|stage|event))?$")
    unfold: str = Field("", max_length=80)
    after: str | None = Field(None, max_length=120)

    @model_validator(mode="before")
    @classmethod
    def without_empty(cls, sent: Any) -> Any:
        """Leave out what a form sent empty: it asks for nothing."""
        return {name: value for name, value in dict(sent).items() if value not in {"", None}}

    def filters(self, *, with_demo: bool) -> Filters:
        """Return the projects meant."""
        return Filters(
            text=self.q,
            system_code=self.system,
            chain_id=str(self.chain) if self.chain else None,
            unit_id=str(self.unit_id) if self.unit_id else None,
            size_class=self.size,
            with_fund=self.fund,
            year=self.year,
            only_idle=self.idle,
            with_demo=with_demo,
        )

    @property
    def order(self) -> Order:
        """Return the order meant: the largest first unless another was asked for."""
        if not self.sort:
            return board.LARGEST_FIRST
        return Order(by=Sort(self.sort.removeprefix("-")), descending=self.sort.startswith("-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The filter bar: what may be chosen and what is."""

    asked: Asked
    systems: tuple[Choice, ...]
    chains: tuple[Choice, ...]
    units: tuple[Choice, ...]
    years: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    idle: int
    idle_limit_days: int
    may_edit: bool

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything hides projects."""
        asked = self.asked
        return any(
            (
                asked.q,
                asked.year,
                asked.system,
                asked.chain,
                asked.unit_id,
                asked.size,
                asked.column,
            )
        ) or (asked.idle or asked.fund)


# ---- builders
def bar_of(work: Work, asked: Asked, page: Page, *, with_demo: bool, may_edit: bool) -> Bar:
    """Read what may be chosen."""
    resting = board.stage_counts(work, page.as_of, Filters(only_idle=True, with_demo=with_demo))
    years = range(page.today.year, FIRST_YEAR - 1, -1)
    return Bar(
        asked=asked,
        systems=tuple((row.code, row.name) for row in units.systems(work)),
        chains=tuple((row.id, row.name) for row in chains.listed(work, with_demo=with_demo)),
        units=tuple((row.id, row.name) for row in units.listed(work, with_demo=with_demo)),
        years=tuple((str(year), str(year)) for year in years),
        sorts=tuple(
            (f"-{sort.value}" if sort is not Sort.CODE else sort.value, page.reader.say(title))
            for sort, title in SORTS.items()
        ),
        idle=sum(count.projects for count in resting.values()),
        idle_limit_days=stall_limits.of_day(work, page.as_of).idle_days,
        may_edit=may_edit,
    )
