"""The dispatch on paper: exactly two sheets of A4 for the meeting; the workbook has every line."""

from collections.abc import Iterator, Sequence

from dealflow import restatement
from dealflow.frozen import ChangeKind, FrozenAction, FrozenBlocker
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.formats import Reader
from web.reports import paper as papers
from web.reports import pdf
from web.reports.paper import Block, Column, Cover, Head, Kpi, Kpis, Note, Paper, Table, TableRow
from web.templating import Page
from web.views.dispatch import Compared
from web.views.dispatch_items import of_half
from web.views.dispatch_words import (
    BLOCKERS,
    KINDS,
    by_importance,
    line_of,
    restated_snaps,
    snaps,
)

SHEETS, ROOM_MM = 2, 272.0  # by measure: rows stand a sixth lower than is reckoned with
# A column's width is its share of the line, and a sixth less than the signs that go on it: English
# breaks at words, and the sheet must never become three.
CHANGES_ON_PAPER, RESTATED_ON_PAPER, ITEMS_ON_PAPER = 34, 7, 12  # at most; the workbook has all
LINES_A_CELL = 2  # what a meeting reads; a longer text ends in "…" and is whole in the workbook


def paper(work: Work, page: Page, found: Compared, *, with_demo: bool, district: str) -> bytes:
    """Return the two sheets as PDF/A-3a with tags: figures and changes, then what is to be done."""
    reader = page.reader
    title = reader.say(say("{label} half-month dispatch", label=found.to.label))
    continued = reader.say(say("(continued)"))
    first = _figures(reader, found, district, title)
    restated = _restated(work, reader, found)
    standing, given = of_half(work, found.after)
    stuck = [one for one in standing if with_demo or not one.is_demo]
    asked = [one for one in given if with_demo or not one.is_demo]
    for changes, items in _sizes():
        blocks = [
            *first,
            *_changes(reader, found, changes),
            *restated,
            *_stuck(reader, stuck, asked, items),
        ]
        laid = papers.sheets(blocks, continued=continued, room_mm=ROOM_MM)
        if len(laid) <= SHEETS:
            break
    foot = say(
        "Sealed by {who} on {when} · no. {seq} · audit line {line}",
        who=found.to.sealed_by,
        when=reader.moment(found.to.sealed_at),
        seq=found.to.seq,
        line=found.to.audit_seq,
    )
    made = Paper(
        lang=reader.lang,
        title=title,
        fund=district,
        running=f"{district}　{title}",
        confidential=reader.say(say("For the meeting only. Not for publication.")),
        watermark="",
        foot=reader.say(foot),
        sha256=found.to.sha256,
        sections=tuple((head.number, head.title) for head in papers.heads(blocks)),
        sheets=laid,
    )
    return pdf.set_type(made, found.to.as_of)


def _sizes() -> Iterator[tuple[int, int]]:
    """Yield how many changes and items to try: the first pair that leaves two sheets is printed."""
    for items in range(ITEMS_ON_PAPER, 0, -1):
        yield from ((changes, items) for changes in range(CHANGES_ON_PAPER, 2, -1))


def _short(text: str, width: int) -> str:
    """Return a text of at most LINES_A_CELL lines of a column, cut at a sign where it is longer."""
    room = width * LINES_A_CELL - 2.0
    if papers.wide(text) <= room:
        return text
    kept = 0
    while papers.wide(text[: kept + 1]) <= room:
        kept += 1
    return f"{text[:kept]}…"


