"""协议 › 条款: the clauses of an agreement, the rules held against them, and the templates."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from dealflow import clause_rules, clauses, condition_templates
from dealflow.clause_rules import Flag, Rule
from dealflow.condition_templates import Template
from dealflow.terms import Consequence, Metric
from portfolio.kernel.errors import say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm, ppm_of
from web.templating import show
from web.views import clauses as views
from web.views import condition_form

router = APIRouter()


# ---- pages
@router.get("/agreements/rules")
def clause_rules_page(request: Request, work: Reading, me: Me, page: Seen) -> HTMLResponse:
    """Show the rules that clauses are held against, every version."""
    return show(request, views.rules_page(work, me, page))


@router.get("/agreements/templates")
def condition_templates_page(request: Request, work: Reading, me: Me, page: Seen) -> HTMLResponse:
    """Show the library of condition templates."""
    return show(request, views.templates_page(work, me, page))


@router.get("/agreements/{agreement_id}/clauses")
def clauses_page(
    request: Request, work: Reading, me: Me, page: Seen, agreement_id: UUID
) -> HTMLResponse:
    """Show the clauses of an agreement with what was read from them."""
    return show(request, views.clauses_page(work, me, page, str(agreement_id)))


@router.get("/agreements/{agreement_id}/conditions/new")
def new_condition(
    request: Request,
    work: Reading,
    page: Seen,
    agreement_id: UUID,
    template: str = "",
    clause: UUID | None = None,
    n: int = 0,
) -> HTMLResponse:
    """Show the form of a condition, filled from a template or a clause."""
    view = condition_form.new_condition(
        work,
        page,
        str(agreement_id),
        template=template,
        clause_id=str(clause) if clause else "",
        number=n,
    )
    return show(request, view)


# ---- acts
class PasteForm(WriteForm):
    """The text of an agreement as it was copied."""

    text: str = ""


@router.post("/agreements/{agreement_id}/clauses")
def paste_clauses(
    request: Request,
    work: InWork,
    me: Me,
    agreement_id: UUID,
    form: Annotated[PasteForm, Form()],
) -> Response:
    """Keep the clauses of a pasted text; what can be read is proposed on the next page."""
    rows = clauses.keep(work, me, str(agreement_id), form.text)
    said = say("{count} clauses were kept.", count=len(rows))
    return done(request, work, f"/agreements/{agreement_id}/clauses", said)


class RuleForm(WriteForm):
    """A version of a rule; each line of `groups` is one group of words."""

    code: str = ""
    flag: Flag
    document: str = ""
    article: str = ""
    gist: str = ""
    valid_from: date
    groups: str = ""
    excuses: str = ""


def words_of(line: str) -> tuple[str, ...]:
    """Read words that were separated by commas or 、."""
    plain = line.replace("，", ",").replace("、", ",")
    return tuple(word.strip() for word in plain.split(",") if word.strip())


@router.post("/agreements/rules")
def add_clause_rule(
    request: Request, work: InWork, me: Me, form: Annotated[RuleForm, Form()]
) -> Response:
    """Add a rule or the next version of one."""
    known = [one.version for one in clause_rules.every(work) if one.code == form.code]
    row = clause_rules.add_version(
        work,
        me,
        Rule(
            code=form.code,
            version=max(known, default=0) + 1,
            flag=form.flag,
            document=form.document,
            article=form.article,
            gist=form.gist,
            valid_from=form.valid_from,
            groups=tuple(group for line in form.groups.splitlines() if (group := words_of(line))),
            excuses=words_of(form.excuses),
        ),
    )
    said = say("Rule {code} has the version {version} now.", code=row.code, version=row.version)
    return done(request, work, "/agreements/rules", said)


class TemplateForm(WriteForm):
    """A kind of condition that the office agrees often."""

    code: str = ""
    name: str = ""
    metric: Metric
    months: int = 12
    weight: int = 1
    cure_days: int = 0
    consequence: Consequence = Consequence.NONE
    rate: str = ""
    evidence_required: str = ""


@router.post("/agreements/templates")
def add_condition_template(
    request: Request, work: InWork, me: Me, form: Annotated[TemplateForm, Form()]
) -> Response:
    """Add a template or the next version of one."""
    row = condition_templates.add(
        work,
        me,
        Template(
            code=form.code,
            name=form.name,
            metric=form.metric,
            months=form.months,
            weight=form.weight,
            cure_days=form.cure_days,
            consequence=form.consequence,
            rate_ppm=ppm_of(form.rate) if form.rate else None,
            evidence_required=form.evidence_required,
        ),
    )
    said = say("Template {name} was added.", name=row.name)
    return done(request, work, "/agreements/templates", said)
