"""Versions of a chain's map: the list, two of them compared, one of them drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dealflow import map_versions
from dealflow.chains import Chain, Criticality, Position
from dealflow.map_versions import Difference, Drawn, Version
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError, say
from web.formats import Reader
from web.views.chain_words import COLUMNS, CRITICALITIES
from web.views.holdings import named
from web.views.map_words import DIFFERENCES, details


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """What two versions draw differently, in words."""

    kind: str
    tone: str
    code: str
    name: str
    place: str
    details: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsPage:
    """All that chains/versions.html may use."""

    template: ClassVar[str] = "chains/versions.html"
    slug: str
    chain: str
    versions: tuple[Version, ...]
    in_force: int
    before: int
    after: int
    differences: tuple[DifferenceRow, ...]
    counted: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCell:
    """A segment of an older map."""

    code: str
    name: str
    criticality: str
    is_critical: bool
    wanted: int
    note: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPage:
    """All that chains/version.html may use."""

    template: ClassVar[str] = "chains/version.html"
    slug: str
    chain: str
    version: Version
    newest: int
    in_force: bool
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[DrawnCell, ...], ...]], ...]
    segments: int


# ---- builders
def listed(
    work: Work,
    reader: Reader,
    chain: Chain,
    *,
    in_force: int,
    before: int | None,
    after: int | None,
) -> VersionsPage:
    """Read the versions and compare two; the newest with the one before where none is chosen."""
    versions = tuple(map_versions.listed(work, chain.id))
    if after is None:
        after = versions[0].number if versions else 0
    if before is None:
        before = max(after - 1, 1) if versions else 0
    found: Sequence[Difference] = ()
    if versions and before != after:
        found = map_versions.compare(
            map_versions.drawn(work, chain.id, before), map_versions.drawn(work, chain.id, after)
        )
    return VersionsPage(
        slug=chain.slug,
        chain=named(reader, chain.name, chain.name_en),
        versions=versions,
        in_force=in_force,
        before=before,
        after=after,
        differences=tuple(_difference(reader, one) for one in found),
        counted=tuple(
            (reader.say(words), sum(one.kind == kind for one in found))
            for kind, (words, _) in DIFFERENCES.items()
        ),
    )


def _difference(reader: Reader, one: Difference) -> DifferenceRow:
    facts = one.after if one.after is not None else one.before
    assert facts is not None, "a difference has two sides, and one of them is there"
    words, tone = DIFFERENCES[one.kind]
    changed = tuple((name, was, now) for name, (was, now) in one.changed.items())
    subsystem = named(reader, facts["subsystem"], facts["subsystem_en"])
    column = reader.say(COLUMNS[Position(facts["position"])][0])
    return DifferenceRow(
        kind=reader.say(words),
        tone=tone,
        code=facts["code"],
        name=named(reader, facts["name"], facts["name_en"]),
        place=" · ".join(filter(None, (subsystem, column))),
        details=details(reader, changed),
    )


def one(work: Work, reader: Reader, chain: Chain, number: int, *, in_force: int) -> VersionPage:
    """Draw the map as a version has it."""
    versions = map_versions.listed(work, chain.id)
    version = next((v for v in versions if v.number == number), None)
    if version is None:
        raise NotFoundError
    drawn = map_versions.drawn(work, chain.id, number)
    by_row: dict[str, list[Drawn]] = {}
    for segment in drawn:
        by_row.setdefault(segment.facts["subsystem"], []).append(segment)
    return VersionPage(
        slug=chain.slug,
        chain=named(reader, chain.name, chain.name_en),
        version=version,
        newest=versions[0].number,
        in_force=number == in_force,
        columns=tuple(reader.say(words) for words, _ in COLUMNS.values()),
        rows=tuple(
            (
                named(reader, name, row[0].facts["subsystem_en"])
                or reader.say(say("Other segments")),
                tuple(
                    tuple(
                        _cell(reader, segment)
                        for segment in row
                        if segment.facts["position"] == position.value
                    )
                    for position in COLUMNS
                ),
            )
            for name, row in by_row.items()
        ),
        segments=len(drawn),
    )


def _cell(reader: Reader, segment: Drawn) -> DrawnCell:
    facts = segment.facts
    criticality = Criticality(facts["criticality"])
    return DrawnCell(
        code=facts["code"],
        name=named(reader, facts["name"], facts["name_en"]),
        criticality=reader.say(CRITICALITIES[criticality]),
        is_critical=criticality is Criticality.CRITICAL,
        wanted=facts["wanted_firms"],
        note=facts["wanted_note"],
        column=reader.say(COLUMNS[Position(facts["position"])][0]),
    )
