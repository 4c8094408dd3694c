"""The money of a chain: its rows add up to every figure, and its holdings to the fund's ledger."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from dealflow import agreements, chain_firms, chain_graph, chain_map, chain_money, chains, supply
from dealflow.chain_firms import Role
from dealflow.chains import Criticality, Position
from dealflow.stages import Stage
from portfolio import ledger, organisations
from portfolio.accounts import AccountCode
from portfolio.ledger import Moment
from tests.dealflow import big_chain
from tests.portfolio.conftest import open_book

SIGNED, PAID, END = date(2024, 1, 15), date(2024, 2, 1), date(2026, 1, 1)
NOW = Moment(as_of=END)


@pytest.fixture
def chain(work, officer):
    return chains.add(work, officer, slug="cars", name="汽车链")


@pytest.fixture
def segments(work, officer, chain) -> dict[str, str]:
    return {
        name: chains.add_segment(
            work,
            officer,
            chain.id,
            name=name,
            position=position,
            criticality=Criticality.IMPORTANT,
        ).id
        for name, position in (("芯片", Position.UPSTREAM), ("电池", Position.MIDSTREAM))
    }


@pytest.fixture
def book(work, manager):
    opened = open_book(work, manager, "HT")
    opened.partner("LP1", 900_000_00)
    opened.contribute(600_000_00)
    return opened


@pytest.fixture
def invested(work, officer, district, book, chain):
    """Sign a project in a segment, and let the fund pay for its holding there."""

    def made(segment: str | None, promised: int, paid: int, arrived: int):
        is_placed = segment != "elsewhere"
        project = district.project(
            chain_id=chain.id if is_placed else None, segment_id=segment if is_placed else None
        )
        paper = district.sign(project, SIGNED, promised)
        if paid:
            holding = book.holding(project.code, organisation_id=project.organisation_id)
            book.paid(holding, paid, PAID)
            agreements.attach(
                work, officer, paper.id, investment_id=holding.id, version=paper.version
            )
        if arrived:
            district.verified(project, PAID, arrived)
        return project

    return made


def test_segments_add_up_to_the_chain_and_every_figure_to_its_projects(
    work, manager, district, chain, segments, invested
) -> None:
    first = invested(segments["芯片"], 1_000_00, 300_00, 500_00)
    invested(segments["芯片"], 200_00, 0, 0)
    invested(segments["电池"], 400_00, 100_00, 60_00)
    invested(None, 50_00, 0, 10_00)
    district.reach(first, Stage.REGISTERED, PAID)
    whole, parts = chain_money.of_chain(work, manager, NOW, chain.id)
    for name in ("promised_fen", "landed_fen", "in_place_fen", "fund_fen", "other_fen"):
        assert whole.total(name) == sum(part.total(name) for part in parts), name
    assert [part.key for part in parts] == [segments["芯片"], segments["电池"], chain_money.NOWHERE]
    chips = parts[0]
    assert (chips.total("promised_fen"), chips.total("landed_fen")) == (1_200_00, 1_000_00)
    assert (chips.total("fund_fen"), chips.total("other_fen")) == (300_00, 200_00)
    batteries = parts[1]
    assert (batteries.total("in_place_fen"), batteries.total("other_fen")) == (60_00, 0)
    assert (chips.investments, chips.pool.paid_in_fen) == (1, 300_00)
    assert parts[2].pool is None
    for part in parts[:2]:
        assert chain_money.of_segment(work, manager, NOW, part.key) == replace(
            part, pool=replace(part.pool, key="")
        )


def test_chains_and_what_stands_on_none_tie_to_the_ledger_to_the_fen(
    work, manager, officer, chain, segments, invested, book
) -> None:
    invested(segments["芯片"], 1_000_00, 333_33, 0)
    invested("elsewhere", 1_000_00, 100_01, 0)
    loose = book.holding("loose")
    book.paid(loose, 7_77, PAID)
    on_chains = sum(
        chain_money.of_chain(work, manager, NOW, one.id)[0].total("fund_fen")
        for one in chains.listed(work)
    )
    cost_fen = ledger.balance_fen(work, NOW, AccountCode.INVESTMENTS_COST, fund_id=book.fund.id)
    assert on_chains == 333_33
    assert cost_fen == on_chains + 100_01 + 7_77


def test_a_day_before_the_payment_knows_none_of_it(
    work, manager, chain, segments, invested
) -> None:
    invested(segments["芯片"], 1_000_00, 300_00, 500_00)
    before = Moment(as_of=date(2024, 1, 31))
    whole, _ = chain_money.of_chain(work, manager, before, chain.id)
    assert (whole.total("promised_fen"), whole.total("fund_fen")) == (1_000_00, 0)


# ---- graph
@pytest.fixture
def supplied(work, officer, segments):
    """Let A (chips) and B (batteries) be here; A supplies B, both supply the leader L."""
    ids = {n: organisations.find_or_create(work, officer, name=n).id for n in ("A", "B", "L", "X")}
    for firm, segment in (("A", "芯片"), ("B", "电池")):
        chain_firms.enter(
            work, officer, segment_id=segments[segment], organisation_id=ids[firm],
            role=Role.LANDED, on=SIGNED,
        )  # fmt: skip
    for supplier, customer in (("A", "B"), ("A", "L"), ("B", "L"), ("X", "A")):
        supply.link(
            work, officer, supplier_id=ids[supplier], customer_id=ids[customer], weight=20,
            since_on=SIGNED,
        )  # fmt: skip
    return ids


def test_the_graph_ties_segments_by_the_supplies_of_their_firms(
    work, chain, segments, supplied
) -> None:
    chart = chain_map.chain_map(work, END, chain.id)
    graph = supply.network(supply.links(work, END))
    drawn = chain_graph.drawing(chart, graph, {supplied["L"]: "L"})
    ties = {(tie.source, tie.target): tie for tie in drawn.ties}
    chips, batteries, leader = segments["芯片"], segments["电池"], supplied["L"]
    assert set(ties) == {(chips, batteries), (chips, leader), (batteries, leader)}
    assert ties[chips, batteries].sole == 1  # B has no other supplier here
    assert ties[chips, leader].sole == 0  # the leader has two
    assert drawn.unplaced_links == 1  # X stands in no segment
    assert {box.key: box.steps for box in drawn.boxes} == {chips: 1, batteries: 1, leader: 0}
    assert drawn == chain_graph.drawing(chart, graph, {supplied["L"]: "L"})


def test_a_chain_too_large_to_draw_keeps_what_trades_most_with_the_middle(
    work, chain, segments, supplied
) -> None:
    chart = chain_map.chain_map(work, END, chain.id)
    graph = supply.network(supply.links(work, END))
    drawn = chain_graph.drawing(chart, graph, {supplied["B"]: "B"}, most=1)
    assert [box.key for box in drawn.boxes] == [segments["芯片"], supplied["B"]]
    assert drawn.hidden_segments == 1


# ---- speed
@pytest.mark.parametrize("read", ["map", "money"])
def test_the_number_of_statements_does_not_grow_with_the_chain(
    work, manager, database, read
) -> None:
    small = big_chain.build(work, segments=8, firms=30, links=40)
    large = big_chain.build(work, segments=80, firms=300, links=900)
    counts = []
    for chain in (small, large):
        with counted(work) as statements:
            if read == "map":
                chain_map.chain_map(work, END, chain.id)
                supply.links(work, END)
            else:
                chain_money.of_chain(work, manager, NOW, chain.id)
        counts.append(len(statements))
    assert counts[0] == counts[1] > 0


class counted:  # noqa: N801 - reads as a word
    """The statements of a block."""

    def __init__(self, work) -> None:
        self.connection, self.seen = work.session.connection(), []

    def __enter__(self) -> list[str]:
        sa.event.listen(self.connection, "before_cursor_execute", self.note)
        return self.seen

    def note(self, *told) -> None:
        self.seen.append(told[2])

    def __exit__(self, *_error) -> None:
        sa.event.remove(self.connection, "before_cursor_execute", self.note)
