"""What a workbook would change on the map of a chain: added, changed, removed, row by row.

Only differences are found, so a file that says what is recorded changes nothing. A row that is
absent is removed: a segment leaves the map, a firm leaves its segment, a supply ends.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dealflow import map_sheet
from dealflow.cells import is_empty, text
from dealflow.chain_firms import Role
from dealflow.chains import Segment
from dealflow.map_sheet import FIRMS, LINKS, SEGMENTS, Line, MapFinding, MapSheets
from dealflow.map_versions import FACTS
from portfolio.kernel.errors import say

COMPARED = tuple(name for name in FACTS if name not in {"code", "retired_on"})
SPOKEN = frozenset({"name", "name_en", "subsystem", "subsystem_en", "wanted_note"})


# ---- facts
class Kind(StrEnum):
    """What would happen."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The newest word on a firm in a segment."""

    id: str
    role: Role
    on: date
    note: str
    has_project: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """A supply that goes on."""

    id: str
    weight: int
    what: str
    since_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the books say of the chain on `today`."""

    today: date
    segments: Mapping[str, Segment]  # by code, those no longer on the map too
    built: Mapping[str, int]  # {code: projects that stand there}
    entries: Mapping[tuple[str, str], Entry]  # by code and firm
    supplies: Mapping[tuple[str, str], Supply]  # by supplier and customer, of all chains
    ended: frozenset[tuple[str, str, date]]  # supplies that ended, by their first day
    firms: Mapping[str, str]  # {spelling: firm}
    doubles: frozenset[str]  # spellings of more than one firm
    names: Mapping[str, str]
    on_chain: frozenset[str]  # firms that stand on the chain or lead it

    def is_on_map(self, code: str) -> bool:
        """Say whether a segment is on the map today."""
        segment = self.segments.get(code)
        return segment is not None and (
            segment.retired_on is None or segment.retired_on > self.today
        )

    def of_chain(self) -> dict[tuple[str, str], Supply]:
        """Return the supplies of which one side stands on the chain or leads it."""
        return {key: one for key, one in self.supplies.items() if self.on_chain.intersection(key)}

    def firm(self, name: str) -> str:
        """Return the firm of a name; its spelling where it is new."""
        return self.firms.get(text(name), text(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference; details are (fact, before, after)."""

    sheet: str
    kind: Kind
    subject: str
    key: tuple[str, ...]
    values: Mapping[str, Any]
    details: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlan:
    """The dry run: what would change, or what is wrong."""

    changes: tuple[Change, ...]
    findings: tuple[MapFinding, ...]

    def count(self, kind: Kind, sheet: str = "") -> int:
        """Count the changes of a kind, of one sheet or of all."""
        return sum(c.kind is kind and sheet in {"", c.sheet} for c in self.changes)

    @property
    def fingerprint(self) -> str:
        """A hash of the differences: the same while neither file nor books have changed."""
        said = [(c.sheet, c.kind.value, c.key, sorted(c.values.items())) for c in self.changes]
        return hashlib.sha256(repr(said).encode()).hexdigest()


# ---- rules
def plan(sheets: MapSheets, books: Recorded) -> MapPlan:
    """Compare the sheets with the books; nothing is planned while anything is wrong."""
    lines = {sheet: sheets.lines.get(sheet, ()) for sheet in map_sheet.COLUMNS}
    changes = [
        *_segments(lines[SEGMENTS], books),
        *_firms(lines[FIRMS], lines[SEGMENTS], books),
        *_links(lines[LINKS], lines[FIRMS], books),
    ]
    findings = list(sheets.findings)
    findings += _left_out(lines[SEGMENTS], books) if SEGMENTS in sheets.lines else []
    findings += [one for sheet in lines.values() for line in sheet for one in line.findings]
    order = list(map_sheet.COLUMNS)
    findings.sort(key=lambda f: (order.index(f.sheet), f.finding.row, f.finding.column))
    return MapPlan(changes=() if findings else tuple(changes), findings=tuple(findings))


def _once(line: Line, name: str, key: Any, seen: dict[Any, int]) -> bool:
    """Say whether a row is the first of its key; the second is a finding."""
    if key in seen:
        line.wrong(
            name,
            say("Row {row} says the same.", row=seen[key]),
            say("Keep one of the two rows."),
        )
        return False
    seen[key] = line.row
    return True


