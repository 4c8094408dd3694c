"""Everything owed stands on one calendar, in a digest, and in a feed that can be withdrawn."""

import re
from datetime import date, timedelta

import icalendar
import pytest
from starlette.testclient import TestClient

from dealflow import blockers, dispatch, frozen
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database
from portfolio.kernel.errors import DomainError
from tests.web.deals.town import Desk, Town
from valuation.periods import HalfMonth
from web.commands.dispatch import post
from web.settings import Settings


@pytest.fixture
def owed(database: Database, town: Town, officer: Actor) -> Town:
    """Something to do within three days."""
    with database.writing() as work:
        blockers.assign(
            work,
            officer,
            text="协调用电",
            unit_id=town.unit_id,
            raised_on=work.today(),
            due_on=work.today() + timedelta(days=3),
        )
    return town


def feed_of(office: Desk) -> str:
    made = office.send("/calendar/feeds")
    assert made.status_code == 200
    return re.findall(r"http://testserver(/calendar/feed/[\w-]+\.ics)", made.text)[0]


def test_what_is_owed_stands_on_the_calendar_and_in_the_digest(owed: Town, office: Desk) -> None:
    assert "协调用电" in office.see("/calendar")
    assert "协调用电" in office.see("/calendar", kind="action")
    assert "协调用电" not in office.see("/calendar", kind="handover")
    assert "协调用电" in office.see("/calendar/digest")


def test_the_feed_is_read_without_a_login_and_says_the_day(
    owed: Town, office: Desk, application
) -> None:
    stranger = TestClient(application, follow_redirects=False)
    answer = stranger.get(feed_of(office))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    entries = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    (entry,) = [one for one in entries if "协调用电" in one["SUMMARY"]]
    assert (entry["DTEND"].dt - entry["DTSTART"].dt) == timedelta(days=1)


def test_the_days_of_the_dispatch_stand_on_the_calendar_until_they_are_sealed(
    database: Database, owed: Town, office: Desk, officer: Actor, application
) -> None:
    with database.writing() as work:
        today = work.today()
        waiting = dispatch.to_seal(work, today)
        assert waiting
    coming = HalfMonth.containing(today)
    page = office.see("/calendar", kind="dispatch")
    assert f"{frozen.label(coming.end)} ({coming.start} – {coming.end})" in page
    feed = TestClient(application).get(feed_of(office)).content
    days = {
        entry["DTSTART"].dt
        for entry in icalendar.Calendar.from_ical(feed).walk("VEVENT")
        if "封存" in entry["SUMMARY"]
    }
    assert days >= {coming.end + timedelta(days=1), coming.next.end + timedelta(days=1)}
    assert all(day.day in {1, 16} for day in days)
    with database.writing() as work:
        dispatch.seal(work, officer, as_of=waiting)
    assert f"({HalfMonth.containing(waiting).start}" not in office.see("/calendar", kind="dispatch")


def test_a_withdrawn_feed_is_not_there(owed: Town, office: Desk, application) -> None:
    address = feed_of(office)
    revoke = re.findall(r'action="(/calendar/feeds/[^"]+/revoke)"', office.see("/calendar"))[0]
    assert office.send(revoke).status_code == 303
    stranger = TestClient(application, follow_redirects=False)
    assert stranger.get(address).status_code == 404
    assert stranger.get("/calendar/feed/guessed.ics").status_code == 404


def test_another_person_cannot_withdraw_it(owed: Town, office: Desk, gp: Desk) -> None:
    feed_of(office)
    revoke = re.findall(r'action="(/calendar/feeds/[^"]+/revoke)"', office.see("/calendar"))[0]
    assert gp.send(revoke).status_code == 404


def test_without_a_mail_server_nothing_is_sent(tmp_path) -> None:
    settings = Settings(database_url="sqlite://", folder=tmp_path)
    with pytest.raises(DomainError, match="No mail server is configured"):
        post(settings, day=date(2026, 10, 9), subject="x", text="y")


def test_the_organisation_and_the_stalled_lists_open(owed: Town, office: Desk) -> None:
    page = office.see("/organisation", by="leader")
    assert "临空办" in page
    assert "空天信息" in page
    assert "立项未开工" in office.see("/stalled")
