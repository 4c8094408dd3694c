"""Findings: passages that a dated rule speaks of, and what a lawyer said of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dealflow import agreements, clause_opinions, dossier
from dealflow.clause_opinions import Conclusion, Opinion, Review, Reviewed
from dealflow.clause_rules import Finding
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from web.templating import Page
from web.views.agreement_words import FLAGS, PLACES

Choice = tuple[str, str]
REVIEWS: Mapping[Review, tuple[Message, str]] = {
    Review.OPEN: (say("Legal review open"), "warn"),
    Review.TO_CONFIRM: (say("Opinion to confirm"), "prog"),
    Review.ALLOWED: (say("Allowed by opinion"), "ok"),
    Review.TO_CHANGE: (say("Clause to be changed"), "risk"),
}
CONCLUSIONS: Mapping[Conclusion, Message] = {
    Conclusion.ALLOWED: say("Allowed, with the reason below"),
    Conclusion.TO_CHANGE: say("The clause is to be changed"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionRow:
    """One opinion as a page shows it."""

    at: Opinion
    conclusion: Message
    recorder: str
    may_check: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A passage for legal review with the opinions on it."""

    finding: Finding
    flag: Message
    place: Message
    state: Message
    look: str
    is_open: bool  # nobody's confirmed word stands on it
    href: str
    opinions: tuple[OpinionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPage:
    """All that agreements/finding.html may use."""

    template: ClassVar[str] = "agreements/finding.html"
    agreement_id: str
    code: str
    title: str
    row: FindingRow
    conclusions: tuple[Choice, ...]
    may_give: bool


# ---- builders
def rows(
    work: Work, actor: Actor, page: Page, reviewed: Sequence[Reviewed]
) -> tuple[FindingRow, ...]:
    """Return findings in the words of the pages, the open ones first."""
    names = dossier.names(work, {said.recorded_by for one in reviewed for said in one.opinions})
    may_check = actor.may(Duty.VERIFY_EVIDENCE) and not page.is_past
    found = []
    for one in reviewed:
        word, look = REVIEWS[one.state]
        found.append(
            FindingRow(
                finding=one.finding,
                flag=FLAGS[one.finding.rule.flag],
                place=PLACES[one.finding.place],
                state=word,
                look=look,
                is_open=one.state in {Review.OPEN, Review.TO_CONFIRM},
                href=f"/agreements/{one.finding.agreement_id}/findings/{one.key}",
                opinions=tuple(
                    OpinionRow(
                        at=said,
                        conclusion=CONCLUSIONS[said.conclusion],
                        recorder=names.get(said.recorded_by, "—"),
                        may_check=may_check
                        and said.accepted is None
                        and said.recorded_by != actor.id,
                    )
                    for said in one.opinions
                ),
            )
        )
    return tuple(sorted(found, key=lambda row: not row.is_open))


def finding_page(work: Work, actor: Actor, page: Page, agreement_id: str, key: str) -> FindingPage:
    """Build the page of one finding: its passage, its opinions, and the form for another."""
    card = agreements.detail(work, page.as_of, agreement_id).card
    at = next(
        (one for one in clause_opinions.of_agreement(work, agreement_id) if one.key == key), None
    )
    if at is None:
        raise NotFoundError
    (row,) = rows(work, actor, page, [at])
    return FindingPage(
        agreement_id=card.agreement_id,
        code=card.code,
        title=card.title_en if page.lang == "en" and card.title_en else card.title,
        row=row,
        conclusions=tuple((one.value, page.reader.say(word)) for one, word in CONCLUSIONS.items()),
        may_give=actor.may(Duty.EDIT_DEALS)
        and not page.is_past
        and at.state is not Review.TO_CONFIRM,
    )
