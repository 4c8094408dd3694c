"""Weights of the open scores: every version with its reason, and the form of the next one."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import score_weights
from dealflow.score_weights import Score, Weights
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.templating import Page
from web.views import firm_forms
from web.views.act_forms import Field
from web.views.chain_words import PARTS

TITLES: dict[Score, Message] = {
    Score.GAP: say("Weights of a gap's importance"),
    Score.CANDIDATE: say("Weights of a candidate's score"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsPage:
    """All that chains/weights.html may use."""

    template: ClassVar[str] = "chains/weights.html"
    score: Score
    title: Message
    others: tuple[tuple[str, Message, bool], ...]
    parts: tuple[tuple[str, Message], ...]
    versions: tuple[tuple[Weights, date | None], ...]  # newest first; the built-in has no day
    in_force: int
    fields: tuple[Field, ...]
    may_edit: bool


def build(work: Work, page: Page, score: Score, *, may_edit: bool, with_demo: bool) -> WeightsPage:
    """Read and arrange the versions of one score's weights."""
    versions = score_weights.versions(work, score, with_demo=with_demo)
    return WeightsPage(
        score=score,
        title=TITLES[score],
        others=tuple((f"/scores/{one}", TITLES[one], one is score) for one in Score),
        parts=tuple((code, PARTS[code]) for code in versions[0].points),
        versions=tuple(
            (one, one.valid_from if one.valid_from > date.min else None)
            for one in reversed(versions)
        ),
        in_force=score_weights.in_force(work, page.as_of, score, with_demo=with_demo).version,
        fields=firm_forms.weights(versions[-1], page.today) if may_edit else (),
        may_edit=may_edit,
    )
