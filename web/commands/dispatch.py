"""Commands for a clock: seal the half month that is over, and tell the day what is due."""

import smtplib
from datetime import datetime
from email.message import EmailMessage
from typing import Annotated

import typer

from dealflow import dispatch
from portfolio.kernel import site as sites
from portfolio.kernel.actors import SYSTEM, Actor, Role
from portfolio.kernel.errors import DomainError
from web.cli import Json, app, current, reading, settings, show
from web.deps import business_day
from web.formats import Reader
from web.settings import Settings
from web.templating import translations
from web.views import calendar

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
    if send:
        post(settings(), subject=lines[0], text="\n".join(lines))
    facts = [
        {"on": one.at.on, "kind": one.at.kind.value, "text": one.at.text, "who": one.at.who}
        for _, owed in found.parts
        for one in owed
    ]
    show(facts, as_json=as_json, text=lambda: "\n".join(lines))


def post(settings: Settings, *, subject: str, text: str) -> None:
    """Send a mail; without a configured server nothing leaves the house."""
    if not settings.smtp or not settings.mail_to:
        raise DomainError(
            "No mail server is configured, so nothing was sent.",
            "Set LIANJI_SMTP (host:port), LIANJI_MAIL_FROM and LIANJI_MAIL_TO.",
        )
    message = EmailMessage()
    message["Subject"], message["From"] = subject, settings.mail_from or settings.mail_to
    message["To"] = settings.mail_to
    message.set_content(text)
    host, _, port = settings.smtp.partition(":")
    with smtplib.SMTP(host, int(port or 25), timeout=20) as server:
        server.send_message(message)