def _segments(lines: tuple[Line, ...], books: Recorded) -> Iterator[Change]:
    seen: dict[Any, int] = {}
    named: dict[Any, int] = {}
    last = max((one.order for one in books.segments.values()), default=-1)
    by_name = {one.name: code for code, one in books.segments.items()}
    for number, line in enumerate(lines, start=1):
        code, name = line.values.get("code", ""), line.values.get("name", "")
        if code:
            _once(line, "code", code, seen)
        if name:
            _once(line, "name", name, named)
        if code and by_name.get(name, code) != code:
            line.wrong(
                "name",
                say("The name belongs to the segment {code}.", code=by_name[name]),
                say("Use that code, or another name."),
            )
        was = books.segments.get(code)
        if was is None:
            yield Change(
                sheet=SEGMENTS,
                kind=Kind.ADD,
                subject=name,
                key=(code,),
                values={"order": last + number} | line.values,
            )
            continue
        details = tuple(_differing(line, was))
        back = () if books.is_on_map(code) else (("retired_on", was.retired_on, None),)
        if details or back:
            yield Change(
                sheet=SEGMENTS,
                kind=Kind.ADD if back else Kind.CHANGE,
                subject=name,
                key=(code,),
                values={fact: after for fact, _, after in (*details, *back)},
                details=details,
            )
    for code, segment in books.segments.items():
        if code not in seen and books.is_on_map(code):
            yield Change(
                sheet=SEGMENTS,
                kind=Kind.REMOVE,
                subject=segment.name,
                key=(code,),
                values={"retired_on": books.today},
            )


def _differing(line: Line, was: Segment) -> Iterator[tuple[str, Any, Any]]:
    for fact in COMPARED:
        if fact not in line.cells or (fact == "order" and fact not in line.values):
            continue  # a column that is missing says nothing
        before, after = getattr(was, fact), line.values.get(fact, "")
        if fact in SPOKEN:
            before = _said(before)
        if before != after:
            yield fact, before, after


def _said(words: str) -> str:
    return "" if is_empty(words) else map_sheet.words(words)


def _left_out(lines: tuple[Line, ...], books: Recorded) -> Iterator[MapFinding]:
    kept = {line.values.get("code") for line in lines}
    for code, projects in books.built.items():
        if projects and code not in kept and books.is_on_map(code):
            name = books.segments[code].name
            yield map_sheet.of_map(
                SEGMENTS,
                say(
                    "The sheet leaves out {code} {name}, where {n} projects stand.",
                    code=code,
                    name=name,
                    n=projects,
                ),
                say("Keep its row, or give the projects another segment first."),
            )


def _check_firm(line: Line, name: str, books: Recorded) -> None:
    if text(line.values.get(name, "")) in books.doubles:
        line.wrong(
            name,
            say("More than one firm is recorded under this name."),
            say("Enter it on the page of the segment."),
        )


def _check_day(line: Line, name: str, books: Recorded) -> None:
    on = line.values.get(name)
    if on is not None and on > books.today:
        line.wrong(
            name,
            say("{on} has not come yet.", on=on),
            say("Leave it empty until it has happened, or correct the year."),
        )


def _firms(
    lines: tuple[Line, ...], segments: tuple[Line, ...], books: Recorded
) -> Iterator[Change]:
    kept = {line.values.get("code"): line.values.get("name", "") for line in segments}
    seen: dict[Any, int] = {}
    for line in lines:
        code, name = line.values.get("code", ""), line.values.get("firm", "")
        _check_firm(line, "firm", books)
        _check_day(line, "on", books)
        if code and code not in kept:
            line.wrong(
                "code",
                say("The sheet {sheet} has no segment {code}.", sheet=SEGMENTS, code=code),
                say("Correct the code, or add the segment there."),
            )
        if not code or not name or not _once(line, "firm", (code, books.firm(name)), seen):
            continue
        key = (code, books.firm(name))
        was = books.entries.get(key)
        found = _role(line, was, books.today)
        if found is not None:
            details, values = found
            yield Change(
                sheet=FIRMS,
                kind=Kind.CHANGE if was and was.role is not Role.LEFT else Kind.ADD,
                subject=f"{name} · {kept.get(code, code)}",
                key=key,
                values=values | {"firm": name},
                details=details,
            )
    for (code, firm), entry in books.entries.items():
        if (code, firm) not in seen and code in kept and entry.role is not Role.LEFT:
            yield Change(
                sheet=FIRMS,
                kind=Kind.REMOVE,
                subject=f"{books.names[firm]} · {kept[code]}",
                key=(code, firm),
                values={},
            )


