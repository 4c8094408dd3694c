"""An agreement is what was signed: its day, its amount if it named one, its three sides."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dealflow import agreements, projects
from dealflow.agreements import AgreementKind, Promise, Side
from dealflow.stages import Stage, effective
from portfolio import organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError

SIGNED = date(2023, 10, 25)


@pytest.fixture
def project(work: Work, officer: Actor) -> projects.Project:
    firm = organisations.create(work, officer, name="示例企业甲")
    return projects.create(
        work,
        officer,
        code="P1",
        name="项目甲",
        organisation_id=firm.id,
        first_heard_on=date(2023, 5, 1),
    )


@pytest.fixture
def sign(
    work: Work, officer: Actor, project: projects.Project
) -> Callable[..., agreements.Agreement]:
    def signed(**facts: Any) -> agreements.Agreement:
        given: dict[str, Any] = {
            "kind": AgreementKind.FRAMEWORK,
            "title": "合作框架协议",
            "signed_on": SIGNED,
            **facts,
        }
        return agreements.sign(work, officer, project_id=project.id, **given)

    return signed


def test_signing_moves_the_project_on_that_day(
    work: Work, project: projects.Project, sign: Callable[..., agreements.Agreement]
) -> None:
    sign()
    assert [(event.stage, event.on) for event in effective(work, project.id)][-1] == (
        Stage.FRAMEWORK,
        SIGNED,
    )


def test_a_supplement_moves_the_project_no_further(
    work: Work, project: projects.Project, sign: Callable[..., agreements.Agreement]
) -> None:
    sign(kind=AgreementKind.FORMAL, amount_fen=100, signed_on=date(2023, 6, 1))
    sign(kind=AgreementKind.FORMAL, amount_fen=100)
    sign()
    stages = [event.stage for event in effective(work, project.id)]
    assert sorted(stages) == [Stage.FORMAL, Stage.LEAD]


def test_the_three_sides_keep_their_words(
    work: Work, sign: Callable[..., agreements.Agreement]
) -> None:
    paper = sign(
        promises=[
            Promise(side=Side.FUND, text="分四期投资不超过 3 亿元", amount_fen=30_000_000_000),
            Promise(side=Side.FIRM, text="建设研发基地", due_on=date(2026, 12, 31)),
            Promise(side=Side.DISTRICT, text="提供过渡场地"),
        ]
    )
    detail = agreements.detail(work, SIGNED, paper.id)
    assert [one.side for one in detail.promises] == list(Side)
    assert detail.promises[0].amount_fen == 30_000_000_000
    assert (detail.card.firm_name, detail.card.amount_fen) == ("示例企业甲", None)


def test_it_is_not_there_before_it_was_signed(
    work: Work, sign: Callable[..., agreements.Agreement]
) -> None:
    paper = sign()
    assert agreements.listed(work, date(2023, 10, 24)) == []
    with pytest.raises(NotFoundError):
        agreements.detail(work, date(2023, 10, 24), paper.id)


def test_codes_count_up_within_a_year_and_are_given_once(
    sign: Callable[..., agreements.Agreement],
) -> None:
    assert [sign().code, sign().code] == ["A-2023-001", "A-2023-002"]
    with pytest.raises(DomainError, match="A-2023-002 already"):
        sign(code="A-2023-002")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"title": " "}, "no title"),
        ({"amount_fen": 0}, "above zero"),
        ({"kind": AgreementKind.FORMAL}, "names its amount"),
        ({"start_due_on": date(2023, 10, 24)}, "before the signing on 2023-10-25"),
        ({"signed_on": date(2026, 10, 10)}, "has not come yet"),
        ({"promises": [Promise(side=Side.FIRM, text="")]}, "no text"),
    ],
)
def test_what_no_paper_can_say_is_refused(
    sign: Callable[..., agreements.Agreement], facts: dict[str, Any], said: str
) -> None:
    with pytest.raises(DomainError, match=said):
        sign(**facts)


def test_a_stale_form_attaches_nothing(
    work: Work, officer: Actor, sign: Callable[..., agreements.Agreement]
) -> None:
    paper = sign()
    with pytest.raises(StaleError):
        agreements.attach(work, officer, paper.id, investment_id=paper.id, version=7)
    assert paper.investment_id is None


def test_demo_agreements_can_be_hidden(
    work: Work, sign: Callable[..., agreements.Agreement]
) -> None:
    sign(is_demo=True)
    assert agreements.listed(work, SIGNED, with_demo=False) == []
    assert len(agreements.listed(work, SIGNED)) == 1
