"""Actors: who is at the desk, what his role may do, and the sessions that say so.

Every command asks `actor.must(Duty...)` first. A role is data of the account and is read anew on
each request, so a change acts at once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotAllowedError, NotFoundError, StaleError


# ---- facts
class Role(StrEnum):
    """The five roles of THREATS.md A3."""

    FUND_MANAGER = "fund_manager"
    INVESTMENT_OFFICE = "investment_office"
    LP = "lp"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Duty(StrEnum):
    """What a person may be trusted with. A command names exactly one."""

    READ_FIGURES = "read_figures"
    READ_DEALFLOW = "read_dealflow"
    EDIT_DEALS = "edit_deals"
    VERIFY_EVIDENCE = "verify_evidence"
    WAIVE_CONDITIONS = "waive_conditions"
    SEAL_HALF_MONTHS = "seal_half_months"
    IMPORT_SHEETS = "import_sheets"
    EDIT_FUNDS = "edit_funds"
    CALL_CAPITAL = "call_capital"
    PAY_TRANCHES = "pay_tranches"
    DISTRIBUTE = "distribute"
    PREPARE_MARKS = "prepare_marks"
    APPROVE_MARKS = "approve_marks"
    CLOSE_PERIODS = "close_periods"
    READ_REPORTS = "read_reports"
    PREPARE_REPORTS = "prepare_reports"
    LOCK_REPORTS = "lock_reports"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"


D = Duty
DUTIES: dict[Role, frozenset[Duty]] = {
    Role.FUND_MANAGER: frozenset(D)
    - {D.VERIFY_EVIDENCE, D.SEAL_HALF_MONTHS, D.READ_AUDIT, D.MANAGE_ACCOUNTS},
    Role.INVESTMENT_OFFICE: frozenset(
        {
            D.READ_FIGURES,
            D.READ_DEALFLOW,
            D.EDIT_DEALS,
            D.VERIFY_EVIDENCE,
            D.WAIVE_CONDITIONS,
            D.SEAL_HALF_MONTHS,
            D.IMPORT_SHEETS,
        }
    ),
    Role.LP: frozenset({D.READ_REPORTS}),
    Role.AUDITOR: frozenset({D.READ_FIGURES, D.READ_DEALFLOW, D.READ_REPORTS, D.READ_AUDIT}),
    Role.ADMIN: frozenset({D.MANAGE_ACCOUNTS, D.READ_AUDIT}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person behind a command, as the database knew him when the request began."""

    id: str
    name: str
    role: Role
    organisation_id: str | None = None  # the investor an LP user speaks for
    unit_id: str | None = None

    def may(self, duty: Duty) -> bool:
        """Say whether the role carries the duty."""
        return duty in DUTIES[self.role]

    def must(self, duty: Duty) -> None:
        """Refuse unless the role carries the duty."""
        if not self.may(duty):
            raise NotAllowedError(
                "Your role may not do this ({duty}).",
                "Ask a colleague whose role includes it, or ask the administrator.",
                duty=duty.value,
            )


SYSTEM = Actor(id="00000000-0000-7000-8000-000000000000", name="system", role=Role.FUND_MANAGER)


# ---- rules
SESSION_IDLE = timedelta(minutes=30)
SESSION_LIFE = timedelta(hours=12)
TRIES_PER_LOGIN, TRIES_PER_ADDRESS, TRIES_WINDOW = 10, 20, timedelta(hours=1)
PASSWORD_LEAST = 8
COMMON_PASSWORDS = frozenset(
    [
        "password",
        "password1",
        "12345678",
        "123456789",
        "1234567890",
        "qwertyui",
        "qwerty123",
        "11111111",
        "88888888",
        "00000000",
        "abcd1234",
        "a1234567",
        "1qaz2wsx",
        "iloveyou",
        "admin123",
        "lianji123",
        "yubei123",
    ]
)


