"""The terms of a fund: those in force, every version beside the others, the form of a new one."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from portfolio import terms
from portfolio.kernel.actors import Account, Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.term_sheet import Terms, Version, changes, standing
from web.formats import Reader
from web.templating import Page
from web.views.act_forms import ActForm, Field, choice, day, money
from web.views.funds import Head, Opened, Tab, head_of
from web.views.holdings import named
from web.views.term_words import DATES, GROUPS, KINDS, NAMES, NOT_AGREED, WORDS, plain_of, text_of


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class TermLine:
    """One field of the terms in words."""

    name: Message
    text: str
    is_open: bool  # the agreement says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionHead:
    """One version as the head of its column."""

    version: int
    valid_from: date
    reason: str
    recorded_at: datetime
    recorded_by: str
    is_standing: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One field over all versions; a cell says whether it differs from the version before."""

    name: Message
    cells: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsPage:
    """The tab of terms."""

    template: ClassVar[str] = "funds/terms.html"
    head: Head
    tab: Tab
    now: VersionHead | None
    groups: tuple[tuple[Message, tuple[TermLine, ...]], ...]
    versions: tuple[VersionHead, ...]
    history: tuple[HistoryLine, ...]
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDiff:
    """What a version that is being typed would change."""

    template: ClassVar[str] = "funds/terms_diff.html"
    rows: tuple[tuple[Message, str, str], ...]  # field, before, after
    before: int | None


# ---- reads
def terms_page(work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened) -> TermsPage:
    """Return the terms of the page's day, and every version known."""
    known = terms.versions(work, opened.fund.id, known=opened.moment)
    if not opened.moment.with_demo:
        known = [one for one in known if not one.is_demo]
    now = standing(known, page.as_of)
    names = dict(work.rows(sa.select(col(Account.id), col(Account.name))))
    heads = tuple(_head(one, names, is_standing=one is now) for one in known)
    return TermsPage(
        head=head_of(reader, actor, page, opened),
        tab="terms",
        now=next((head for head in heads if head.is_standing), None),
        groups=_groups(reader, now) if now else (),
        versions=heads,
        history=_history(reader, known),
        has_demo=any(one.is_demo for one in known),
    )


def _head(one: Version, names: dict[str, str], *, is_standing: bool) -> VersionHead:
    return VersionHead(
        version=one.version,
        valid_from=one.valid_from,
        reason=one.reason,
        recorded_at=one.recorded_at,
        recorded_by=names.get(one.recorded_by, ""),
        is_standing=is_standing,
        is_demo=one.is_demo,
    )


def _groups(reader: Reader, now: Version) -> tuple[tuple[Message, tuple[TermLine, ...]], ...]:
    return tuple(
        (
            title,
            tuple(
                TermLine(
                    name=NAMES[name],
                    text=text_of(reader, name, getattr(now.terms, name)),
                    is_open=getattr(now.terms, name) is None,
                )
                for name in names
            ),
        )
        for title, names in GROUPS
    )


def _history(reader: Reader, known: list[Version]) -> tuple[HistoryLine, ...]:
    """Return the fields that any version changed, side by side; all of them while there is one."""
    found = []
    for _, names in GROUPS:
        for name in names:
            values = [getattr(one.terms, name) for one in known]
            if len(set(values)) > 1:
                cells = tuple(
                    (text_of(reader, name, value), i > 0 and value != values[i - 1])
                    for i, value in enumerate(values)
                )
                found.append(HistoryLine(name=NAMES[name], cells=cells))
    return tuple(found)


def new_version(work: Work, reader: Reader, page: Page, opened: Opened) -> ActForm:
    """Ask for a version, filled in with what stands; an empty field is a thing not agreed."""
    base = f"/funds/{opened.fund.code}"
    now = terms.find(work, opened.fund.id, page.today)
    filled = now or Terms(
        commitment_period_ends_on=opened.fund.investment_period_ends_on,
        term_ends_on=opened.fund.ends_on,
    )
    asked = [_field(name, getattr(filled, name)) for _, names in GROUPS for name in names]
    return ActForm(
        title=say("New version of the terms"),
        subject=named(reader, opened.fund.name, opened.fund.name_en),
        action=f"{base}/terms/version",
        back=f"{base}?tab=terms",
        yes=say("Record the version"),
        fields=(
            day("valid_from", say("Counts from"), page.today if now else opened.fund.inception_on),
            Field(
                name="reason",
                label=say("Agreement or resolution"),
                longest=200,
                hint=say("It stands beside the version for good."),
            ),
            *asked,
        ),
        preview=f"{base}/terms/version/preview",
        preview_of=(
            "valid_from",
            *(field.name for field in fields(Terms)),
            "organisation_cap_fen_unit",
        ),
    )


def _field(name: str, value: object) -> Field:
    label = NAMES[name]
    if name in KINDS:
        words = {word.value: WORDS.get(word, word.value) for word in KINDS[name]}
        empty = {"": NOT_AGREED} if value is None or name in {"fund_class", "level"} else {}
        return choice(name, label, {**empty, **words}, value=plain_of(name, value))
    if name in DATES:
        return Field(
            name=name, label=label, kind="date", value=plain_of(name, value), required=False
        )
    if name.endswith("_fen"):
        return money(name, label, required=False, value=plain_of(name, value), unit="yuan")
    is_open = name in {"expense_cap_rate", "nesting_limit", "reinvestment_multiple"}
    hint = say("For example 2%.") if name == "fee_rate" else None
    return Field(
        name=name, label=label, value=plain_of(name, value), required=not is_open, hint=hint
    )


def diff(work: Work, reader: Reader, opened: Opened, typed: Terms, valid_from: date) -> TermsDiff:
    """Return what the typed terms change of those that stand on their day."""
    old = standing(terms.versions(work, opened.fund.id), valid_from)
    found = changes(old.terms if old else None, typed)
    return TermsDiff(
        rows=tuple(
            (
                NAMES[name],
                text_of(reader, name, before) if old else "",
                text_of(reader, name, after),
            )
            for name, (before, after) in found.items()
        ),
        before=old.version if old else None,
    )
