"""The dispatch as a workbook: every change, figure, blocker, action item and restatement."""

from collections.abc import Sequence

from dealflow import frozen, restatement
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.exports import Cell, Table, yuan
from web.formats import Reader
from web.views.dispatch import Compared
from web.views.dispatch_items import of_half
from web.views.dispatch_words import (
    BLOCKERS,
    changes_table,
    entry_of,
    line_of,
    restated_snaps,
    snap_of,
)


def tables(work: Work, reader: Reader, found: Compared, *, with_demo: bool) -> tuple[Table, ...]:
    """Return a sheet for each kind of line; amounts of money are in yuan where they stand alone."""
    return (
        _changes(reader, found),
        _measures(reader, found),
        *_items(work, reader, found, with_demo=with_demo),
        _restated(work, reader, found),
    )


def name(found: Compared) -> str:
    """Return the name of the file."""
    return f"{frozen.label(found.to.as_of)}-{found.to.as_of}.xlsx"


def _table(
    reader: Reader, title: Message, heads: tuple[Message, ...], rows: Sequence[tuple[Cell, ...]]
) -> Table:
    return Table(
        title=reader.say(title),
        headings=tuple(reader.say(head) for head in heads),
        rows=tuple(rows),
    )


def _bare(change: str) -> str | None:
    """Return a difference without its plus, which a spreadsheet would take for a formula."""
    return change.removeprefix("+") or None


def _changes(reader: Reader, found: Compared) -> Table:
    heads = (
        *(say("Kind"), say("Project"), say("Of what"), say("Was"), say("Is"), say("Why")),
        *(say("Unit"), say("Compared with"), say("Half month"), say("SHA-256")),
    )
    base = found.base.as_of if found.base else None
    lines = changes_table([line_of(reader, one) for one in found.changes])
    rows = [(*row, base, found.to.as_of, found.to.sha256) for row in lines]
    return _table(reader, say("What changed"), heads, rows)


def _measures(reader: Reader, found: Compared) -> Table:
    heads = (say("Figure"), say("Was"), say("Is"), say("Difference"))
    was_known = found.base is not None
    rows: list[tuple[Cell, ...]] = []
    for shift in found.shifts.values():
        one = snap_of(reader, shift, None)
        rows.append((one.title, one.was if was_known else None, one.now, _bare(one.change)))
    return _table(reader, say("Figures of the half month"), heads, rows)


def _items(work: Work, reader: Reader, found: Compared, *, with_demo: bool) -> tuple[Table, Table]:
    standing, given = of_half(work, found.after)
    return (
        _table(
            reader,
            say("Blockers"),
            (say("Kind"), say("Project"), say("Blocker"), say("Responsible unit"), say("Since")),
            [
                (
                    *(reader.say(BLOCKERS[one.kind]), one.project_name, one.text, one.unit),
                    one.raised_on,
                )
                for one in standing
                if with_demo or not one.is_demo
            ],
        ),
        _table(
            reader,
            say("Action items"),
            (
                *(say("What is to be done"), say("Project"), say("Unit"), say("Person")),
                *(say("Given"), say("Due")),
            ),
            [
                (one.text, one.project_name, one.unit, one.owner, one.raised_on, one.due_on)
                for one in given
                if with_demo or not one.is_demo
            ],
        ),
    )


def _restated(work: Work, reader: Reader, found: Compared) -> Table:
    """Return figures, projects and the entries behind them, each with both values."""
    restated = restatement.restated(work, found.to)
    heads = (
        *(say("Figure or project"), say("Of what"), say("As sealed"), say("Restated")),
        *(say("Difference"), say("Amount, yuan"), say("Dated"), say("Recorded on"), say("Why")),
    )
    rows: list[tuple[Cell, ...]] = [
        (one.title, None, one.was, one.now, _bare(one.change), None, None, None, None)
        for one in restated_snaps(reader, restated)
    ]
    for line in (line_of(reader, one) for one in restated.projects):
        change = _bare(line.change)
        rows.append((line.name, line.aspect, line.was, line.now, change, *(None,) * 3, line.reason))
    for entry in (entry_of(reader, one) for one in restated.entries):
        amount = yuan(entry.amount_fen)
        rows.append(
            (entry.name, entry.what, *(None,) * 3, amount, entry.on, entry.recorded_on, None)
        )
    return _table(reader, say("Restated since the seal"), heads, rows)