def check_password(password: str, *, context: tuple[str, ...] = ()) -> None:
    """Refuse a password that is short, common, or made of the person's own words (NIST 800-63B)."""
    low = password.lower()
    if len(password) < PASSWORD_LEAST:
        raise DomainError(
            "The password has {length} characters.",
            "Choose at least {least}; fifteen or more, such as four unrelated words, is better.",
            length=len(password),
            least=PASSWORD_LEAST,
        )
    if low in COMMON_PASSWORDS or any(word and word.lower() in low for word in context):
        raise DomainError(
            "The password is a common one or contains your own name.",
            "Choose words that nobody would try first.",
        )


def token_digest(token: str) -> str:
    """Return what is stored of a session token: reading the table opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()


# ---- rows
class Account(Row, table=True):
    """A person who may log in. No password is kept, only its Argon2id hash."""

    __tablename__ = "account"
    __table_args__ = strict(
        sa.UniqueConstraint("login"), sa.CheckConstraint("version > 0", name="version_positive")
    )

    login: str
    name: str
    role: str = Field(sa_type=one_of(*Role))
    organisation_id: str | None = Field(default=None, sa_type=Id, index=True)
    unit_id: str | None = Field(default=None, sa_type=Id)
    password_hash: str
    is_active: bool = True
    is_demo: bool = False
    version: int = 1
    created_at: datetime = Field(sa_type=Instant)


class LoginSession(Row, table=True):
    """An open login. It lives here and not in the cookie, so ending it acts on the next request."""

    __tablename__ = "login_session"
    __table_args__ = strict(sa.UniqueConstraint("token_sha256"))

    account_id: str = Field(foreign_key="account.id", sa_type=Id, index=True)
    token_sha256: str
    csrf: str
    began_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    password_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ip: str
    agent: str


class LoginTry(Row, table=True):
    """A failed try to log in; counted per account and per address."""

    __tablename__ = "login_try"
    __table_args__ = strict(sa.Index("ix_login_try_login_at", "login", "at"))

    login: str
    ip: str = Field(index=True)
    at: datetime = Field(sa_type=Instant)


# ---- commands
def actor_of(account: Account) -> Actor:
    """Return the actor an account stands for."""
    return Actor(
        id=account.id,
        name=account.name,
        role=Role(account.role),
        organisation_id=account.organisation_id,
        unit_id=account.unit_id,
    )


def create_account(
    work: Work,
    actor: Actor,
    *,
    login: str,
    name: str,
    role: Role,
    password_hash: str,
    organisation_id: str | None = None,
    unit_id: str | None = None,
    is_demo: bool = False,
) -> Account:
    """Open an account. An LP user must speak for an investor, others must not."""
    actor.must(Duty.MANAGE_ACCOUNTS)
    if (role is Role.LP) != (organisation_id is not None):
        raise DomainError(
            "An LP account speaks for exactly one investor; other accounts for none.",
            "Choose the investor for an LP account, or leave it empty for another role.",
        )
    if work.scalar(sa.select(col(Account.id)).where(col(Account.login) == login)):
        raise DomainError(
            "The login name {login} is taken.", "Choose another login name.", login=login
        )
    account = work.add(
        Account(
            login=login,
            name=name,
            role=role.value,
            organisation_id=organisation_id,
            unit_id=unit_id,
            password_hash=password_hash,
            is_demo=is_demo,
            created_at=work.recorded_at,
        )
    )
    after = {"login": login, "name": name, "role": role.value}
    audit.write(work, actor, "account:create", "account", account.id, after=after)
    return account


def change_account(
    work: Work, actor: Actor, account_id: str, *, version: int, role: Role, is_active: bool
) -> Account:
    """Change role or state; all sessions of the account end, so that it acts at once."""
    actor.must(Duty.MANAGE_ACCOUNTS)
    account = work.session.get(Account, account_id)
    if account is None:
        raise NotFoundError
    before = {"role": account.role, "is_active": account.is_active, "version": account.version}
    after = {"role": role.value, "is_active": is_active, "version": version}
    if account.version != version:
        raise StaleError(mine=after, theirs=before)
    if actor.id == account_id and (role is not Role.ADMIN or not is_active):
        raise DomainError(
            "An administrator cannot take the office from himself.",
            "Ask another administrator to do it.",
        )
    if (role is Role.LP) != (account.organisation_id is not None):
        raise DomainError(
            "An LP account speaks for exactly one investor; other accounts for none.",
            "Open a new account for the other role.",
        )
    account.role, account.is_active, account.version = role.value, is_active, version + 1
    work.add(account)
    end_sessions(work, account_id)
    audit.write(work, actor, "account:change", "account", account_id, before=before, after=after)
    return account


def reset_password(work: Work, actor: Actor, account_id: str, *, password_hash: str) -> Account:
    """Give a colleague a new password; all his logins end."""
    actor.must(Duty.MANAGE_ACCOUNTS)
    account = work.session.get(Account, account_id)
    if account is None:
        raise NotFoundError
    if actor.id == account_id:
        raise DomainError(
            "This is your own account.", "Change your password on the page of your account."
        )
    account.password_hash = password_hash
    work.add(account)
    end_sessions(work, account_id)
    audit.write(work, actor, "account:reset_password", "account", account_id)
    return account


def open_session(work: Work, account: Account, *, ip: str, agent: str) -> tuple[str, LoginSession]:
    """Begin a login; return the token for the cookie, of which only a digest is kept."""
    token = secrets.token_urlsafe(32)
    session = work.add(
        LoginSession(
            account_id=account.id,
            token_sha256=token_digest(token),
            csrf=secrets.token_urlsafe(24),
            began_at=work.recorded_at,
            seen_at=work.recorded_at,
            password_at=work.recorded_at,
            ip=ip,
            agent=agent[:200],
        )
    )
    audit.write(work, actor_of(account), "login", "account", account.id)
    return token, session


def find_session(work: Work, token: str) -> tuple[LoginSession, Account] | None:
    """Return the live session behind a token, or None when idle, too old or ended."""
    found = work.session.execute(
        sa.select(LoginSession, Account)
        .join(Account, col(Account.id) == col(LoginSession.account_id))
        .where(col(LoginSession.token_sha256) == token_digest(token))
    ).first()
    if found is None:
        return None
    session, account = found
    alive = (
        session.ended_at is None
        and account.is_active
        and work.recorded_at - session.seen_at < SESSION_IDLE
        and work.recorded_at - session.began_at < SESSION_LIFE
    )
    return (session, account) if alive else None


def touch(work: Work, session_id: str) -> None:
    """Note that a login was used: idle time counts from here."""
    work.session.execute(
        sa.update(LoginSession)
        .where(col(LoginSession.id) == session_id)
        .values(seen_at=work.recorded_at)
    )


def note_failed_try(work: Work, *, login: str, ip: str, account: Account | None) -> None:
    """Count a failed try; for a known account it is a line of the trail too."""
    work.add(LoginTry(login=login[:200], ip=ip, at=work.recorded_at))
    if account is not None:
        audit.write(work, actor_of(account), "login:refused", "account", account.id)


def end_sessions(
    work: Work, account_id: str, *, only: str | None = None, except_for: str | None = None
) -> None:
    """End all logins of an account, one of them, or all but one."""
    statement = (
        sa.update(LoginSession)
        .where(col(LoginSession.account_id) == account_id, col(LoginSession.ended_at).is_(None))
        .values(ended_at=work.recorded_at)
    )
    if only is not None:
        statement = statement.where(col(LoginSession.id) == only)
    if except_for is not None:
        statement = statement.where(col(LoginSession.id) != except_for)
    work.session.execute(statement)


def refuse_too_many_tries(work: Work, *, login: str, ip: str) -> None:
    """Slow down guessing; the window passes by itself, so nobody can lock out a colleague."""
    since = work.recorded_at - TRIES_WINDOW
    count = sa.select(sa.func.count()).select_from(LoginTry).where(col(LoginTry.at) > since)
    by_login = work.scalar(count.where(col(LoginTry.login) == login))
    by_ip = work.scalar(count.where(col(LoginTry.ip) == ip))
    if by_login >= TRIES_PER_LOGIN or by_ip >= TRIES_PER_ADDRESS:
        raise DomainError(
            "Too many failed logins in the last hour.",
            "Wait an hour, or ask the administrator for a new password.",
        )
