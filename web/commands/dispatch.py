"""Commands for a clock: seal the half month that is over, and tell the day what is due."""

from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from dealflow import dispatch
from portfolio.kernel import outbox
from portfolio.kernel import site as sites
from portfolio.kernel.actors import SYSTEM, Actor, Role
from portfolio.kernel.errors import DomainError
from portfolio.kernel.outbox import LetterState
from web import mailing
from web.cli import Json, app, current, reading, settings, show
from web.deps import business_day
from web.formats import Reader
from web.settings import Settings
from web.templating import translations
from web.views import calendar

DAYS_TRIED = 14  # an older digest says nothing that is still news
OFFICE = Actor(id=SYSTEM.id, name=SYSTEM.name, role=Role.INVESTMENT_OFFICE)


@app.command()
def seal(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The half month's last day; the last one over."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Seal the half month that is over: for a clock on the 1st and the 16th."""
    with current() as (database, _), database.writing() as work:
        work.business_date = business_day(sites.read(work))
        end = as_of.date() if as_of else dispatch.to_seal(work, work.business_date)
        if end is None:
            raise DomainError(
                "All half months that are over are sealed.",
                "The next one can be sealed once it ends.",
            )
        done = dispatch.seal(work, OFFICE, as_of=end)
    facts = {"seq": done.seq, "label": done.label, "as_of": done.as_of, "sha256": done.sha256}
    show(facts, as_json=as_json, text=lambda: f"{done.label} {done.as_of} {done.sha256}")


@app.command()
def digest(
    send: Annotated[bool, typer.Option("--send", help="Mail it; needs LIANJI_SMTP.")] = False,
    as_json: Json = False,
) -> None:
    """Print what today brings, or mail it where a mail server is configured."""
    with reading() as work:
        site = sites.read(work)
        found = calendar.digest(work, SYSTEM, business_day(site), with_demo=site.show_demo)
    reader = Reader(lang="zh", translate=translations("zh").ugettext)
    lines = [f"{site.brand} {site.district} {found.today}"]
    for title, owed in found.parts:
        lines.append(f"{reader.say(title)} {len(owed)}")
        lines += [
            f"  {one.at.on}  {reader.say(one.kind)}  {one.at.text}  {one.at.who}" for one in owed
        ]
    facts = [
        {"on": one.at.on, "kind": one.at.kind.value, "text": one.at.text, "who": one.at.who}
        for _, owed in found.parts
        for one in owed
    ]
    show(facts, as_json=as_json, text=lambda: "\n".join(lines))
    if send:
        post(settings(), day=found.today, subject=lines[0], text="\n".join(lines))


def post(settings: Settings, *, day: date, subject: str, text: str) -> None:
    """Put the day's digest into the outbox, then hand in all that waits there.

    Each attempt is a unit of its own: what one server refused stays for the next run, and what was
    taken is never sent again.
    """
    recipients = mailing.recipients_of(settings)
    server = mailing.server_of(settings.smtp)
    with current() as (database, _):
        with database.writing() as work:
            outbox.write(work, recipients, day=day, subject=subject, text=text)
            waiting = [
                one
                for one in outbox.letters(work, day - timedelta(days=DAYS_TRIED))
                if not one.is_sent
            ]
        problems: list[str] = []

        def note(letter: LetterState, problem: str) -> None:
            with database.writing() as work:
                outbox.note(work, letter.letter_id, problem=problem)
            problems.extend([problem] if problem else [])

        failed = mailing.send(server, settings.mail_from or recipients[0], waiting, note)
    if failed:
        raise DomainError(
            "{count} of {all} letters were not taken: {why}",
            "They stay in the outbox; the next `lianji digest --send` tries again.",
            count=failed,
            all=len(waiting),
            why="; ".join(dict.fromkeys(problems)),
        )
