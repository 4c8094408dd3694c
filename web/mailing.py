"""Mailing: letters of the outbox handed to a mail server, and what the server said.

`LIANJI_SMTP` is host:port for a server in the house, or smtp://user:password@host:port (STARTTLS)
or smtps://… (TLS from the first byte). Nothing is sent without it.
"""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from portfolio.kernel.errors import DomainError
from portfolio.kernel.outbox import LetterState
from web.settings import Settings

TIMEOUT_SECONDS = 20
PORTS = {"": 25, "smtp": 587, "smtps": 465}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed in; `scheme` is empty for a plain server in the house."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""


# ---- rules
def server_of(text: str) -> Server:
    """Read LIANJI_SMTP."""
    scheme, there, _ = text.partition("://")
    parts = urlsplit(text if there else f"//{text}")
    scheme = scheme if there else ""
    try:
        port = parts.port
    except ValueError:
        port = 0
    if scheme not in PORTS or not parts.hostname or port == 0:
        raise DomainError(
            "LIANJI_SMTP names no mail server.",
            "Write host:port, smtp://user:password@host:port or smtps://user:password@host:port.",
        )
    return Server(
        scheme=scheme,
        host=parts.hostname,
        port=port or PORTS[scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def recipients_of(settings: Settings) -> list[str]:
    """Return who reads the digest; refused where nobody does, or nothing could be sent."""
    found = [one.strip() for one in settings.mail_to.replace(";", ",").split(",") if one.strip()]
    if not settings.smtp or not found:
        raise DomainError(
            "No mail server is configured, so nothing was sent.",
            "Set LIANJI_SMTP (host:port), LIANJI_MAIL_FROM and LIANJI_MAIL_TO.",
        )
    for one in (*found, settings.mail_from or found[0]):
        if "@" not in parseaddr(one)[1] or any(sign in one for sign in "\r\n"):
            raise DomainError(
                "“{address}” is no mail address.",
                "Correct LIANJI_MAIL_FROM or LIANJI_MAIL_TO.",
                address=one[:80],
            )
    return found


def message_of(letter: LetterState, sender: str) -> EmailMessage:
    """Return the mail: the same letter has the same identity however often it is tried."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = letter.subject, sender, letter.recipient
    message["Date"] = format_datetime(letter.written_at)
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{letter.letter_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply is wanted
    message.set_content(letter.text, charset="utf-8")
    message["Content-Language"] = "zh-CN"  # after the content, which resets such headers
    return message


# ---- commands
def send(
    server: Server,
    sender: str,
    letters: Sequence[LetterState],
    note: Callable[[LetterState, str], None],
) -> int:
    """Hand each letter in and note what became of it; return how many were not taken.

    note  called once a letter: with "" where the server took it, else with what was wrong
    """
    failed, connection, down = 0, None, ""
    for letter in letters:
        problem = down
        if not problem:
            try:
                connection = connection or _connect(server)
                connection.send_message(message_of(letter, sender))
            except smtplib.SMTPRecipientsRefused as error:
                code, said = next(iter(error.recipients.values()))
                problem = f"{letter.recipient}: {code} {_words(said)}"
            except smtplib.SMTPResponseException as error:
                problem = f"{server.host}: {error.smtp_code} {_words(error.smtp_error)}"
            except (OSError, smtplib.SMTPException) as error:
                # Nobody answers: the rest would only wait for the same silence.
                problem = down = f"{server.host}:{server.port}: {error}"
        note(letter, problem[:300])
        failed += bool(problem)
    if connection is not None:
        _quit(connection)
    return failed


def _connect(server: Server) -> smtplib.SMTP:
    if server.scheme == "smtps":
        context = ssl.create_default_context()
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    if server.scheme == "smtp":
        connection.starttls(context=ssl.create_default_context())
    if server.user:
        connection.login(server.user, server.password)
    return connection


def _quit(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()  # it took the letters; how it says goodbye changes nothing


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
