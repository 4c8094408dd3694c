"""Base line of reports: `.venv/bin/python tests/bench/reports.py`.

Prints what a PDF costs from facts beside the bare Typst compile of the same document (the ratio the
issue bounds by 1.5), and what one partner more costs in a pack. SQLite, one process.
"""

import json
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import sqlalchemy as sa
from sqlmodel import col

from migrations import upgrade
from portfolio.commitments import Partner
from portfolio.kernel.actors import SYSTEM
from valuation.periods import Quarter
from web import demo, settings
from web.reports import facts, pdf, whole, workbook
from web.reports.document import write

ROUNDS = 9
QUARTER = Quarter(2026, 2)


def main() -> None:
    """Load the demo once, then time each step."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIANJI_DATA"] = folder
        os.environ.pop("LIANJI_DATABASE_URL", None)
        database, store = settings.read().open()
        upgrade.to_newest(database)
        demo.load(database, store)
        with database.reading() as work:
            of = whole.read(work, SYSTEM, fund_code="HT", quarter=QUARTER)
            partners = list(
                work.session.execute(
                    sa.select(Partner).where(col(Partner.fund_id) == of.fund.id)
                ).scalars()
            )
            report = facts.of_partner(of, partners[0])
            inputs = {"data": json.dumps(pdf.data(write(report, "zh")), ensure_ascii=False)}
            from_facts = timed("PDF from facts", lambda: pdf.render(report, "zh"))
            bare = timed("bare Typst compile", lambda: pdf.compiled(inputs, report.as_of))
            print(f"{'ratio':24} {from_facts / bare:9.2f}")
            timed("XLSX from facts", lambda: workbook.render(report, "zh"))
            timed(
                "fund's side of a pack",
                lambda: whole.read(work, SYSTEM, fund_code="HT", quarter=QUARTER),
            )
            timed("one partner more", lambda: facts.of_partner(of, partners[1]))
        print(f"{'partners of the fund':24} {len(partners):9}")
        print(f"{'database':24} {Path(folder, 'lianji.db').stat().st_size // 1024:9} KiB")


def timed(name: str, make: Callable[[], object]) -> float:
    """Print and return the median in milliseconds."""
    make()
    took = []
    for _ in range(ROUNDS):
        began = perf_counter()
        make()
        took.append((perf_counter() - began) * 1000)
    median = statistics.median(took)
    print(f"{name:24} {median:9.1f} ms")
    return median


if __name__ == "__main__":
    main()
