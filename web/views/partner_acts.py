"""认缴: what the partners promised, closing by closing, and what changed it since."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from portfolio import capital, commitment_changes, defaults, equalisation, transfers
from portfolio.capital import Amounts, CapitalAccount
from portfolio.commitments import CommitmentChange, PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.overdue import Overdue, Step
from web.formats import Reader
from web.templating import Page
from web.views.fund_words import PARTNER_KINDS
from web.views.funds import Head, Opened, Tab, head_of
from web.views.holdings import named

CHANGES = {
    CommitmentChange.INITIAL: say("Admission"),
    CommitmentChange.INCREASE: say("Increase"),
    CommitmentChange.RELEASE: say("Release"),
    CommitmentChange.TRANSFER: say("Transfer of interest"),
    CommitmentChange.CORRECTION: say("Undoes a change"),
}
STEPS = {
    Step.DECLARED: (say("In default"), "risk"),
    Step.REMEDIED: (say("Remedied"), "ok"),
    Step.WITHDRAWN: (say("Withdrawn"), "hold"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLine:
    """One partner's account."""

    account: CapitalAccount
    name: str
    kind: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingLine:
    """One closing: who came in for how much, and whether it was equalised."""

    closed_on: date
    partners: int
    joined_fen: int
    is_first: bool
    paid_on: date | None
    principal_fen: int
    interest_fen: int
    equalisation_id: str
    may_equalise: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLine:
    """One transfer."""

    id: str
    on: date
    giver: str
    taker: str
    committed_fen: int
    price_fen: int | None
    is_reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One change of a commitment."""

    id: str
    on: date
    partner: str
    kind: Message
    amount_fen: int
    memo: str
    is_undone: bool
    may_undo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLine:
    """One part of a call that is late, or was in default."""

    late: Overdue
    partner: str
    state: Message
    kind: str
    may_declare: bool
    may_remedy: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersPage:
    """The tab of commitments."""

    template: ClassVar[str] = "funds/partners.html"
    head: Head
    tab: Tab
    lines: tuple[PartnerLine, ...]
    total: Amounts
    closings: tuple[ClosingLine, ...]
    moved: tuple[TransferLine, ...]
    changes: tuple[ChangeLine, ...]
    overdue: tuple[LateLine, ...]
    has_demo: bool


# ---- reads
def partners_page(
    work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened
) -> PartnersPage:
    """Return what was promised by the page's day, and what may be done about it today."""
    found = capital.accounts(work, opened.moment, opened.fund.id)
    names = {one.partner_id: named(reader, one.name, one.name_en) for one in found.accounts}
    head = head_of(reader, actor, page, opened)
    return PartnersPage(
        head=head,
        tab="partners",
        lines=tuple(
            PartnerLine(
                account=one,
                name=names[one.partner_id],
                kind=PARTNER_KINDS[PartnerKind(one.kind)],
            )
            for one in found.accounts
        ),
        total=found.total,
        closings=_closings(work, opened, page.as_of),
        moved=tuple(
            TransferLine(
                id=row.id,
                on=row.effective_date,
                giver=names[row.giver_id],
                taker=names[row.taker_id],
                committed_fen=row.committed_fen,
                price_fen=row.price_fen,
                is_reversed=is_reversed,
            )
            for row, is_reversed in transfers.transfers(work, opened.fund.id)
            if row.effective_date <= page.as_of and {row.giver_id, row.taker_id} <= names.keys()
        ),
        changes=_changes(work, reader, opened, page.as_of),
        overdue=_late(work, reader, opened, page),
        has_demo=any(one.is_demo for one in found.accounts),
    )


def _closings(work: Work, opened: Opened, as_of: date) -> tuple[ClosingLine, ...]:
    joined: dict[date, dict[str, int]] = {}
    demo: set[date] = set()
    for row, _, is_undone in commitment_changes.history(work, opened.fund.id):
        came = row.change in {CommitmentChange.INITIAL, CommitmentChange.INCREASE}
        if came and not is_undone and row.effective_date <= as_of:
            by = joined.setdefault(row.effective_date, {})
            by[row.partner_id] = by.get(row.partner_id, 0) + row.amount_fen
            demo |= {row.effective_date} if row.is_demo else set()
    made = {one.closed_on: one for one in equalisation.standing(work, opened.fund.id)}
    found = []
    for number, (closed_on, by) in enumerate(sorted(joined.items())):
        one = made.get(closed_on)
        parts = equalisation.parts(work, [one.id]) if one else []
        found.append(
            ClosingLine(
                closed_on=closed_on,
                partners=len(by),
                joined_fen=sum(by.values()),
                is_first=number == 0,
                paid_on=one.paid_on if one else None,
                principal_fen=_paid(parts, "principal_fen"),
                interest_fen=_paid(parts, "interest_fen"),
                equalisation_id=one.id if one else "",
                may_equalise=one is None and number > 0,
                is_demo=closed_on in demo,
            )
        )
    return tuple(found)


def _paid(parts: list[equalisation.EqualisationPart], name: str) -> int:
    """Add up what the partners that pay on the whole pay."""
    by: dict[str, int] = {}
    for part in parts:
        by[part.partner_id] = by.get(part.partner_id, 0) + getattr(part, name)
    return sum(fen for fen in by.values() if fen > 0)


def _changes(work: Work, reader: Reader, opened: Opened, as_of: date) -> tuple[ChangeLine, ...]:
    return tuple(
        ChangeLine(
            id=row.id,
            on=row.effective_date,
            partner=named(reader, partner.name, partner.name_en),
            kind=CHANGES[CommitmentChange(row.change)],
            amount_fen=row.amount_fen,
            memo=row.memo,
            is_undone=is_undone,
            may_undo=not is_undone
            and row.change in {CommitmentChange.INCREASE, CommitmentChange.RELEASE},
        )
        for row, partner, is_undone in reversed(commitment_changes.history(work, opened.fund.id))
        if row.effective_date <= as_of
    )


def _late(work: Work, reader: Reader, opened: Opened, page: Page) -> tuple[LateLine, ...]:
    found = []
    for late in defaults.overdue(work, opened.fund.id, as_of=page.as_of):
        state, kind = STEPS[late.step] if late.step else (say("Overdue"), "warn")
        found.append(
            LateLine(
                late=late,
                partner=named(reader, late.line.name, late.line.name_en),
                state=state,
                kind=kind,
                may_declare=late.step is not Step.DECLARED
                and late.line.outstanding_fen > 0
                and page.today >= late.may_declare_from,
                may_remedy=late.step is Step.DECLARED,
                may_withdraw=late.step in {Step.DECLARED, Step.REMEDIED},
            )
        )
    return tuple(found)
