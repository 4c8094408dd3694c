"""The dispatch on paper: two sheets for the meeting, and every change as a workbook."""

from dealflow import blockers, frozen, restatement
from dealflow.frozen import ChangeKind
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from web.exports import Table as Sheet
from web.formats import Reader
from web.reports import paper as papers
from web.reports import pdf
from web.reports.paper import Block, Column, Cover, Head, Kpi, Kpis, Note, Paper, TableRow
from web.reports.paper import Table as PaperTable
from web.templating import Page
from web.views.dispatch import Compared
from web.views.dispatch_words import (
    BLOCKERS,
    KINDS,
    by_importance,
    changes_table,
    line_of,
    restated_snaps,
    snaps,
)

CHANGES_ON_PAPER, ITEMS_ON_PAPER, SHEETS = 30, 9, 2  # what two sheets hold; the workbook has all


def paper(work: Work, page: Page, found: Compared, *, with_demo: bool, district: str) -> bytes:
    """Return the two sheets as PDF/A-3a with tags: figures and changes, then what is to be done."""
    reader = page.reader
    title = reader.say(say("{label} half-month dispatch", label=found.to.label))
    continued = reader.say(say("(continued)"))
    before = _figures(reader, found, district, title)
    after = [
        *_restated(work, reader, found),
        *_stuck(work, reader, found, with_demo=with_demo),
    ]
    # As many changes as leave the paper at two sheets: the meeting gets no third.
    for most in range(CHANGES_ON_PAPER, 0, -1):
        blocks = [*before, *_changes(reader, found, most), *after]
        laid = papers.sheets(blocks, continued=continued)
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
    kept = by_importance(found.changes)[:most]
    rows = changes_table([line_of(reader, one) for one in kept])
    left = len(found.changes) - len(kept)
    blocks: list[Block] = [
        Head(number=1, title=reader.say(say("What changed")), note=counted),
        PaperTable(
            label=reader.say(say("What changed")),
            columns=(
                Column(reader.say(say("Kind"))),
                Column(reader.say(say("Project")), "wrap", 13),
                Column(reader.say(say("Was"))),
                Column(reader.say(say("Is"))),
                Column(reader.say(say("Why")), "wrap", 14),
                Column(reader.say(say("Unit")), "wrap", 13),
            ),
            rows=tuple(
                TableRow((word, name, f"{aspect} {was}".strip(), now, why or "—", unit or "—"))
                for word, name, aspect, was, now, why, unit in rows
            ),
        ),
    ]
    if left > 0:
        blocks.append(Note(text=reader.say(say("{n} further lines are in the workbook.", n=left))))
    return blocks


def _restated(work: Work, reader: Reader, found: Compared) -> list[Block]:
    restated = restatement.restated(work, found.to)
    rows = restated_snaps(reader, restated)
    if not rows:
        return []
    return [
        Head(number=2, title=reader.say(say("Restated since the seal"))),
        PaperTable(
            label=reader.say(say("Restated since the seal")),
            columns=(
                Column(reader.say(say("Figure")), "wrap", 24),
                Column(reader.say(say("As sealed")), "r"),
                Column(reader.say(say("Restated")), "r"),
                Column(reader.say(say("Difference")), "r"),
            ),
            rows=tuple(
                TableRow((one.title, one.was, one.now, one.change or "—"))
                for one in rows[:ITEMS_ON_PAPER]
            ),
        ),
    ]


def _stuck(work: Work, reader: Reader, found: Compared, *, with_demo: bool) -> list[Block]:
    as_of = found.to.as_of
    stuck = blockers.blockers(work, as_of, with_demo=with_demo)[:ITEMS_ON_PAPER]
    items = blockers.actions(work, as_of, with_demo=with_demo)[:ITEMS_ON_PAPER]
    blocks: list[Block] = [
        Head(number=3, title=reader.say(say("Blockers")), note=str(len(stuck)), opens_sheet=True),
    ]
    if stuck:
        blocks.append(
            PaperTable(
                label=reader.say(say("Blockers")),
                columns=(
                    Column(reader.say(say("Kind"))),
                    Column(reader.say(say("Project")), "wrap", 14),
                    Column(reader.say(say("Blocker")), "wrap", 26),
                    Column(reader.say(say("Since")), "r"),
                ),
                rows=tuple(
                    TableRow(
                        (
                            reader.say(BLOCKERS[one.kind]),
                            one.project_name,
                            one.text,
                            reader.date(one.raised_on),
                        )
                    )
                    for one in stuck
                ),
            )
        )
    blocks.append(Head(number=4, title=reader.say(say("Action items")), note=str(len(items))))
    if items:
        blocks.append(
            PaperTable(
                label=reader.say(say("Action items")),
                columns=(
                    Column(reader.say(say("What is to be done")), "wrap", 30),
                    Column(reader.say(say("Unit")), "wrap", 14),
                    Column(reader.say(say("Given")), "r"),
                    Column(reader.say(say("Due")), "r"),
                ),
                rows=tuple(
                    TableRow(
                        (
                            f"{one.project_name} {one.text}".strip(),
                            f"{one.unit_name} {one.owner}".strip(),
                            reader.date(one.raised_on),
                            reader.date(one.due_on),
                        )
                    )
                    for one in items
                ),
            )
        )
    return blocks


def table(reader: Reader, found: Compared) -> Sheet:
    """Return every change as rows of a workbook, with the two half months it lies between."""
    heads = (
        *(say("Kind"), say("Project"), say("Of what"), say("Was"), say("Is"), say("Why")),
        *(say("Unit"), say("Compared with"), say("Half month"), say("SHA-256")),
    )
    base = found.base.as_of if found.base else None
    lines = [line_of(reader, one) for one in found.changes]
    return Sheet(
        title=f"{frozen.label(found.to.as_of)}-{found.to.as_of}",
        headings=tuple(reader.say(head) for head in heads),
        rows=tuple((*row, base, found.to.as_of, found.to.sha256) for row in changes_table(lines)),
    )
