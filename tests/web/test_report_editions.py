"""Editions: who prepares, who locks, what is kept, what a reissue says, and who may read it."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from dealflow import dispatch, quarter_close
from portfolio import editions, expenses, issued, prose
from portfolio.accounts import Line
from portfolio.editions import ReportEdition, State
from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.audit import AuditLine
from portfolio.kernel.errors import DomainError, StaleError
from portfolio.prose import Section
from tests.web.lp_books import LpBooks, People, fill
from valuation.periods import Quarter
from web.reports import difference, facts, files, issue, places
from web.reports.files import Kind
from web.reports.report import LpReport

NOW = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
Q2 = Quarter(2026, 2)
PAGE = "/reports/HT/2026Q2/LP1"
SMALL = 100_000_00
TELL = """
import hashlib, sys
from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.db import Database
from valuation.periods import Quarter
from web.reports import files, issue
with Database(sys.argv[1]).reading() as work:
    report = issue.told(
        work, SYSTEM, fund_code="HT", quarter=Quarter(2026, 2), partner_code="LP1"
    )
for kind in files.Kind:
    print(hashlib.sha256(files.make(report, kind, "zh").content).hexdigest())
"""


@pytest.fixture
def who(manager, second_manager, officer, second_officer) -> People:
    return People(
        manager=manager,
        second_manager=second_manager,
        officer=officer,
        second_officer=second_officer,
    )


@pytest.fixture
def books(database, who, store) -> LpBooks:
    """Books of a fund, closed to the middle of 2026."""
    with database.writing(at=NOW) as work:
        made = fill(work, who, store, scale=SMALL)
        dispatch.seal(work, who.officer, as_of=Q2.end)
        quarter_close.close(work, who.second_manager, made.fund.id, Q2)
    return made


def begun(database, who: People, books: LpBooks, reason: str = "", at: datetime = NOW) -> str:
    with database.writing(at=at) as work:
        edition = issue.begin(work, who.manager, fund_id=books.fund.id, quarter=Q2, reason=reason)
    return edition.id


def locked(database, who: People, books: LpBooks, *, reason: str = "", at: datetime = NOW) -> str:
    edition_id = begun(database, who, books, reason, at)
    with database.writing(at=at) as work:
        editions.submit(work, who.manager, edition_id)
    with database.writing(at=at) as work:
        issue.lock(work, who.second_manager, edition_id)
    return edition_id


def told(database, partner: str = "LP1", number: int = 0, actor=SYSTEM) -> LpReport:
    with database.reading() as work:
        return issue.told(
            work, actor, fund_code="HT", quarter=Q2, partner_code=partner, number=number
        )


def write(database, who: People, edition_id: str, text: str, version: int = 0) -> None:
    with database.writing(at=NOW) as work:
        prose.write(
            work,
            who.manager,
            edition_id,
            Section.LETTER,
            text=text,
            text_en="",
            version=version,
            places=places.PLACES,
        )


def correct(database, who: People, books: LpBooks) -> None:
    """Book a legal bill into the closed quarter."""
    with database.writing(at=NOW + timedelta(hours=1)) as work:
        expenses.book(
            work,
            who.manager,
            fund_id=books.fund.id,
            line=Line.LEGAL,
            amount_fen=1_234_56,
            effective_date=date(2026, 6, 20),
            correction_reason="律师函漏记",
        )


# ---- the flow
def test_a_report_goes_from_draft_over_review_to_lock_by_two_persons(database, who, books) -> None:
    edition_id = begun(database, who, books)
    with database.writing(at=NOW) as work:
        with pytest.raises(DomainError, match="not “In review”"):
            issue.lock(work, who.second_manager, edition_id)
        with pytest.raises(DomainError, match="Only the one who prepared"):
            editions.submit(work, who.second_manager, edition_id)
        editions.submit(work, who.manager, edition_id)
        with pytest.raises(DomainError, match="does not review it"):
            issue.lock(work, who.manager, edition_id)
        issue.lock(work, who.second_manager, edition_id)
        assert editions.state_of(work, edition_id) is State.LOCKED
    assert told(database).issue.number == "HT-2026Q2-1"


def test_whoever_wrote_in_it_does_not_review_it_either(database, who, books) -> None:
    edition_id = begun(database, who, books)
    with database.writing(at=NOW) as work:
        prose.write(
            work,
            who.second_manager,
            edition_id,
            Section.NOTES,
            text="无其他事项。",
            text_en="",
            version=0,
            places=(),
        )
        editions.submit(work, who.manager, edition_id)
        with pytest.raises(DomainError, match="prepared or wrote"):
            issue.lock(work, who.second_manager, edition_id)


def test_the_database_too_refuses_a_preparer_who_locks(database, who, books) -> None:
    edition_id = locked(database, who, books)
    with database.writing(at=NOW) as work:
        row = work.session.get_one(ReportEdition, edition_id)
        with pytest.raises(sa.exc.DatabaseError):
            work.add(
                editions.ReportLock(
                    edition_id=edition_id,
                    prepared_by=row.prepared_by,
                    locked_by=row.prepared_by,
                    known_seq=1,
                    known_at=NOW,
                    audit_seq=1,
                    audit_mac="",
                )
            )


def test_a_report_goes_back_with_a_note_and_can_then_be_written_again(database, who, books) -> None:
    edition_id = begun(database, who, books)
    with database.writing(at=NOW) as work:
        editions.submit(work, who.manager, edition_id)
        with pytest.raises(DomainError, match="only with a note"):
            editions.give_back(work, who.second_manager, edition_id, note=" ")
        editions.give_back(work, who.second_manager, edition_id, note="请补充落地说明")
        assert editions.state_of(work, edition_id) is State.DRAFT


def test_an_open_quarter_has_no_locked_report(database, who, store) -> None:
    with database.writing(at=NOW) as work:
        books = fill(work, who, store, scale=SMALL)
    edition_id = begun(database, who, books)
    with database.writing(at=NOW) as work:
        editions.submit(work, who.manager, edition_id)
        with pytest.raises(DomainError, match="books of 2026Q2 are not closed"):
            issue.lock(work, who.second_manager, edition_id)


def test_a_promise_in_the_prose_stands_in_the_way_of_the_lock(database, who, books) -> None:
    edition_id = begun(database, who, books)
    write(database, who, edition_id, "本基金预期收益可观。")
    with database.writing(at=NOW) as work:
        editions.submit(work, who.manager, edition_id)
        with pytest.raises(issue.NotLockableError, match="forbidden words"):
            issue.lock(work, who.second_manager, edition_id)


# ---- prose
def test_a_place_in_the_prose_is_filled_for_each_partner_from_its_own_facts(
    database, who, books
) -> None:
    edition_id = begun(database, who, books)
    write(database, who, edition_id, "{partner} 未缴 {own_unfunded}，基金净值 {nav}。")
    with database.writing(at=NOW) as work:
        editions.submit(work, who.manager, edition_id)
    with database.writing(at=NOW) as work:
        issue.lock(work, who.second_manager, edition_id)
    report = told(database)
    words = report.prose[0].words
    assert words.values["own_unfunded"].fen == report.now.partner.amounts.unfunded_fen
    assert words.values["nav"].fen == report.now.fund.amounts.nav_fen
    assert "渝北国资" not in report.canonical


def test_prose_keeps_its_versions_and_never_overwrites_a_colleague(database, who, books) -> None:
    edition_id = begun(database, who, books)
    write(database, who, edition_id, "第一稿")
    write(database, who, edition_id, "修订稿", version=1)
    with pytest.raises(StaleError):
        write(database, who, edition_id, "迟到的稿", version=1)
    with database.reading() as work:
        found = prose.versions(work, edition_id, Section.LETTER)
    assert [one.text for one in found] == ["修订稿", "第一稿"]


# ---- what is kept
def test_a_locked_report_is_read_back_as_it_was_and_anchored_in_the_audit_trail(
    database, who, books
) -> None:
    edition_id = locked(database, who, books)
    with database.reading() as work:
        _, lock, kept = issued.find(
            work,
            SYSTEM,
            fund_id=books.fund.id,
            quarter=Q2,
            partner_id=_partner(work, books, "LP1"),
        )
        line = work.session.execute(
            sa.select(AuditLine).where(col(AuditLine.seq) == lock.audit_seq)
        ).scalar_one()
    assert (line.action, line.subject_id, line.mac) == ("report:lock", edition_id, lock.audit_mac)
    assert json.loads(line.after or "")["sha256"][kept.partner_id] == kept.sha256
    assert LpReport.read(kept.facts).canonical == kept.facts
    assert hashlib.sha256(kept.facts.encode()).hexdigest() == kept.sha256


def test_a_correction_leaves_the_locked_report_and_the_next_one_tells_it(
    database, who, books
) -> None:
    locked(database, who, books)
    before = told(database).canonical
    correct(database, who, books)
    assert told(database).canonical == before
    with database.reading() as work:
        following = facts.build(work, SYSTEM, fund_code="HT", quarter=Q2.next, partner_code="LP1")
    late = following.late[0]
    assert (late.effective_date, late.fund_fen) == (date(2026, 6, 20), -1_234_56)
    assert late.partner_fen == following.row(39).partner.itd_fen


def test_facts_that_somebody_changed_in_the_database_are_not_shown(
    database, who, books, monkeypatch
) -> None:
    locked(database, who, books)
    real = hashlib.sha256
    monkeypatch.setattr(issued.hashlib, "sha256", lambda text: real(text + b" "))
    with pytest.raises(DomainError, match="their hash differs"):
        told(database)


@pytest.mark.parametrize(("zone", "seed"), [("America/New_York", "7"), ("Asia/Tokyo", "991")])
def test_every_file_is_the_same_to_the_byte_in_another_process_and_time_zone(
    database, who, books, zone: str, seed: str
) -> None:
    locked(database, who, books)
    report = told(database)
    here = [hashlib.sha256(files.make(report, kind, "zh").content).hexdigest() for kind in Kind]
    there = subprocess.run(
        [sys.executable, "-c", TELL, database.url.render_as_string(hide_password=False)],
        env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.split() == here


# ---- reissue
def test_a_reissue_needs_its_reason_and_tells_every_line_that_differs(database, who, books) -> None:
    locked(database, who, books)
    with pytest.raises(DomainError, match="only with a reason"):
        begun(database, who, books)
    correct(database, who, books)
    locked(database, who, books, reason="律师费漏记", at=LATER)
    report = told(database)
    assert (report.issue.edition, report.issue.reason) == (2, "律师费漏记")
    by_line = {
        (str(one.item), str(one.column)): (one.old, one.new, difference.delta(one))
        for one in report.changes
    }
    name = "39 Third-party legal, regulatory and compliance"
    assert by_line[name, "Fund QTD"] == (0, -1_234_56, -1_234_56)
    assert all(one.old != one.new for one in report.changes)
    assert told(database, number=1).changes == ()
    assert difference.changes(told(database, number=1), report) == report.changes


def test_two_open_editions_of_one_report_are_refused(database, who, books) -> None:
    begun(database, who, books)
    with pytest.raises(DomainError, match="still open"):
        begun(database, who, books, "nochmals")


def _partner(work, books: LpBooks, code: str) -> str:
    return facts.partner_of(work, SYSTEM, books.fund.id, code).id
