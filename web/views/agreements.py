"""协议 as a list and as a matrix: who signed, what is kept, what is due next, what may be paid."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dealflow import agreements, conditions, stakes
from dealflow.agreements import AgreementCard, AgreementKind
from dealflow.conditions import ConditionPosition
from dealflow.stakes import AgreementStake
from dealflow.terms import YES_NO, Metric, State
from portfolio import tranches
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from portfolio.tranches import TranchePosition, TrancheStatus
from web.formats import Reader
from web.templating import Page
from web.views import deal_terms
from web.views.agreement_words import KINDS, METRICS
from web.views.parts import Part, part_of
from web.views.tips import Tip
from web.views.words import PIP_KINDS, STATE_KINDS, STATES

Choice = tuple[str, str]
LINES_A_PAGE = 50


# ---- facts
class Standing(StrEnum):
    """How an agreement stands: the most urgent of its conditions."""

    OVERDUE = "overdue"
    TO_VERIFY = "to_verify"
    DUE_SOON = "due_soon"
    IN_HAND = "in_hand"
    KEPT = "kept"
    BARE = "bare"  # no condition was recorded


STANDINGS: Mapping[Standing, Message] = {
    Standing.OVERDUE: say("Overdue"),
    Standing.TO_VERIFY: say("To verify"),
    Standing.DUE_SOON: say("Due soon"),
    Standing.IN_HAND: say("In progress"),
    Standing.KEPT: say("All kept"),
    Standing.BARE: say("No conditions"),
}
STANDING_KINDS: Mapping[Standing, str] = {
    Standing.OVERDUE: "risk",
    Standing.TO_VERIFY: "warn",
    Standing.DUE_SOON: "warn",
    Standing.IN_HAND: "prog",
    Standing.KEPT: "ok",
    Standing.BARE: "todo",
}
URGENT: Mapping[State, Standing] = {
    State.OVERDUE: Standing.OVERDUE,
    State.TO_VERIFY: Standing.TO_VERIFY,
    State.DUE_SOON: Standing.DUE_SOON,
}
GATE_KINDS: Mapping[TrancheStatus, str] = {
    TrancheStatus.PAID: "ok",
    TrancheStatus.HELD: "warn",
    TrancheStatus.PLANNED: "prog",
}
GATE_WORDS: Mapping[TrancheStatus, Message] = {
    TrancheStatus.PAID: say("Tranche {no} is paid"),
    TrancheStatus.HELD: say("Tranche {no} is held by a condition"),
    TrancheStatus.PLANNED: say("Tranche {no} may be paid"),
}


class Asked(BaseModel):
    """What the address asks for."""

    model_config = ConfigDict(frozen=True)

    view: Literal["table", "matrix"] = "table"
    fund: UUID | None = None
    kind: AgreementKind | None = None
    year: int | None = Field(None, ge=1990, le=2100)
    state: Standing | None = None
    sort: Literal["", "stake", "-stake"] = ""
    page: int = Field(1, ge=1)

    @model_validator(mode="before")
    @classmethod
    def without_empty(cls, sent: Any) -> Any:
        """Leave out what a form sent empty: it asks for nothing."""
        return {name: value for name, value in dict(sent).items() if value not in {"", None}}

    def means(self, line: "Line") -> bool:
        """Tell whether a line is asked for."""
        card = line.card
        return (
            (self.fund is None or card.fund_id == str(self.fund))
            and (self.kind is None or card.kind is self.kind)
            and (self.year is None or card.signed_on.year == self.year)
            and (self.state is None or line.standing is self.state)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One condition in the matrix."""

    at: ConditionPosition
    kind: str
    label: Message
    actual: str
    agreed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One agreement of the list."""

    card: AgreementCard
    kind: Message
    standing: Standing
    standing_kind: str
    pips: tuple[str, ...]
    kept: int
    next_due: ConditionPosition | None
    next_kind: str  # "", warn or risk
    next_text: Message | None
    gates: tuple[tuple[int, str, Message], ...]  # number, kind, what it means
    paid: int
    stake: AgreementStake | None  # None where no condition was recorded
    is_demo: bool  # its conditions, whatever the paper is
    cells: Mapping[Metric, tuple[Cell, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementsPage:
    """All that agreements/list.html may use."""

    template: ClassVar[str] = "agreements/list.html"
    asked: Asked
    lines: tuple[Line, ...]  # the part that is shown
    part: Part
    recorded: int  # before anything was narrowed
    amount_fen: int
    asked_for: int
    undisclosed: int
    kept: int
    promised: int
    stake_fen: int
    stake_unknown: int
    stake_tip: Tip
    amount_tip: Tip
    kept_tip: Tip
    metrics: tuple[tuple[Metric, Message], ...]
    funds: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    years: tuple[Choice, ...]
    states: tuple[Choice, ...]
    standings: Mapping[Standing, Message]
    has_demo: bool
    may_edit: bool


# ---- rules
def standing(at: Sequence[ConditionPosition]) -> Standing:
    """Return the most urgent thing about an agreement's conditions."""
    if not at:
        return Standing.BARE
    states = {one.state for one in at}
    urgent = (stands for state, stands in URGENT.items() if state in states)
    in_hand = Standing.IN_HAND if any(one.is_open for one in at) else Standing.KEPT
    return next(urgent, in_hand)


