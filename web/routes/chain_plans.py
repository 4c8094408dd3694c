"""一案, 一策, 专班: a chain's plan and policy set with their versions, its task force and trips."""

from datetime import date
from itertools import zip_longest
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from dealflow import chain_documents, chain_plans, chains, policy_sets, task_forces, units
from dealflow.chain_documents import ChainDocument, Document
from dealflow.chain_plans import Asked, GoalKind
from dealflow.policy_sets import Said
from portfolio.kernel import files
from portfolio.kernel.errors import DomainError, Message, NotFoundError, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of, whole
from web.templating import show
from web.uploads import handed_out, kept
from web.views import chain_plans as plan_views
from web.views import policy_sets as policy_views
from web.views import task_force_forms

router = APIRouter()


def _day(text: str, what: str | Message) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(
            "{what} has no day.", "Enter the day from which or until which it holds.", what=what
        ) from None


# ---- the plan
@router.get("/chains/{slug}/plan")
def chain_plan_page(
    request: Request, work: Reading, me: Me, page: Seen, slug: str, version: int | None = None
) -> HTMLResponse:
    """Show the plan that holds, or the version asked for, with its goals."""
    view = plan_views.build(
        work,
        me,
        page,
        chains.by_slug(work, slug),
        number=version,
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


@router.get("/chains/{slug}/plan/new")
def new_chain_plan(request: Request, work: Reading, page: Seen, slug: str) -> HTMLResponse:
    """Ask for the next version of the plan."""
    chain = chains.by_slug(work, slug)
    with_demo = request.state.site.show_demo
    return show(request, plan_views.new(work, page, chain, with_demo=with_demo))


class DocumentForm(WriteForm):
    """What every version brings."""

    title: str = ""
    title_en: str = ""
    valid_from: str = ""
    paper: UploadFile | None = None


class PlanForm(DocumentForm):
    """A plan with its goals; an empty number is no goal."""

    firms: str = ""
    firms_due: str = ""
    contract: str = ""
    contract_unit: MoneyUnit = "yi"
    contract_due: str = ""
    in_place: str = ""
    in_place_unit: MoneyUnit = "yi"
    in_place_due: str = ""
    segment: list[str] = Field(default_factory=list)
    segment_due: list[str] = Field(default_factory=list)

    def goals(self) -> tuple[Asked, ...]:
        """Read the goals that were filled in."""
        said: list[tuple[GoalKind, int, str, str | None]] = []
        if self.firms:
            said.append((GoalKind.FIRMS, whole(self.firms), self.firms_due, None))
        if self.contract:
            fen = fen_of(self.contract, self.contract_unit)
            said.append((GoalKind.CONTRACT, fen, self.contract_due, None))
        if self.in_place:
            fen = fen_of(self.in_place, self.in_place_unit)
            said.append((GoalKind.IN_PLACE, fen, self.in_place_due, None))
        said += [
            (GoalKind.SEGMENT, 1, due, segment)
            for segment, due in zip_longest(self.segment, self.segment_due, fillvalue="")
            if segment
        ]
        return tuple(
            Asked(kind=kind, at_least=least, due_on=_day(due, say("A goal")), segment_id=segment)
            for kind, least, due, segment in said
        )


@router.post("/chains/{slug}/plan/new")
def hand_in_chain_plan(
    request: Request, work: InWork, me: Me, slug: str, form: Annotated[PlanForm, Form()]
) -> Response:
    """Record the next version of the plan."""
    chain = chains.by_slug(work, slug)
    row = chain_plans.hand_in(
        work,
        me,
        chain_id=chain.id,
        title=form.title,
        title_en=form.title_en,
        valid_from=_day(form.valid_from, say("The plan")),
        file_id=kept(request, work, me, form.paper, is_demo=chain.is_demo),
        goals=form.goals(),
        is_demo=chain.is_demo,
    )
    return _handed_in(request, work, f"/chains/{slug}/plan?version={row.number}")


def _handed_in(request: Request, work: InWork, location: str) -> Response:
    return done(request, work, location, say("Handed in; a colleague has to accept it."))


# ---- the policy set
@router.get("/chains/{slug}/policies")
def chain_policies_page(
    request: Request, work: Reading, me: Me, page: Seen, slug: str, version: int | None = None
) -> HTMLResponse:
    """Show the policy set that holds, or the version asked for."""
    view = policy_views.build(
        work,
        me,
        page,
        chains.by_slug(work, slug),
        number=version,
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


@router.get("/chains/{slug}/policies/new")
def new_chain_policies(request: Request, work: Reading, page: Seen, slug: str) -> HTMLResponse:
    """Ask for the next version of the policy set."""
    return show(request, policy_views.new(work, page, chains.by_slug(work, slug)))


class PoliciesForm(DocumentForm):
    """A policy set: columns of policies, an empty row is none."""

    p_title: list[str] = Field(default_factory=list)
    p_title_en: list[str] = Field(default_factory=list)
    p_summary: list[str] = Field(default_factory=list)
    p_summary_en: list[str] = Field(default_factory=list)
    p_who: list[str] = Field(default_factory=list)
    p_who_en: list[str] = Field(default_factory=list)
    p_from: list[str] = Field(default_factory=list)
    p_to: list[str] = Field(default_factory=list)
    p_public: list[Literal["yes", "no"]] = Field(default_factory=list)
    p_payout: list[str] = Field(default_factory=list)

    def policies(self) -> tuple[Said, ...]:
        """Read the policies that were filled in."""
        columns = (
            *(self.p_title, self.p_title_en, self.p_summary, self.p_summary_en),
            *(self.p_who, self.p_who_en, self.p_from, self.p_to, self.p_public, self.p_payout),
        )
        if len({len(column) for column in columns}) > 1:
            raise DomainError("The rows of the policies are not whole.", "Reload the form.")
        return tuple(
            Said(
                title=title,
                title_en=title_en,
                summary=summary,
                summary_en=summary_en,
                who=who,
                who_en=who_en,
                valid_from=_day(since, title or say("A policy")),
                valid_to=_day(to, title or say("A policy")) if to else None,
                is_public=public == "yes",
                payout_clause_id=payout or None,
            )
            for title, title_en, summary, summary_en, who, who_en, since, to, public, payout in zip(
                *columns, strict=True
            )
            if any((title, title_en, summary, summary_en, who, who_en))
        )


@router.post("/chains/{slug}/policies/new")
def hand_in_chain_policies(
    request: Request, work: InWork, me: Me, slug: str, form: Annotated[PoliciesForm, Form()]
) -> Response:
    """Record the next version of the policy set."""
    chain = chains.by_slug(work, slug)
    row = policy_sets.hand_in(
        work,
        me,
        chain_id=chain.id,
        title=form.title,
        title_en=form.title_en,
        valid_from=_day(form.valid_from, say("The policy set")),
        file_id=kept(request, work, me, form.paper, is_demo=chain.is_demo),
        policies=form.policies(),
        is_demo=chain.is_demo,
    )
    return _handed_in(request, work, f"/chains/{slug}/policies?version={row.number}")


# ---- both
class DocumentDecisionForm(WriteForm):
    """A second person's word."""

    accepted: bool
    reason: str = ""


@router.post("/chains/{slug}/documents/{document_id}/decision")
def decide_chain_document(
    request: Request,
    work: InWork,
    me: Me,
    slug: str,
    document_id: UUID,
    form: Annotated[DocumentDecisionForm, Form()],
) -> Response:
    """Accept a version, or send it back with the reason."""
    row = _document(work, slug, document_id)
    chain_documents.decide(work, me, row.id, accepted=form.accepted, reason=form.reason)
    tab = "plan" if row.kind == Document.PLAN else "policies"
    said = say("The version was accepted.") if form.accepted else say("The version was sent back.")
    return done(request, work, f"/chains/{slug}/{tab}?version={row.number}", said)


@router.get("/chains/{slug}/documents/{document_id}/file")
def chain_document_file(request: Request, work: Reading, slug: str, document_id: UUID) -> Response:
    """Hand out the paper of a version."""
    row = _document(work, slug, document_id)
    return handed_out(request, files.get(work, row.file_id))


def _document(work: Reading, slug: str, document_id: UUID) -> ChainDocument:
    row = chain_documents.get(work, str(document_id))
    if row.chain_id != chains.by_slug(work, slug).id:
        raise NotFoundError
    return row


# ---- the task force
@router.get("/chains/{slug}/members/new")
def new_member_form(request: Request, work: Reading, page: Seen, slug: str) -> HTMLResponse:
    """Ask who joins the task force."""
    chain = chains.by_slug(work, slug)
    return show(request, task_force_forms.join_form(work, page.reader, chain, today=page.today))


class MemberForm(WriteForm):
    """A further member."""

    name: str = ""
    post: str = ""
    unit: str = ""
    since_on: date


@router.post("/chains/{slug}/members/new")
def add_member(
    request: Request, work: InWork, me: Me, slug: str, form: Annotated[MemberForm, Form()]
) -> Response:
    """Record a further member."""
    chain = chains.by_slug(work, slug)
    task_forces.join(
        work,
        me,
        chain.id,
        name=form.name,
        post=form.post,
        unit_id=form.unit or None,
        since_on=form.since_on,
        is_demo=chain.is_demo,
    )
    said = say("{name} belongs to the task force.", name=form.name)
    return done(request, work, f"/chains/{slug}", said)


@router.get("/chains/{slug}/members/{member_id}/end")
def end_member_form(
    request: Request, work: Reading, page: Seen, slug: str, member_id: UUID
) -> HTMLResponse:
    """Ask for a member's last day."""
    chain = chains.by_slug(work, slug)
    return show(
        request,
        task_force_forms.leave_form(work, page.reader, chain, str(member_id), today=page.today),
    )


class EndForm(WriteForm):
    """A last day."""

    on: date


@router.post("/chains/{slug}/members/{member_id}/end")
def end_member(
    request: Request,
    work: InWork,
    me: Me,
    slug: str,
    member_id: UUID,
    form: Annotated[EndForm, Form()],
) -> Response:
    """Record a member's last day."""
    chain = chains.by_slug(work, slug)
    member = work.session.get(task_forces.TaskForceMember, str(member_id))
    if member is None or member.chain_id != chain.id:
        raise NotFoundError
    task_forces.leave(work, me, member.id, on=form.on)
    return done(request, work, f"/chains/{slug}", say("The last day was recorded."))


@router.get("/chains/{slug}/trips/new")
def new_trip_form(request: Request, work: Reading, page: Seen, slug: str) -> HTMLResponse:
    """Ask for a trip made for the chain."""
    chain = chains.by_slug(work, slug)
    return show(request, task_force_forms.trip_form(page.reader, chain, today=page.today))


class TripForm(WriteForm):
    """A trip with the firms seen, one a line."""

    on: date
    leader_title: str = ""
    city: str = ""
    firms: str = ""


@router.post("/chains/{slug}/trips/new")
def record_trip(
    request: Request, work: InWork, me: Me, slug: str, form: Annotated[TripForm, Form()]
) -> Response:
    """Record a trip and that it was made for the chain."""
    chain = chains.by_slug(work, slug)
    if form.on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=form.on)
    if not form.city or not form.firms.strip():
        raise DomainError("A trip leads to a place and to firms.", "Enter both; one firm a line.")
    trip = units.travel(
        work,
        me,
        on=form.on,
        leader_title=form.leader_title,
        city=form.city,
        firms=tuple(line for line in form.firms.splitlines() if line.strip()),
        is_demo=chain.is_demo,
    )
    task_forces.made_for(work, me, trip.id, chain.id)
    return done(request, work, f"/chains/{slug}", say("The trip was recorded."))
