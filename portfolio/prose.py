"""Prose: what the manager writes into a report, by section and in versions, without a number.

A figure in prose is a place in braces, such as {nav}; the report fills it from its own facts for
each partner. So a number can neither be mistyped nor go stale, and no partner reads another's.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import editions
from portfolio.editions import State
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, StaleError

LONGEST = 4_000
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# A digit of either width, or a Chinese numeral that counts or measures something; 第二人 is a word.
NUMBER = re.compile(
    r"[0-9０-９]+|百分之"
    r"|(?<![第一二两三四五六七八九十百千万亿])[一二两三四五六七八九十百千万亿]+(?:家|个|亿|万|元|成|倍|人|笔|期|％|%)"
)


class Section(StrEnum):
    """Where prose may stand, in the order of the report."""

    LETTER = "letter"
    PERFORMANCE = "performance"
    INVESTMENTS = "investments"
    LANDING = "landing"
    CASH = "cash"
    NOTES = "notes"


# ---- rules
def check(text: str, places: Iterable[str]) -> None:
    """Refuse prose with a typed number, an unknown place or a brace that names none.

    places  the names a report can fill
    """
    if len(text) > LONGEST:
        raise DomainError(
            "The text has {length} characters.",
            "Keep it below {longest}.",
            length=len(text),
            longest=LONGEST,
        )
    known = sorted(places)
    unknown = sorted(set(PLACE.findall(text)) - set(known))
    if unknown:
        raise DomainError(
            "There is no figure with the name {name}.",
            "Use one of: {known}.",
            name=unknown[0],
            known=", ".join(known),
        )
    bare = PLACE.sub("", text)
    if "{" in bare or "}" in bare:
        raise DomainError(
            "A brace stands in the text without a figure's name.",
            "Write a figure as {{nav}}, and leave out other braces.",
        )
    if found := NUMBER.search(bare):
        raise DomainError(
            "“{number}” is typed by hand.",
            "Put the figure's place instead, such as {{nav}}; the report fills it from the books.",
            number=found.group(),
        )


# ---- rows
class ReportProse(Row, table=True):
    """One version of one section's prose, in Chinese and if wanted in English."""

    __tablename__ = "report_prose"
    __table_args__ = strict(
        sa.UniqueConstraint("edition_id", "section", "version"),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    edition_id: str = Field(foreign_key="report_edition.id", sa_type=Id)
    section: str = Field(sa_type=one_of(*Section))
    version: int
    text: str
    text_en: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)


# ---- commands
def write(
    work: Work,
    actor: Actor,
    edition_id: str,
    section: Section,
    *,
    text: str,
    text_en: str,
    version: int,
    places: Iterable[str],
) -> ReportProse:
    """Add a version of a section's prose; an empty one takes the section back.

    version  the version that was read, 0 for none; another one now is a conflict
    errors   not a draft; a typed number; an unknown place
    """
    actor.must(Duty.PREPARE_REPORTS)
    edition = editions.in_state(work, actor, edition_id, State.DRAFT)
    text, text_en, places = text.strip(), text_en.strip(), tuple(places)
    for one in (text, text_en):
        check(one, places)
    before = current(work, edition_id).get(section)
    if (before.version if before else 0) != version:
        theirs = {"text": before.text, "text_en": before.text_en} if before else {}
        raise StaleError(mine={"text": text, "text_en": text_en}, theirs=theirs)
    row = work.add(
        ReportProse(
            edition_id=edition_id,
            section=section.value,
            version=version + 1,
            text=text,
            text_en=text_en,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
        )
    )
    audit.write(
        work,
        actor,
        "report:prose",
        "report_edition",
        edition.id,
        before={"text": before.text, "text_en": before.text_en} if before else None,
        after={"section": section.value, "version": row.version, "text": text, "text_en": text_en},
    )
    return row


def take_over(work: Work, actor: Actor, edition_id: str, from_edition_id: str) -> int:
    """Begin a reissue with the prose of the edition before; return how many sections."""
    found = current(work, from_edition_id)
    for section, row in found.items():
        if row.text or row.text_en:
            work.add(
                ReportProse(
                    edition_id=edition_id,
                    section=section.value,
                    version=1,
                    text=row.text,
                    text_en=row.text_en,
                    recorded_at=work.recorded_at,
                    recorded_by=actor.id,
                )
            )
    return len(found)


# ---- reads
def versions(work: Work, edition_id: str, section: Section) -> list[ReportProse]:
    """Return every version of a section, newest first."""
    return list(
        work.session.execute(
            sa.select(ReportProse)
            .where(
                col(ReportProse.edition_id) == edition_id,
                col(ReportProse.section) == section.value,
            )
            .order_by(col(ReportProse.version).desc())
        ).scalars()
    )


def current(work: Work, edition_id: str) -> Mapping[Section, ReportProse]:
    """Return the newest version of each section, in the order of the report."""
    rows = work.session.execute(
        sa.select(ReportProse)
        .where(col(ReportProse.edition_id) == edition_id)
        .order_by(col(ReportProse.version))
    ).scalars()
    newest = {Section(row.section): row for row in rows}
    return {section: newest[section] for section in Section if section in newest}
