"""How fast a big chain opens. `.venv/bin/python tests/bench/chains.py [postgresql URL]`.

One run, medians of interleaved rounds: map and gaps of 2,000 segments, 20,000 firms and 100,000
supply links beside the bare way, which fetches the same rows with plain SQL through the driver and
asks networkx for the same answer; then the page. Both answers are compared before a figure counts.
"""

import gc
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import networkx as nx
import sqlalchemy as sa
from starlette.testclient import TestClient

from dealflow import chain_map, gaps, supply
from dealflow.chains import Chain
from migrations import upgrade
from portfolio.kernel.db import Database, Work
from tests.dealflow import big_chain
from web import demo, settings
from web.app import create
from web.serving import quiet_collector

SEGMENTS, FIRMS, LINKS, ROUNDS = 2_000, 20_000, 100_000, 7
DAY = date(2026, 6, 30)

PLACES = """
select f.segment_id, f.organisation_id, o.name, f.role
  from segment_firm f join segment s on s.id = f.segment_id
  join organisation o on o.id = f.organisation_id where s.chain_id = {chain}"""
PROJECTS = """
select p.segment_id, p.organisation_id, p.id, max(m.stage)
  from project p join milestone m on m.project_id = p.id where p.chain_id = {chain}
 group by p.segment_id, p.organisation_id, p.id"""
CONTRACTS = """
select a.project_id, sum(a.amount_fen) from agreement a join project p on p.id = a.project_id
 where a.kind = 'formal' and p.chain_id = {chain} group by a.project_id"""
MONEY = """
select a.project_id, sum(a.amount_fen) from arrival a join arrival_check c on c.arrival_id = a.id
  join project p on p.id = a.project_id where c.accepted and p.chain_id = {chain}
 group by a.project_id"""
SEGMENT = 'select id, name, criticality from segment where chain_id = {chain} order by "order"'
SUPPLY = "select supplier_id, customer_id, weight from supply_link"


def ours(work: Work, chain: Chain) -> dict[str, tuple[int, int]]:
    """Return {missing segment: (landed dependants, of them with one supplier)} by our own way."""
    chart = chain_map.chain_map(work, DAY, chain.id)
    graph = supply.network(supply.links(work, DAY))
    return {
        gap.node.segment_id: (len(gap.dependants), gap.parts[2].seen)
        for gap in gaps.gaps(chart, graph)
    }


def bare(work: Work, chain: Chain) -> dict[str, tuple[int, int]]:
    """Return the same with nothing between us and the driver."""
    cursor: Any = work.session.connection().connection.cursor()

    def fetch(sql: str) -> list[Any]:
        cursor.execute(sql.format(chain=f"'{chain.id}'"))
        return list(cursor.fetchall())

    segments, places, projects = fetch(SEGMENT), fetch(PLACES), fetch(PROJECTS)
    contracts, money = dict(fetch(CONTRACTS)), dict(fetch(MONEY))
    amounts: dict[Any, list[int]] = {}
    here = {firm for _, firm, _, role in places if role == "landed"}
    landed_in = {segment for segment, _, _, role in places if role == "landed"}
    for segment, firm, project, _ in projects:
        here.add(firm)
        landed_in.add(segment)
        both = amounts.setdefault(segment, [0, 0])
        both[0] += contracts.get(project, 0)
        both[1] += money.get(project, 0)
    firms: dict[Any, list[Any]] = {}
    for segment, firm, *_ in places:
        firms.setdefault(segment, []).append(firm)
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_weighted_edges_from(fetch(SUPPLY))
    found = {}
    for segment, _, criticality in segments:
        if criticality < 2 or segment in landed_in:
            continue
        bought: dict[Any, int] = {}
        for firm in firms.get(segment, ()):
            if firm in graph:
                for customer in here.intersection(graph.successors(firm)):
                    bought[customer] = bought.get(customer, 0) + 1
        found[str(segment)] = (len(bought), sum(n == 1 for n in bought.values()))
    return found


def timed(database: Database, chain: Chain, way: Callable[[Work, Chain], object]) -> float:
    """Return the milliseconds of one way, on a connection that is open already."""
    with database.reading() as work:
        work.rows(sa.text("select 1"))
        gc.collect()
        began = perf_counter()
        way(work, chain)
        return (perf_counter() - began) * 1000


def main() -> None:
    """Build the chain once, compare the answers, then time both ways and the page."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIANJI_DATA"] = folder
        os.environ.pop("LIANJI_DATABASE_URL", None)
        if len(sys.argv) > 1:
            os.environ["LIANJI_DATABASE_URL"] = sys.argv[1]
        given = settings.read()
        database, store = given.open()
        upgrade.to_newest(database)
        demo.load(database, store)
        with database.writing() as work:
            chain = big_chain.build(work, segments=SEGMENTS, firms=FIRMS, links=LINKS)
        quiet_collector()  # as every served process does
        with database.reading() as work:
            assert ours(work, chain) == bare(work, chain), "the two ways do not agree"
        took: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(ROUNDS):
            took["ours"].append(timed(database, chain, ours))
            took["bare"].append(timed(database, chain, bare))
        our, their = statistics.median(took["ours"]), statistics.median(took["bare"])
        print(f"{SEGMENTS} segments, {FIRMS} firms, {LINKS} links on {database.url.drivername}:"
              f" map and gaps {our:.0f} ms, bare SQL and networkx {their:.0f} ms,"
              f" {our / their:.2f} times the bare time")  # fmt: skip
        page(create(given, database, store), chain)
        print(f"database {Path(folder, 'lianji.db').stat().st_size // 2**20} MiB")


def page(app: Any, chain: Chain) -> None:
    """Print how long the page of that chain takes, through routing and templates."""
    client = TestClient(app, base_url="http://127.0.0.1")
    client.post("/login", data={"login": "manager1", "password": demo.PASSWORD})
    took = []
    for _ in range(ROUNDS):
        began = perf_counter()
        answer = client.get(f"/chains/{chain.slug}")
        took.append((perf_counter() - began) * 1000)
        answer.raise_for_status()
    print(f"page {statistics.median(took):.0f} ms, {len(answer.content) // 1024} KiB")


if __name__ == "__main__":
    main()
