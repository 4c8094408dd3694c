"""兑付: incentive clauses, what is verified of their output, and what was asked, approved, paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlmodel import col

from dealflow import agreements, conditions, dossier, payout_book
from dealflow.agreements import Agreement, AgreementCard
from dealflow.conditions import ConditionPosition
from dealflow.payout_book import ClausePosition, Payable, PayoutClause, RequestState
from dealflow.payout_rules import Kind
from dealflow.terms import MONEY, YES_NO, Metric, quantity
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Fen, Message, say
from web.formats import Reader
from web.templating import Page
from web.views import deal_terms
from web.views.agreement_words import METRICS
from web.views.condition_form import percent
from web.views.tips import Tip

Choice = tuple[str, str]
STATES: Mapping[RequestState, Message] = {
    RequestState.ASKED: say("To approve"),
    RequestState.REFUSED: say("Refused"),
    RequestState.APPROVED: say("Approved"),
    RequestState.PAID: say("Paid"),
}
STATE_KINDS: Mapping[RequestState, str] = {
    RequestState.ASKED: "warn",
    RequestState.REFUSED: "",
    RequestState.APPROVED: "prog",
    RequestState.PAID: "ok",
}
KINDS: Mapping[Kind, Message] = {
    Kind.WHOLE: say("Whole amount"),
    Kind.PROPORTIONAL: say("In proportion"),
    Kind.STEPS: say("By steps"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class PayableRow:
    """One request, who stands behind it, and what this reader may do."""

    at: Payable
    state: Message
    state_kind: str
    asked_by: str
    decided_by: str
    may_decide: bool
    may_pay: bool
    may_reverse: bool
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseLine:
    """One incentive clause of the list."""

    at: ClausePosition
    firm_name: str
    kind: Message
    rule: tuple[Message, ...]
    verified: str
    agreed: str
    standing: Message
    standing_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutsPage:
    """All that payouts/list.html may use."""

    template: ClassVar[str] = "payouts/list.html"
    lines: tuple[ClauseLine, ...]
    entitled_fen: int
    asked_fen: int
    approved_fen: int
    paid_fen: int
    left_fen: int
    over_fen: int
    tips: Mapping[str, Tip]
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutPage:
    """All that payouts/clause.html may use."""

    template: ClassVar[str] = "payouts/clause.html"
    line: ClauseLine
    card: AgreementCard
    steps: tuple[tuple[Message, str, bool], ...]  # what, how much or when, done
    payables: tuple[PayableRow, ...]
    may_ask: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayout:
    """The form for an incentive clause."""

    template: ClassVar[str] = "payouts/new.html"
    card: AgreementCard
    conditions: tuple[Choice, ...]
    kinds: tuple[Choice, ...]


# ---- rules
def rule_words(at: ClausePosition) -> tuple[Message, ...]:
    """Say a rule in sentences: what is paid, from where on, and how much at most."""
    rule, metric, unit = at.rule, at.condition.metric, at.condition.unit
    said: list[Message] = []
    match rule.kind:
        case Kind.WHOLE:
            said.append(
                say("{amount} once the condition is kept", amount=Fen(rule.amount_fen or 0))
            )
        case Kind.PROPORTIONAL if rule.rate_ppm is not None:
            said.append(say("{rate} % of the verified value", rate=percent(rule.rate_ppm)))
        case Kind.PROPORTIONAL:
            said.append(say("{amount} for each unit verified", amount=Fen(rule.unit_fen or 0)))
        case Kind.STEPS:
            said += [
                say(
                    "{amount} from {least} on",
                    amount=Fen(step.amount_fen),
                    least=quantity(metric, step.least, unit),
                )
                for step in rule.steps
            ]
    if rule.floor:
        floor = quantity(metric, rule.floor, unit)
        said.append(
            say("only what is above {floor}", floor=floor)
            if rule.above_floor_only
            else say("nothing below {floor}", floor=floor)
        )
    if rule.cap_fen is not None:
        said.append(say("at most {cap}", cap=Fen(rule.cap_fen)))
    return tuple(said)


def standing(at: ClausePosition) -> tuple[Message, str]:
    """Return the pill of a clause: the most urgent thing about it."""
    if at.left_fen < 0:
        return say("Paid beyond evidence"), "risk"
    if at.asked_fen:
        return say("To approve"), "warn"
    if at.approved_fen:
        return say("To pay"), "prog"
    if at.left_fen > 0:
        return say("Payable"), "prog"
    if at.paid_fen:
        return say("Paid"), "ok"
    return say("Nothing verified"), "todo"


# ---- builders
def payouts_page(work: Work, page: Page, *, with_demo: bool) -> PayoutsPage:
    """Build the list of incentive clauses."""
    reader = page.reader
    found = payout_book.positions(work, page.as_of, with_demo=with_demo)
    cards = {
        card.agreement_id: card
        for card in agreements.listed(
            work, page.as_of, col(Agreement.id).in_({one.agreement_id for one in found})
        )
    }
    entitled, paid = (
        sum(one.entitled_fen for one in found),
        sum(one.paid_fen for one in found),
    )
    return PayoutsPage(
        lines=tuple(_line(one, cards[one.agreement_id].firm_name, reader) for one in found),
        entitled_fen=entitled,
        asked_fen=sum(one.asked_fen for one in found),
        approved_fen=sum(one.approved_fen for one in found),
        paid_fen=paid,
        left_fen=sum(max(one.left_fen, 0) for one in found),
        over_fen=sum(max(-one.left_fen, 0) for one in found),
        tips=_tips(reader, found, page),
        has_demo=any(one.is_demo for one in found),
    )


def _tips(reader: Reader, found: Sequence[ClausePosition], page: Page) -> dict[str, Tip]:
    def tip(title: Message, formula: Message, amounts: Sequence[int]) -> Tip:
        return Tip(
            title=reader.say(title),
            formula=reader.say(formula),
            inputs=f"Σ {len(amounts)} = {reader.amount(sum(amounts), 'wan', 2)}",
            basis=page.as_of.isoformat(),
            provenance="demo" if any(one.is_demo for one in found) else "computed",
            rows_href="#h-clauses",
        )

    return {
        "entitled": tip(
            say("Entitled"),
            say("Each clause applied to the output that a second person has verified"),
            [one.entitled_fen for one in found],
        ),
        "paid": tip(
            say("Paid"),
            say("Payments with a voucher that were not reversed"),
            [one.paid_fen for one in found if one.paid_fen],
        ),
        "left": tip(
            say("Still payable"),
            say("Entitled, less what was asked for, approved or paid"),
            [one.left_fen for one in found if one.left_fen > 0],
        ),
    }


def _line(at: ClausePosition, firm_name: str, reader: Reader) -> ClauseLine:
    condition = at.condition
    word, kind = standing(at)
    return ClauseLine(
        at=at,
        firm_name=firm_name,
        kind=KINDS[at.rule.kind],
        rule=rule_words(at),
        verified="—"
        if condition.verified is None
        else deal_terms.value_text(reader, condition.metric, condition.verified, condition.unit),
        agreed=_agreed(condition, reader),
        standing=word,
        standing_kind=kind,
    )


def _agreed(at: ConditionPosition, reader: Reader) -> str:
    text = deal_terms.value_text(reader, at.metric, at.terms.threshold, at.unit)
    return text if at.metric in YES_NO else f"{at.terms.operator.sign} {text}"


def payout_page(work: Work, actor: Actor, page: Page, clause_id: str) -> PayoutPage:
    """Build the page of one incentive clause."""
    at = payout_book.position(work, page.as_of, clause_id)
    card = agreements.detail(work, page.as_of, at.agreement_id).card
    line = _line(at, card.firm_name, page.reader)
    names = dossier.names(
        work, {who for one in at.payables for who in (one.asked_by, one.decided_by) if who}
    )
    now = not page.is_past
    reader = page.reader
    return PayoutPage(
        line=line,
        card=card,
        steps=(
            (say("Clause"), f"#{at.no}", True),
            (say("Condition"), f"C{at.condition.no}", True),
            (say("Verified output"), line.verified, at.condition.verified is not None),
            (say("Entitled"), reader.amount(at.entitled_fen, "wan", 2), at.entitled_fen > 0),
            (
                say("Approved"),
                reader.amount(at.approved_fen + at.paid_fen, "wan", 2),
                at.approved_fen + at.paid_fen > 0,
            ),
            (say("Paid"), reader.amount(at.paid_fen, "wan", 2), at.paid_fen > 0),
        ),
        payables=tuple(_payable(one, actor, names, now=now) for one in at.payables),
        may_ask=now and actor.may(Duty.EDIT_DEALS) and at.left_fen > 0,
    )


def _payable(one: Payable, actor: Actor, names: Mapping[str, str], *, now: bool) -> PayableRow:
    own = one.asked_by == actor.id
    checks = now and actor.may(Duty.VERIFY_EVIDENCE)
    return PayableRow(
        at=one,
        state=STATES[one.state],
        state_kind=STATE_KINDS[one.state],
        asked_by=names.get(one.asked_by, ""),
        decided_by=names.get(one.decided_by or "", ""),
        may_decide=checks and one.state is RequestState.ASKED and not own,
        may_pay=now and actor.may(Duty.EDIT_DEALS) and one.state is RequestState.APPROVED,
        may_reverse=checks and one.state is RequestState.PAID,
        is_own=own,
    )


def new_payout(work: Work, page: Page, agreement_id: str) -> NewPayout:
    """Build the form; the output is one of the conditions of the agreement."""
    reader = page.reader
    at = conditions.of_agreement(work, page.as_of, agreement_id)
    return NewPayout(
        card=agreements.detail(work, page.as_of, agreement_id).card,
        conditions=tuple(
            (one.condition_id, f"C{one.no} {one.name} · {_counted(one.metric, reader)}")
            for one in at
        ),
        kinds=tuple((kind.value, reader.say(word)) for kind, word in KINDS.items()),
    )


def _counted(metric: Metric, reader: Reader) -> str:
    return reader.say(METRICS[metric]) if metric not in MONEY else reader.say(say("money"))


def of_agreement(work: Work, page: Page, agreement_id: str) -> tuple[ClauseLine, ...]:
    """Return the incentive clauses of one agreement."""
    found = payout_book.positions(work, page.as_of, col(PayoutClause.agreement_id) == agreement_id)
    return tuple(_line(one, "", page.reader) for one in found)
