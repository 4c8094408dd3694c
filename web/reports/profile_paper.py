"""A firm beside the district on paper, to take along to a visit: one or two sheets of A4."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from dealflow.policy_sets import ChainPolicy
from portfolio.kernel.errors import Message, say
from web.formats import DASH, Reader
from web.reports import paper, pdf
from web.reports.chain_day import marked
from web.reports.paper import (
    Block,
    Column,
    Cover,
    Head,
    Note,
    Pair,
    Paper,
    Plain,
    Table,
    TableRow,
    clipped,
)
from web.views.deal_site import MatchRow
from web.views.holdings import named
from web.views.profile import Profile

FUNDS_SHOWN, POLICIES_SHOWN = 6, 8


def pdf_of(
    view: Profile,
    reader: Reader,
    *,
    policies: Sequence[ChainPolicy],
    as_of: date,
    district: str,
) -> bytes:
    """Return the paper as PDF/A-3a with tags; the same facts give the same bytes."""
    title = reader.say(say("{firm}: profiles side by side", firm=clipped(view.firm.name, 18)))
    is_demo = view.card.is_demo or view.card.is_told
    blocks: list[Block] = [
        Cover(
            over=district,
            title=title,
            under=reader.say(say("Up to {to}.", to=as_of)),
            unit=reader.unit_name(),
            audit=f"{view.card.code} · {reader.say(view.stage)}",
            demo=reader.say(say("Demo")) if is_demo else "",
        ),
        Pair(left=_seeks(view, reader), right=_place(view, reader)),
        *_sites(view, reader),
        *_funds(view, reader),
        *_policies(policies, reader),
    ]
    words = json.dumps([asdict(one) for one in blocks], ensure_ascii=False, sort_keys=True)
    made = Paper(
        lang=reader.lang,
        title=title,
        fund=district,
        running=f"{district}　{title}",
        confidential=reader.say(say("For the visit only. Not for publication.")),
        watermark="",
        foot=reader.say(say("As recorded up to {on} 24:00", on=as_of)),
        sha256=hashlib.sha256(words.encode()).hexdigest(),
        sections=tuple((head.number, head.title) for head in paper.heads(blocks)),
        sheets=paper.sheets(blocks, continued=reader.say(say("(continued)"))),
    )
    return pdf.set_type(made, as_of)


def _facts(label: str, reader: Reader, rows: Sequence[tuple[Message, str]]) -> Table:
    return Table(
        label=label,
        columns=(
            Column(reader.say(say("Item")), "wrap", 9),
            Column(reader.say(say("Content")), "wrap", 17),
        ),
        rows=tuple(TableRow((reader.say(name), clipped(text, 50) or DASH)) for name, text in rows),
    )


def _seeks(view: Profile, reader: Reader) -> tuple[Plain, ...]:
    title = reader.say(say("What the firm seeks"))
    card = view.card
    rows = [
        (say("Project"), marked(reader, named(reader, card.name, card.name_en), card.is_demo)),
        (say("Firm"), view.firm.name),
        (say("Based in"), view.firm.city),
        (say("Credit code"), view.firm.credit_code or ""),
        (say("Planned total"), reader.amount(card.planned_fen) if card.planned_fen else ""),
        *view.asked,
    ]
    found: list[Plain] = [Head(number=1, title=title), _facts(title, reader, rows)]
    if not view.asked:
        found.append(Note(text=reader.say(say("Nobody has said yet what the project needs."))))
    return tuple(found)


def _place(view: Profile, reader: Reader) -> tuple[Plain, ...]:
    title = reader.say(say("Its place on the chain"))
    head, chain, segment = Head(number=2, title=title), view.chain, view.segment
    if chain is None:
        words = say("The project has not been placed on an industry chain.")
        return (head, Note(text=reader.say(words)))
    rows = [
        (say("Chain"), marked(reader, named(reader, chain.name, chain.name_en), chain.is_demo)),
        (say("One official"), chain.official_title),
        (say("Leader firm"), "、".join(view.leaders) or chain.leader_firms),
    ]
    if segment is not None and view.coverage is not None:
        name = named(reader, segment.name, segment.name_en)
        rows += [
            (say("Segment"), marked(reader, name, segment.is_demo)),
            (say("Coverage"), reader.say(view.coverage)),
            (say("What kind of firm"), segment.wanted_note),
            (
                say("Firms there"),
                "、".join(marked(reader, firm.name, firm.is_demo) for firm in segment.firms[:4]),
            ),
        ]
    return (head, _facts(title, reader, rows))


def _sites(view: Profile, reader: Reader) -> list[Block]:
    title = reader.say(say("Free sites"))
    head = Head(number=3, title=title, note=reader.say(say("best match first")))
    if not view.matches:
        return [head, Note(text=reader.say(say("Nothing to match yet")))]
    table = Table(
        label=title,
        columns=(
            Column(reader.say(say("Project site")), "wrap", 14),
            Column(reader.say(say("Kind of site")), "wrap", 8),
            Column(f"{reader.say(say('Area'))} m²", "r"),
            Column(reader.say(say("Points")), "r"),
            Column(reader.say(say("Why it fits, and what is missing")), "wrap", 26),
        ),
        rows=tuple(_site(reader, row) for row in view.matches),
    )
    return [head, table]


def _site(reader: Reader, row: MatchRow) -> TableRow:
    site = row.match.line.site
    met = [reader.say(one.name) for one in row.parts if one.part.is_met]
    short = [f"{reader.say(one.name)} {one.short}" for one in row.parts if not one.part.is_met]
    words = []
    if met:
        words.append(reader.say(say("Met: {what}", what=_listed(reader, met))))
    if short:
        words.append(reader.say(say("Missing: {what}", what=_listed(reader, short))))
    return TableRow(
        (
            marked(reader, clipped(named(reader, site.name, site.name_en), 26), site.is_demo),
            f"{reader.say(row.kind)} {clipped(site.park, 14)}",
            reader.count(site.area_m2),
            f"{row.match.score:.1f} / {row.match.most:.0f}",
            clipped(("; " if reader.lang == "en" else "；").join(words), 90),
        )
    )


def _listed(reader: Reader, words: Sequence[str]) -> str:
    return (", " if reader.lang == "en" else "、").join(words)


def _funds(view: Profile, reader: Reader) -> list[Block]:
    title = reader.say(say("What the funds look for"))
    if not view.funds:
        return [Head(number=4, title=title), Note(text=reader.say(say("None")))]
    table = Table(
        label=title,
        columns=(
            Column(reader.say(say("Fund")), "wrap", 16),
            Column(reader.say(say("What it looks for")), "wrap", 34),
        ),
        rows=tuple(
            TableRow(
                (
                    marked(reader, clipped(named(reader, one.name, one.name_en), 28), one.is_demo),
                    clipped(named(reader, one.focus, one.focus_en), 90),
                )
            )
            for one in view.funds[:FUNDS_SHOWN]
        ),
    )
    return [Head(number=4, title=title), table]


def _policies(policies: Sequence[ChainPolicy], reader: Reader) -> list[Block]:
    title = reader.say(say("Policies in force"))
    head = Head(number=5, title=title)
    if not policies:
        words = say("No policy of the chain is recorded as in force.")
        return [head, Note(text=reader.say(words))]
    table = Table(
        label=title,
        columns=(
            Column(reader.say(say("Policy")), "wrap", 14),
            Column(reader.say(say("Content")), "wrap", 26),
            Column(reader.say(say("For whom")), "wrap", 12),
        ),
        rows=tuple(
            TableRow(
                (
                    marked(
                        reader, clipped(named(reader, one.title, one.title_en), 26), one.is_demo
                    ),
                    clipped(named(reader, one.summary, one.summary_en), 76),
                    clipped(named(reader, one.who, one.who_en), 34),
                )
            )
            for one in policies[:POLICIES_SHOWN]
            for name in (named(reader, one.title, one.title_en),)
        ),
    )
    return [head, table]