def next_due(at: Sequence[ConditionPosition]) -> ConditionPosition | None:
    """Return the open condition that is due first."""
    return min((one for one in at if one.is_open), key=lambda one: one.terms.due_on, default=None)


def _next_text(at: ConditionPosition | None) -> Message | None:
    if at is None:
        return None
    if at.state is State.OVERDUE:
        return say("{days} days overdue", days=-at.days_left)
    return say("{days} days left", days=at.days_left) if at.state in URGENT else None


# ---- builders
def page_of(
    work: Work, asked: Asked, page: Page, *, with_demo: bool, may_edit: bool
) -> AgreementsPage:
    """Read the agreements signed by the day of the page; the queries do not grow with them."""
    cards = agreements.listed(work, page.as_of, with_demo=with_demo)
    owed = conditions.by_agreement(work, page.as_of, with_demo=with_demo)
    invested = sorted({card.investment_id for card in cards if card.investment_id})
    planned: dict[str, list[TranchePosition]] = {}
    for tranche in tranches.positions(work, Moment(as_of=page.as_of), invested):
        planned.setdefault(tranche.investment_id, []).append(tranche)
    holdings = {card.agreement_id: card.investment_id for card in cards}
    hanging = stakes.of_agreements(work, page.as_of, owed, holdings)
    every = tuple(
        _line(
            card,
            owed.get(card.agreement_id, ()),
            planned,
            hanging.get(card.agreement_id),
            page.reader,
        )
        for card in cards
    )
    lines = tuple(sorted((line for line in every if asked.means(line)), key=_order(asked)))
    staked = [line.stake for line in lines if line.stake]
    used = {metric for line in lines for metric in line.cells}
    named = [line.card for line in lines if line.card.amount_fen is not None]
    amount_fen = sum(card.amount_fen or 0 for card in named)
    promised = sum(len(line.pips) for line in lines)
    kept = sum(line.kept for line in lines)
    reader = page.reader
    shown = lines if asked.view == "table" else tuple(line for line in lines if line.cells)
    part = part_of(page, "page", asked.page, len(shown), LINES_A_PAGE)
    return AgreementsPage(
        asked=asked,
        lines=part.of(shown),
        part=part,
        recorded=len(every),
        amount_fen=amount_fen,
        asked_for=len(lines),
        undisclosed=len(lines) - len(named),
        kept=kept,
        promised=promised,
        stake_fen=sum(one.known_fen for one in staked),
        stake_unknown=sum(one.unknown for one in staked),
        stake_tip=_stake_tip(reader, lines, page),
        amount_tip=_amount_tip(reader, lines, page),
        kept_tip=Tip(
            title=reader.say("Conditions kept"),
            formula=reader.say("Conditions verified by a second person, or waived by a resolution"),
            inputs=f"{kept} / {promised}",
            basis=page.as_of.isoformat(),
            provenance="demo" if any(line.is_demo for line in lines) else "computed",
            rows_href=page.with_query(view="matrix", page=None),
        ),
        metrics=tuple((metric, word) for metric, word in METRICS.items() if metric in used),
        funds=tuple({card.fund_id: card.fund_name or "" for card in cards if card.fund_id}.items()),
        kinds=tuple((kind.value, reader.say(word)) for kind, word in KINDS.items()),
        years=tuple((str(y), str(y)) for y in sorted({c.signed_on.year for c in cards})[::-1]),
        states=tuple((stands.value, reader.say(word)) for stands, word in STANDINGS.items()),
        standings=STANDINGS,
        has_demo=any(line.card.is_demo or line.is_demo for line in lines),
        may_edit=may_edit,
    )