def _table(
    reader: Reader, title: Message, columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> Table:
    return Table(
        label=reader.say(title),
        columns=tuple(columns),
        rows=tuple(
            TableRow(
                tuple(
                    _short(cell, column.width) if column.width else cell
                    for cell, column in zip(row, columns, strict=True)
                )
            )
            for row in rows
        ),
    )


def _left(reader: Reader, left: int) -> list[Block]:
    if left <= 0:
        return []
    return [Note(text=reader.say(say("and {n} more: see the XLSX.", n=left)))]


def _figures(reader: Reader, found: Compared, district: str, title: str) -> list[Block]:
    under = (
        say("Up to {to}, compared with {base}.", to=found.to.as_of, base=found.base.as_of)
        if found.base
        else say("Up to {to}.", to=found.to.as_of)
    )
    return [
        Cover(
            over=district,
            title=title,
            under=reader.say(under),
            unit=reader.unit_name(),
            audit=reader.say(say("{n} live projects", n=len(found.after.projects))),
            demo=reader.say(say("Demo")) if found.to.is_demo else "",
        ),
        Kpis(
            items=tuple(
                Kpi(
                    label=one.title,
                    value=one.now,
                    unit="",
                    note=reader.say(say("before {was}", was=one.was)) + f" {one.change}"
                    if found.base
                    else "",
                )
                for one in snaps(reader, found.shifts, found.to.as_of)
            )
        ),
    ]


def _changes(reader: Reader, found: Compared, most: int) -> list[Block]:
    if found.base is None:
        return []
    counted = "　".join(
        f"{reader.say(KINDS[kind][0])} {sum(one.kind is kind for one in found.changes)}"
        for kind in ChangeKind
    )
    title = say("What changed")
    if not found.changes:
        return [Head(number=1, title=reader.say(title), note=reader.say(say("nothing changed")))]
    lines = [line_of(reader, one) for one in by_importance(found.changes)[:most]]
    columns = (
        Column(reader.say(say("Kind"))),
        Column(reader.say(say("Project")), "wrap", 11),
        Column(reader.say(say("Was")), "wrap", 9),
        Column(reader.say(say("Is")), "wrap", 7),
        Column(reader.say(say("Why")), "wrap", 11),
        Column(reader.say(say("Unit")), "wrap", 9),
    )
    rows = [
        (
            one.word,
            one.name,
            f"{one.aspect} {one.was}".strip(),
            one.now,
            one.reason or "—",
            one.unit,
        )
        for one in lines
    ]
    return [
        Head(number=1, title=reader.say(title), note=counted),
        _table(reader, title, columns, rows),
        *_left(reader, len(found.changes) - len(lines)),
    ]


def _restated(work: Work, reader: Reader, found: Compared) -> list[Block]:
    restated = restatement.restated(work, found.to)
    figures = restated_snaps(reader, restated)
    lines = [line_of(reader, one) for one in restated.projects]
    rows = [
        *((one.title, one.was, one.now, one.change or "—") for one in figures),
        *(
            (f"{one.name} {one.aspect}".strip(), one.was, one.now, one.change or "—")
            for one in lines
        ),
    ]
    if not rows:
        return []
    title = say("Restated since the seal")
    columns = (
        Column(reader.say(say("Figure or project")), "wrap", 20),
        Column(reader.say(say("As sealed")), "wrap", 9),
        Column(reader.say(say("Restated")), "wrap", 9),
        Column(reader.say(say("Difference")), "r"),
    )
    note = reader.say(say("the sealed half month stays as it is"))
    return [
        Head(number=2, title=reader.say(title), note=note),
        _table(reader, title, columns, rows[:RESTATED_ON_PAPER]),
        *_left(reader, len(rows) - RESTATED_ON_PAPER),
    ]


def _stuck(
    reader: Reader, stuck: Sequence[FrozenBlocker], items: Sequence[FrozenAction], most: int
) -> list[Block]:
    """Return what was open at the seal, whatever became of it since."""
    stands = reader.say(say("Blockers"))
    asked = reader.say(say("Action items"))
    return [
        Head(number=3, title=stands, note=str(len(stuck)), opens_sheet=True),
        *_blockers(reader, stuck, most),
        Head(number=4, title=asked, note=str(len(items))),
        *_actions(reader, items, most),
    ]


def _blockers(reader: Reader, stuck: Sequence[FrozenBlocker], most: int) -> list[Block]:
    if not stuck:
        return [Note(text=reader.say(say("No blocker stood at the seal.")))]
    columns = (
        Column(reader.say(say("Kind"))),
        Column(reader.say(say("Project")), "wrap", 12),
        Column(reader.say(say("Blocker")), "wrap", 19),
        Column(reader.say(say("Responsible unit")), "wrap", 9),
        Column(reader.say(say("Since")), "r"),
    )
    rows = [
        (
            *(reader.say(BLOCKERS[one.kind]), one.project_name, one.text, one.unit or "—"),
            reader.date(one.raised_on),
        )
        for one in stuck[:most]
    ]
    return [_table(reader, say("Blockers"), columns, rows), *_left(reader, len(stuck) - most)]


def _actions(reader: Reader, items: Sequence[FrozenAction], most: int) -> list[Block]:
    if not items:
        return [Note(text=reader.say(say("No action item was open at the seal.")))]
    columns = (
        Column(reader.say(say("What is to be done")), "wrap", 22),
        Column(reader.say(say("Unit and person")), "wrap", 12),
        Column(reader.say(say("Given")), "r"),
        Column(reader.say(say("Due")), "r"),
    )
    rows = [
        (
            f"{one.project_name} {one.text}".strip(),
            f"{one.unit} {one.owner}".strip(),
            reader.date(one.raised_on),
            reader.date(one.due_on),
        )
        for one in items[:most]
    ]
    return [_table(reader, say("Action items"), columns, rows), *_left(reader, len(items) - most)]