Found = tuple[tuple[tuple[str, Any, Any], ...], dict[str, Any]]


def _role(line: Line, was: Entry | None, today: date) -> Found | None:
    """Return what a row changes in a firm's role, or None."""
    role, note = line.values.get("role"), line.values.get("note", "")
    if role is None:
        return None
    values = {"role": role, "note": note, "is_demo": line.values.get("is_demo", False)}
    if was is None or was.role is Role.LEFT:
        on = line.values.get("on", today)
        details: tuple[tuple[str, Any, Any], ...] = ()
    else:
        # without its day the row speaks of today, or goes on as it was
        same_day = was.on if role is was.role else today
        on = line.values.get("on", same_day)
        if "note" not in line.cells and role is was.role:
            values["note"] = was.note
        pairs = (("role", was.role, role), ("on", was.on, on), ("note", _said(was.note), note))
        details = tuple((fact, a, b) for fact, a, b in pairs if a != b)
        if "note" not in line.cells:
            details = tuple(one for one in details if one[0] != "note")
        if not details:
            return None
    if was is not None and role is not was.role and on < was.on:
        line.wrong(
            "on",
            say("The newest entry on this firm is of {on}.", on=was.on),
            say("Write that day or a later one."),
        )
    return details, values | {"on": on}


def _links(lines: tuple[Line, ...], firms: tuple[Line, ...], books: Recorded) -> Iterator[Change]:
    here = books.on_chain | {books.firm(line.values.get("firm", "")) for line in firms}
    seen: dict[Any, int] = {}
    for line in lines:
        names = line.values.get("supplier", ""), line.values.get("customer", "")
        for name in ("supplier", "customer"):
            _check_firm(line, name, books)
        _check_day(line, "since_on", books)
        if not all(names):
            continue
        key = (books.firm(names[0]), books.firm(names[1]))
        if key[0] == key[1]:
            line.wrong(
                "customer",
                say("A firm does not supply itself."),
                say("Choose another customer."),
            )
        elif not here.intersection(key):
            line.wrong(
                "supplier",
                say("Neither of the two firms is on this chain."),
                say("Give one of them a role in the sheet {sheet}.", sheet=FIRMS),
            )
        if not _once(line, "supplier", key, seen) or "weight" not in line.values:
            continue
        if (found := _supply(line, key, books)) is not None:
            details, values = found
            yield Change(
                sheet=LINKS,
                kind=Kind.CHANGE if key in books.supplies else Kind.ADD,
                subject=" → ".join(names),
                key=key,
                values=values | {"supplier": names[0], "customer": names[1]},
                details=details,
            )
    for key in books.of_chain():
        if key not in seen:
            subject = " → ".join(books.names[firm] for firm in key)
            yield Change(sheet=LINKS, kind=Kind.REMOVE, subject=subject, key=key, values={})


def _supply(line: Line, key: tuple[str, str], books: Recorded) -> Found | None:
    """Return what a row changes in a supply; its first day stays as it was recorded."""
    weight, was = line.values["weight"], books.supplies.get(key)
    what = line.values.get("what", "")
    values = {"weight": weight, "what": what, "is_demo": line.values.get("is_demo", False)}
    if was is None:
        since_on = line.values.get("since_on", books.today)
        if (*key, since_on) in books.ended:
            line.wrong(
                "since_on",
                say("A supply that began on {on} has ended.", on=since_on),
                say("Write the day on which it began anew."),
            )
        return (), values | {"since_on": since_on}
    if "what" not in line.cells:
        values["what"] = what = was.what
    pairs = (("weight", was.weight, weight), ("what", _said(was.what), _said(what)))
    details = tuple((fact, a, b) for fact, a, b in pairs if a != b)
    if not details:
        return None
    if was.since_on == books.today:
        line.wrong(
            "weight",
            say("This supply was recorded today with {weight} %.", weight=was.weight),
            say("A supply changes from one day to the next: send the change tomorrow."),
        )
    return details, values | {"since_on": books.today}
