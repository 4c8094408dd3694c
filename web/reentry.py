"""Re-entry: before what matters most, a person shows once more that it is he (THREATS.md L8)."""

from datetime import timedelta

from starlette.requests import Request

from portfolio.kernel.actors import Account, LoginSession
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from web.routes import login

FRESH = timedelta(minutes=10)


def must_have_been_fresh(request: Request, work: Work) -> None:
    """Refuse a file that is only handed out within ten minutes of the password."""
    if work.recorded_at - request.state.login.password_at > FRESH:
        raise DomainError(
            "You typed your password more than ten minutes ago.",
            "Ask for the file again on the export page.",
        )


def must_be_fresh(request: Request, work: Work, password: str) -> None:
    """Refuse unless the password was typed within ten minutes, now included."""
    session = work.session.get_one(LoginSession, request.state.login.session_id)
    if work.recorded_at - session.password_at <= FRESH:
        return
    account = work.session.get_one(Account, session.account_id)
    if not login.HASHER.verify(password[:1024], account.password_hash):
        raise DomainError(
            "You typed your password more than ten minutes ago.",
            "Type your own password in the form and send it again.",
        )
    session.password_at = work.recorded_at
    work.add(session)
