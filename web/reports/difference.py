"""What a reissue says otherwise than the edition before, line by line: old, new and delta."""

from collections.abc import Iterator, Mapping
from typing import Any

from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from web.reports.parts import Change, Named
from web.reports.report import LpReport, Performance

ACCOUNT = say("Capital account")
PERFORMANCE = say("Performance")
INVESTMENTS = say("Schedule of investments")
LANDING = say("Landing in the district")
FLOWS = say("Contributions and distributions")
COLUMNS: tuple[tuple[str, str, Message], ...] = (
    ("partner", "qtd_fen", say("Partner QTD")),
    ("partner", "ytd_fen", say("Partner YTD")),
    ("partner", "itd_fen", say("Partner ITD")),
    ("fund", "qtd_fen", say("Fund QTD")),
    ("fund", "ytd_fen", say("Fund YTD")),
    ("fund", "itd_fen", say("Fund ITD")),
)
Key = tuple[str, ...]
Line = tuple[Message, Message, Message, str, Any]  # section, item, column, unit, value


# ---- rules
def changes(before: LpReport, after: LpReport) -> tuple[Change, ...]:
    """Return every line of the two reports that differs, in the order of the report."""
    old, new = dict(_lines(before)), dict(_lines(after))
    return tuple(
        Change(
            section=section,
            item=item,
            column=column,
            unit=unit,
            old=old[key][4] if key in old else None,
            new=new[key][4] if key in new else None,
        )
        for key, (section, item, column, unit, _) in _in_order(old, new).items()
        if not _same(old.get(key), new.get(key))
    )


def delta(change: Change) -> float | None:
    """Return new less old, None where one of them is no number."""
    old = 0 if change.old is None else change.old
    new = 0 if change.new is None else change.new
    if isinstance(old, Undefined | str) or isinstance(new, Undefined | str):
        return None
    return new - old


def _in_order(old: Mapping[Key, Line], new: Mapping[Key, Line]) -> dict[Key, Line]:
    return dict(new) | {key: line for key, line in old.items() if key not in new}


def _same(old: Line | None, new: Line | None) -> bool:
    return old is not None and new is not None and old[4] == new[4]


def _lines(of: LpReport) -> Iterator[tuple[Key, Line]]:
    yield from _sides(of.now)
    for row in (*of.account, *of.commitment):
        name = say("{row} {name}", row=row.fund.row, name=Message(row.fund.name))
        for side, field, column in COLUMNS:
            key = ("row", str(row.fund.row), side, field)
            yield key, (ACCOUNT, name, column, "fen", getattr(getattr(row, side), field))
    for one in of.holdings:
        for field, column, unit in (
            ("invested_fen", say("Invested"), "fen"),
            ("fair_value_fen", say("Fair value"), "fen"),
            ("realised_fen", say("Proceeds"), "fen"),
            ("moic", say("MOIC"), "multiple"),
            ("gross_irr", say("Gross IRR"), "rate"),
        ):
            item = say("{name}", name=Named(one.name, one.name_en))
            value = getattr(one, field)
            yield ("holding", one.code, field), (INVESTMENTS, item, column, unit, value)
    for firm in of.landing:
        for field, column, unit in (
            ("verified", say("Conditions verified"), "count"),
            ("conditions", say("All conditions"), "count"),
            ("in_place_fen", say("In place"), "fen"),
        ):
            item = say("{name}", name=Named(firm.name, firm.name_en))
            yield ("firm", firm.code, field), (LANDING, item, column, unit, getattr(firm, field))
    for flow in of.flows:
        item = say("{on}", on=flow.on)
        day = ("flow", flow.on.isoformat(), flow.kind)
        yield (*day, "fund"), (FLOWS, item, say("Fund"), "fen", flow.fund_fen)
        yield (*day, "partner"), (FLOWS, item, say("This partner"), "fen", flow.partner_fen)


def _sides(now: Performance) -> Iterator[tuple[Key, Line]]:
    for side, column in ((now.fund, say("Fund")), (now.partner, say("This partner"))):
        where = "fund" if side is now.fund else "partner"
        for field, name, unit in (
            ("net_irr", say("Net IRR"), "rate"),
            ("tvpi", say("TVPI"), "multiple"),
            ("dpi", say("DPI"), "multiple"),
            ("rvpi", say("RVPI"), "multiple"),
            ("pic", say("PIC"), "rate"),
        ):
            yield ("side", where, field), (PERFORMANCE, name, column, unit, getattr(side, field))
    for field, name, unit in (
        ("moic", say("Gross MOIC"), "multiple"),
        ("gross_irr", say("Gross IRR"), "rate"),
    ):
        yield ("gross", field), (PERFORMANCE, name, say("Fund"), unit, getattr(now, field))
