"""The digest of the day leaves the house by mail, and none is lost when the server says no."""

import socket
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest

from dealflow import agreements, observations, units
from dealflow.agreements import AgreementKind
from dealflow.terms import Metric
from dealflow.units import UnitKind
from portfolio.kernel import outbox, site
from portfolio.kernel.actors import Role
from portfolio.kernel.errors import DomainError
from portfolio.kernel.outbox import LetterState
from tests.dealflow.district import District
from tests.web.conftest import LogIn
from tests.web.mail_server import MailServer, mail_server
from tests.web.test_commands import Run, lianji  # noqa: F401 - the fixture by its name
from web import mailing
from web.settings import Settings

TODAY = date(2026, 10, 9)


@pytest.fixture
def office(database, admin, officer, second_officer, store, monkeypatch) -> MailServer:
    """A district with one condition due in five days, and a mail server on loopback."""
    with database.writing(at=datetime(2026, 10, 9, 2, tzinfo=UTC)) as work:
        site.change(work, admin, brand="链基", district="某区", today=TODAY.isoformat())
        units.add_system(work, officer, code="making", name="制造", order=0)
        unit = units.add(work, officer, code="U1", name="单位一", kind=UnitKind.OTHER)
        file = store.keep(work, officer, name="证明.pdf", content=b"%PDF-1.7 evidence")
        district = District(work, officer, second_officer, file.id, {"U1": unit.id})
        project = district.project("甲项目")
        paper = agreements.sign(
            work,
            officer,
            project_id=project.id,
            kind=AgreementKind.FRAMEWORK,
            title="框架协议",
            signed_on=date(2026, 1, 5),
        )
        observations.agree(
            work,
            officer,
            agreement_id=paper.id,
            metric=Metric.HEADCOUNT,
            name="在册员工不少于60人",
            threshold=60_000,
            due_on=date(2026, 10, 14),
        )
    with mail_server() as server:
        monkeypatch.setenv("LIANJI_SMTP", server.address)
        monkeypatch.setenv("LIANJI_MAIL_FROM", "链基 <lianji@example.org>")
        monkeypatch.setenv("LIANJI_MAIL_TO", "office@example.org, leader@example.org")
        yield server


def waiting(database) -> list[LetterState]:
    with database.reading() as work:
        return outbox.letters(work, date(2026, 1, 1))


def body(letter: EmailMessage) -> str:
    return str(letter.get_content())


# ---- sent
def test_the_digest_arrives_in_chinese_with_its_headers(office: MailServer, lianji: Run) -> None:  # noqa: F811
    assert lianji("digest", "--send").code == 0
    assert [recipient for recipient, _ in office.taken] == [
        "leader@example.org",
        "office@example.org",
    ]
    _, letter = office.taken[0]
    assert letter["Subject"] == "链基 某区 2026-10-09"
    assert letter["From"] == "链基 <lianji@example.org>"
    assert letter["To"] == "leader@example.org"
    assert letter["Date"].datetime.tzinfo is not None
    assert letter["Message-ID"].endswith("@example.org>")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "zh-CN"
    assert letter.get_content_charset() == "utf-8"
    for words in ("7 日内到期 2", "2026-10-14", "落地条件", "甲项目 · C1 在册员工不少于60人"):
        assert words in body(letter)


def test_a_day_is_mailed_once(office: MailServer, lianji: Run) -> None:  # noqa: F811
    lianji("digest", "--send")
    assert lianji("digest", "--send").code == 0
    assert len(office.taken) == 2