def _amount_tip(reader: Reader, lines: Sequence[Line], page: Page) -> Tip:
    named = [line.card for line in lines if line.card.amount_fen is not None]
    provenance = "published" if all(card.amount_published for card in named) else "computed"
    return Tip(
        title=reader.say("Expected investment"),
        formula=reader.say("Sum of the amounts that the agreements name"),
        inputs=f"Σ {len(named)} = {reader.amount(sum(c.amount_fen or 0 for c in named))}",
        basis=page.as_of.isoformat(),
        provenance="demo" if any(card.is_demo for card in named) else provenance,
        note=reader.say(
            say("{count} agreements name no amount and are not in the sum.", count=n)
            if (n := len(lines) - len(named))
            else ""
        ),
    )


def _order(asked: Asked) -> Callable[[Line], tuple[bool, int]]:
    """Return the key of the order: by money at stake, else the fund's own papers first.

    Which of them advance is what the page is opened for.
    """
    if not asked.sort:
        return lambda line: (not line.card.fund_id, 0)
    sign = -1 if asked.sort == "-stake" else 1
    return lambda line: (
        line.stake is None,
        sign * (line.stake.known_fen if line.stake else 0),
    )


def _stake_tip(reader: Reader, lines: Sequence[Line], page: Page) -> Tip:
    known = [line.stake for line in lines if line.stake and line.stake.known_fen]
    unknown = sum(line.stake.unknown for line in lines if line.stake)
    return Tip(
        title=reader.say("Money at stake"),
        formula=reader.say(
            "What hangs on open conditions; a tranche, holding or incentive counts once"
        ),
        inputs=f"Σ {len(known)} = {reader.amount(sum(one.known_fen for one in known))}",
        basis=page.as_of.isoformat(),
        provenance="demo" if any(line.is_demo for line in lines) else "computed",
        note=reader.say(say("{count} more name no amount and are not in the sum.", count=unknown))
        if unknown
        else "",
        rows_href=page.with_query(sort="-stake", view=None, page=None),
    )


def _line(
    card: AgreementCard,
    at: Sequence[ConditionPosition],
    planned: Mapping[str, Sequence[TranchePosition]],
    stake: AgreementStake | None,
    reader: Reader,
) -> Line:
    first, stands = next_due(at), standing(at)
    steps = [(one.no, tranches.status(one)) for one in planned.get(card.investment_id or "", ())]
    cells: dict[Metric, tuple[Cell, ...]] = {}
    for one in at:
        cells[one.metric] = (*cells.get(one.metric, ()), _cell(one, reader))
    return Line(
        card=card,
        kind=KINDS[card.kind],
        standing=stands,
        standing_kind=STANDING_KINDS[stands],
        pips=tuple(PIP_KINDS[one.state] for one in at),
        kept=sum(not one.is_open for one in at),
        next_due=first,
        next_kind={"risk": "risk", "warn": "warn"}.get(STATE_KINDS[first.state], "")
        if first
        else "",
        next_text=_next_text(first),
        gates=tuple(
            (no, GATE_KINDS[status], say(GATE_WORDS[status].msgid, no=no)) for no, status in steps
        ),
        paid=sum(status is TrancheStatus.PAID for _, status in steps),
        stake=stake,
        is_demo=any(one.is_demo for one in at),
        cells=cells,
    )


def _cell(at: ConditionPosition, reader: Reader) -> Cell:
    known = at.verified if at.verified is not None else at.reported
    agreed = deal_terms.value_text(reader, at.metric, at.terms.threshold, at.unit)
    return Cell(
        at=at,
        kind="prog" if at.state is State.TO_VERIFY else STATE_KINDS[at.state],
        label=STATES[at.state],
        actual="—" if known is None else deal_terms.bare_text(reader, at.metric, known),
        agreed=agreed if at.metric in YES_NO else f"{at.terms.operator.sign} {agreed}",
    )
