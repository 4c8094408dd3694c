"""The calendar feed: what is owed as iCalendar (RFC 5545), one all-day entry a due date."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import icalendar

from dealflow.due_dates import Due
from web.formats import Reader
from web.views.calendar import KINDS

ICS_TYPE = "text/calendar; charset=utf-8"
A_DAY = timedelta(days=1)


def as_ics(owed: Sequence[Due], reader: Reader, *, name: str, host: str, at: datetime) -> bytes:
    """Return the entries; the same thing owed keeps its uid, so that a calendar updates it."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Lianji//due dates//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for one in owed:
        entry = icalendar.Event()
        entry.add("uid", f"{one.kind}-{one.subject_id}@{host}")
        entry.add("dtstamp", at.astimezone(UTC))
        entry.add("dtstart", one.on)
        entry.add("dtend", one.on + A_DAY)
        entry.add("summary", f"{reader.say(KINDS[one.kind])}: {one.text}")
        if one.who:
            entry.add("description", one.who)
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    made: bytes = calendar.to_ical()
    return made