# ---- not sent
def test_a_refused_letter_says_why_stays_and_is_sent_by_the_next_run(
    office: MailServer,
    lianji: Run,  # noqa: F811
    database,
) -> None:
    office.refuses["leader@example.org"] = "550 no such mailbox"
    answer = lianji("digest", "--send")
    assert answer.code == 2
    assert "1 of 2 letters were not taken: leader@example.org: 550 no such mailbox" in answer.out
    assert "next `lianji digest --send` tries again" in answer.out
    assert [(one.is_sent, one.attempts, one.last_problem) for one in waiting(database)] == [
        (False, 1, "leader@example.org: 550 no such mailbox"),
        (True, 1, ""),
    ]
    office.refuses.clear()
    assert lianji("digest", "--send").code == 0
    assert [recipient for recipient, _ in office.taken] == [
        "office@example.org",
        "leader@example.org",
    ]
    assert all(one.is_sent for one in waiting(database))


def test_a_letter_refused_after_its_content_is_not_lost(
    office: MailServer,
    lianji: Run,  # noqa: F811
    database,
) -> None:
    office.after_data = "452 disk full"
    answer = lianji("digest", "--send")
    assert "2 of 2 letters were not taken: 127.0.0.1: 452 disk full" in answer.out
    first = [one.letter_id for one in waiting(database)]
    office.after_data = "250 OK"
    assert lianji("digest", "--send").code == 0
    identities = {letter["Message-ID"] for _, letter in office.taken}
    assert identities == {f"<{letter_id}@example.org>" for letter_id in first}


def test_a_silent_server_is_named_and_the_digest_waits(
    office: MailServer,
    lianji: Run,  # noqa: F811
    database,
    monkeypatch,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("LIANJI_SMTP", nobody)
    answer = lianji("digest", "--send")
    assert answer.code == 2
    assert f"2 of 2 letters were not taken: {nobody}" in answer.out
    assert [one.attempts for one in waiting(database)] == [1, 1]
    monkeypatch.setenv("LIANJI_SMTP", office.address)
    assert lianji("digest", "--send").code == 0
    assert len(office.taken) == 2


def test_the_page_of_the_digest_says_what_waits_and_why(
    office: MailServer,
    lianji: Run,  # noqa: F811
    logged_in: LogIn,
) -> None:
    office.refuses["leader@example.org"] = "550 no such mailbox"
    lianji("digest", "--send")
    page = logged_in(Role.INVESTMENT_OFFICE).get("/calendar/digest?lang=en").text
    assert "Mailed in the last 7 days" in page
    assert "was not taken by the mail server after 1 attempts: leader@example.org: 550" in page


def test_without_a_server_nothing_is_written_or_sent(
    office: MailServer,
    lianji: Run,  # noqa: F811
    database,
    monkeypatch,
) -> None:
    monkeypatch.setenv("LIANJI_SMTP", "")
    answer = lianji("digest", "--send")
    assert answer.code == 2
    assert "No mail server is configured" in answer.out
    assert waiting(database) == []


# ---- settings
@pytest.mark.parametrize(
    ("text", "scheme", "port", "user"),
    [
        ("mail.example.org", "", 25, ""),
        ("mail.example.org:2525", "", 2525, ""),
        ("smtp://u%40x:p@mail.example.org", "smtp", 587, "u@x"),
        ("smtps://u:p@mail.example.org", "smtps", 465, "u"),
    ],
)
def test_a_mail_server_is_named_with_or_without_tls(
    text: str, scheme: str, port: int, user: str
) -> None:
    at = mailing.server_of(text)
    assert (at.scheme, at.host, at.port, at.user) == (scheme, "mail.example.org", port, user)


@pytest.mark.parametrize("text", [":25", "http://mail.example.org", "mail:port"])
def test_what_names_no_mail_server_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match="names no mail server"):
        mailing.server_of(text)


@pytest.mark.parametrize("address", ["office", "office@example.org\r\nBcc: x@example.org"])
def test_what_is_no_mail_address_is_refused(address: str, tmp_path) -> None:
    given = Settings(database_url="", folder=tmp_path, smtp="h:25", mail_to=address)
    with pytest.raises(DomainError, match="is no mail address"):
        mailing.recipients_of(given)
