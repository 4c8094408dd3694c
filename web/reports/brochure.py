"""The brochure of a chain or a park on paper: the public facts and nothing else."""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from functools import lru_cache

from portfolio.kernel.errors import say
from web.formats import Reader
from web.reports import paper as papers
from web.reports import pdf
from web.reports.paper import Block, Column, Cover, Head, Note, Paper, Table, TableRow
from web.views.showcase import ChainShown, ParkShown, PolicyCard

KEPT = 32


def of_chain(reader: Reader, view: ChainShown, *, as_of: date, district: str) -> bytes:
    """Return a chain with its segments as PDF/A-3a with tags."""
    is_en = reader.lang == "en"
    chain = view.chain
    title = chain.name_en if is_en and chain.name_en else chain.name
    is_demo = (
        chain.is_demo
        or any(one.is_demo for _, places in view.columns for one in places)
        or any(one.is_demo for one in view.policies)
    )
    blocks: list[Block] = [_cover(reader, district, title, as_of, is_demo=is_demo)]
    filled = [(position, places) for position, places in view.columns if places]
    for number, (position, places) in enumerate(filled, start=1):
        blocks.append(Head(number=number, title=reader.say(position)))
        blocks.append(
            Table(
                label=reader.say(position),
                columns=(
                    Column(reader.say(say("Segment")), "wrap", 28),
                    Column(reader.say(say("Subsystem")), "wrap", 28),
                ),
                rows=tuple(
                    TableRow((one.name_en if is_en and one.name_en else one.name, one.subsystem))
                    for one in places
                ),
            )
        )
    blocks += _policies(reader, view.policies, number=len(filled) + 1)
    return _set(reader, blocks, title=title, as_of=as_of, district=district)


def of_park(reader: Reader, view: ParkShown, *, as_of: date, district: str) -> bytes:
    """Return a park with its sites as PDF/A-3a with tags."""
    is_en = reader.lang == "en"
    is_demo = any(one.site.is_demo for one in view.cards) or any(
        one.is_demo for one in view.policies
    )
    label = reader.say(say("Free sites"))
    blocks: list[Block] = [
        _cover(reader, district, view.park, as_of, is_demo=is_demo),
        Head(number=1, title=label, note=str(len(view.cards))),
        Table(
            label=label,
            columns=(
                Column(reader.say(say("Project site")), "wrap", 16),
                Column(reader.say(say("Kind of site")), "wrap", 9),
                Column(f"{reader.say(say('Area'))} m²", "r"),
                Column(f"{reader.say(say('Power'))} kVA", "r"),
                Column(reader.say(say("Asking price")), "wrap", 13),
                Column(reader.say(say("Utilities")), "wrap", 14),
            ),
            rows=tuple(
                TableRow(
                    (
                        one.site.name_en if is_en and one.site.name_en else one.site.name,
                        reader.say(one.kind),
                        f"{one.site.area_m2:,}",
                        f"{one.site.power_kva:,}" if one.site.power_kva else "—",
                        one.price or "—",
                        one.utilities or "—",
                    )
                )
                for one in view.cards
            ),
        ),
        *_policies(reader, view.policies, number=2, with_chains=True),
    ]
    return _set(reader, blocks, title=view.park, as_of=as_of, district=district)


def _policies(
    reader: Reader, policies: tuple[PolicyCard, ...], *, number: int, with_chains: bool = False
) -> list[Block]:
    """Return the policies in force as a numbered table; nothing where there is none."""
    if not policies:
        return []
    label = reader.say(say("Policies in force"))
    heads = [(say("Policy"), 12), (say("Summary of the clause"), 26), (say("Who gets it"), 12)]
    columns = [Column(reader.say(head), "wrap", width) for head, width in heads]
    if with_chains:
        columns.append(Column(reader.say(say("Chains")), "wrap", 12))
    columns.append(Column(reader.say(say("Valid to")), "wrap", 9))
    end, comma = reader.say(say("open end")), "、" if reader.lang == "zh" else ", "
    rows = tuple(
        TableRow(
            (
                *(one.title, one.summary, one.who),
                *((comma.join(one.chains),) if with_chains else ()),
                one.valid_to.isoformat() if one.valid_to else end,
            )
        )
        for one in policies
    )
    return [
        Head(number=number, title=label, note=str(len(policies))),
        Table(label=label, columns=tuple(columns), rows=rows),
    ]


def _cover(reader: Reader, district: str, title: str, as_of: date, *, is_demo: bool) -> Cover:
    return Cover(
        over=district,
        title=title,
        under=reader.say(say("Up to {to}.", to=as_of)),
        unit="",
        audit=reader.say(say("Investment promotion")),
        demo=reader.say(say("Demo")) if is_demo else "",
    )


def _set(reader: Reader, blocks: list[Block], *, title: str, as_of: date, district: str) -> bytes:
    note = say("A public brochure: facts of the day named above, without obligation.")
    return _typeset(
        (*blocks, Note(text=reader.say(note))),
        lang=reader.lang,
        title=title,
        as_of=as_of,
        district=district,
        foot=reader.say(say("Investment promotion")),
        continued=reader.say(say("(continued)")),
    )


@lru_cache(maxsize=KEPT)
def _typeset(
    blocks: tuple[Block, ...],
    *,
    lang: str,
    title: str,
    as_of: date,
    district: str,
    foot: str,
    continued: str,
) -> bytes:
    # Strangers may ask as often as they like: the same facts are set once.
    words = json.dumps([asdict(block) for block in blocks], ensure_ascii=False, sort_keys=True)
    made = Paper(
        lang=lang,
        title=title,
        fund=district,
        running=f"{district}　{title}",
        confidential="",
        watermark="",
        foot=foot,
        sha256=hashlib.sha256(words.encode()).hexdigest(),
        sections=tuple((head.number, head.title) for head in papers.heads(list(blocks))),
        sheets=papers.sheets(list(blocks), continued=continued),
    )
    return pdf.set_type(made, as_of)
