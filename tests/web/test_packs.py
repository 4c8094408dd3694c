"""Packs: all reports of a quarter, linear in partners, resumable, and one bad one stops nobody."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import deadlines, funds, packs
from portfolio.commitments import Partner
from portfolio.kernel.actors import SYSTEM, Role
from portfolio.kernel.db import new_id
from portfolio.kernel.errors import DomainError
from portfolio.packs import ItemState
from tests.web.conftest import hidden_fields
from tests.web.lp_books import fill
from tests.web.test_report_editions import NOW, Q2, SMALL, books, locked, who
from valuation.periods import Quarter
from web import pack_worker
from web.reports import facts, packing, whole

__all__ = ["books", "who"]
TODAY = date(2026, 10, 9)


@contextmanager
def counted(database) -> Iterator[list[str]]:
    """Collect the statements that the reader runs."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        said.append(statement)

    sa.event.listen(database.reader, "before_cursor_execute", note)
    yield said
    sa.event.remove(database.reader, "before_cursor_execute", note)


def made(database, folder: Path) -> list[packing.Packed]:
    with database.reading() as work:
        return [one for one, _ in packing.pack(work, Q2, folder, "zh", today=TODAY)]


# ---- speed, counted in queries
def test_the_facts_of_a_report_ask_the_same_however_many_other_funds_there_are(
    database, who, store, books
) -> None:
    def asked() -> int:
        with counted(database) as said, database.reading() as work:
            facts.build(work, SYSTEM, fund_code="HT", quarter=Q2, partner_code="LP1")
        return len(said)

    alone = asked()
    for code in ("F1", "F2", "F3"):
        with database.writing(at=NOW) as work:
            fill(work, who, store, code=code, scale=SMALL)
    assert asked() == alone


@pytest.mark.usefixtures("who")
def test_another_partner_of_a_fund_asks_the_books_nothing_more(database, books) -> None:
    with database.reading() as work:
        partners = list(
            work.session.execute(
                sa.select(Partner).where(col(Partner.fund_id) == books.fund.id)
            ).scalars()
        )
        of = whole.read(work, SYSTEM, fund_code="HT", quarter=Q2)
        with counted(database) as said:
            reports = [facts.of_partner(of, partner) for partner in partners]
    assert len(reports) == 3
    assert not said


# ---- the folder
@pytest.mark.usefixtures("who", "books")
def test_a_pack_goes_on_where_it_stopped_and_leaves_alone_what_is_there(
    database, tmp_path: Path
) -> None:
    first = made(database, tmp_path)
    assert [one.partner for one in first] == ["LP1", "LP2", "GP"]
    gone = tmp_path / "HT-2026Q2-LP2.pdf"
    before = gone.read_bytes()
    gone.unlink()
    again = made(database, tmp_path)
    assert [one.was_there for one in again] == [True, False, True]
    assert gone.read_bytes() == before
    manifest = json.loads((tmp_path / "pack.json").read_text("utf-8"))
    assert set(manifest) == {f"HT/2026Q2/{code}/zh" for code in ("LP1", "LP2", "GP")}


@pytest.mark.usefixtures("who")
def test_a_partner_whose_report_cannot_be_made_is_named_and_the_others_go_on(
    database, books, tmp_path: Path
) -> None:
    with database.writing(at=NOW) as work:
        second = work.session.get_one(Partner, _partner_id(work, books.fund.id, "LP2"))
        second.name = "投资人 \U0001f600"  # a sign that no font of the product has
        work.add(second)
    found = {one.partner: one for one in made(database, tmp_path)}
    assert "could not be set" in found["LP2"].reason
    assert not found["LP1"].reason
    assert (tmp_path / "HT-2026Q2-GP.pdf").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.usefixtures("who", "books")
def test_a_fault_of_ours_in_one_report_is_logged_and_the_others_go_on(
    database, tmp_path: Path, monkeypatch, caplog
) -> None:
    whole_way = packing.write

    def failing(report, *rest):
        if report.partner.code == "LP2":
            raise ZeroDivisionError("no units")
        return whole_way(report, *rest)

    monkeypatch.setattr(packing, "write", failing)
    found = {one.partner: one for one in made(database, tmp_path)}
    assert found["LP2"].reason.startswith("ZeroDivisionError: no units.")
    assert not found["LP1"].reason
    assert not found["GP"].reason
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_a_pack_holds_the_issued_report_where_one_is_locked(
    database, who, books, tmp_path: Path
) -> None:
    locked(database, who, books)
    assert {one.number for one in made(database, tmp_path)} == {"HT-2026Q2-1"}


# ---- the click
@pytest.mark.usefixtures("books")
def test_a_click_makes_the_pack_and_shows_how_far_it_is(
    database, logged_in, application, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(pack_worker, "start", lambda _app: None)
    browser = logged_in(Role.FUND_MANAGER)
    page = browser.get("/reports?as_of=2026-10-09&quarter=2026Q2")
    sent = hidden_fields(page.text) | {"quarter": "2026Q2"}
    place = browser.post("/packs", data=sent).headers["location"]
    waiting = browser.get(place).text
    assert 'hx-trigger="every 2s"' in waiting
    assert "0 / 3" in waiting
    assert browser.post("/packs", data=sent).headers["location"] == place  # sent twice, made once
    assert pack_worker.run(database, pack_worker.folder_in(application)) == 3
    done = browser.get(place).text
    assert "3 / 3" in done
    assert "every 2s" not in done
    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"{place}/zip").content))
    assert "HT-2026Q2-LP1.pdf" in archive.namelist()
    assert len(archive.namelist()) == 12
    assert browser.get(f"/packs/{new_id()}").status_code == 404


@pytest.mark.usefixtures("who")
def test_what_a_dead_worker_had_taken_is_taken_again(database, books) -> None:
    with database.writing(at=NOW) as work:
        ids = packing.partner_ids(work, SYSTEM, Q2, today=TODAY)
        pack = packs.ask(work, SYSTEM, Q2, ids, lang="zh")
        taken = packs.take(work)
        assert taken is not None
    with database.writing(at=NOW + timedelta(minutes=1)) as work:
        others = [packs.take(work) for _ in ids]
    assert taken.id not in [one.id for one in others if one]
    with database.writing(at=NOW + timedelta(hours=1)) as work:
        again = packs.take(work)
        assert again is not None
        assert again.id == taken.id
        packs.finish(work, again.id, reason="no font")
        assert packs.find(work, SYSTEM, pack.id).count(ItemState.FAILED) == 1
        assert packs.again(work, SYSTEM, pack.id) == 1
    assert books.fund.code == "HT"


def test_a_pack_of_a_quarter_without_reports_is_refused(database) -> None:
    with database.writing(at=NOW) as work, pytest.raises(DomainError, match="No fund has a report"):
        packs.ask(work, SYSTEM, Quarter(2001, 1), [], lang="zh")


def _partner_id(work, fund_id: str, code: str) -> str:
    return facts.partner_of(work, SYSTEM, fund_id, code).id


# ---- deadlines
def test_a_report_is_due_later_the_more_storeys_of_funds_lie_below() -> None:
    """ILPA: 60 and 120 days for direct funds, 120 and 180 above them, 180 and 260 above those."""
    below = {"top": {"mother"}, "mother": {"sub", "other"}}
    storeys = [deadlines.storeys_of(below, fund) for fund in ("sub", "mother", "top")]
    assert storeys == [0, 1, 2]
    for quarter, days in ((Quarter(2026, 2), (60, 120, 180)), (Quarter(2026, 4), (120, 180, 260))):
        due = [deadlines.due_on(quarter, count) - quarter.end for count in storeys]
        assert [one.days for one in due] == list(days)


@pytest.mark.usefixtures("who")
def test_the_storeys_of_a_fund_are_read_from_who_holds_whom(database, books) -> None:
    with database.reading() as work:
        assert deadlines.storeys(work) == {}
        assert funds.find(work, SYSTEM, "HT").id == books.fund.id
