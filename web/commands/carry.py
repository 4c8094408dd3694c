"""Commands on carried interest: accrue it for a day, pay it, hold it in escrow, take it back."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer

from portfolio import carry, funds
from portfolio.carry import CarryPosition
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from valuation.money import show
from web.cli import Json, app, current
from web.cli import show as output
from web.commands.imports import person
from web.commands.reports import FundCode
from web.forms import fen_of

carry_app = typer.Typer(help="Carried interest of a fund.", no_args_is_help=True)
app.add_typer(carry_app, name="carry")

On = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it counts.")]
Amount = Annotated[str, typer.Option("--amount", help="In yuan: 1200000, or 120万.")]
Reason = Annotated[str, typer.Option("--correction", help="Reason, in a closed quarter.")]
Login = Annotated[str, typer.Option("--as", help="Login name; default: system.")]
Act = Callable[[Work, Actor, str, date], object]


@carry_app.command("accrue")
def accrue(
    fund: FundCode, on: On, correction: Reason = "", login: Login = "", as_json: Json = False
) -> None:
    """Bring rows 97 and 98 to what the waterfall says; a second run of a day books nothing."""

    def act(work: Work, actor: Actor, fund_id: str, day: date) -> object:
        return carry.accrue(work, actor, fund_id, day, correction_reason=correction or None)

    _do(act, fund, on, login, as_json=as_json)


@carry_app.command("pay")
def pay(
    fund: FundCode,
    on: On,
    amount: Amount,
    correction: Reason = "",
    login: Login = "",
    as_json: Json = False,
) -> None:
    """Pay the general partner what it has earned (row 101)."""

    def act(work: Work, actor: Actor, fund_id: str, day: date) -> object:
        return carry.pay(
            work,
            actor,
            fund_id,
            amount_fen=fen_of(amount, "yuan"),
            paid_on=day,
            correction_reason=correction or None,
        )

    _do(act, fund, on, login, as_json=as_json)


@carry_app.command("escrow")
def escrow(
    fund: FundCode,
    on: On,
    amount: Amount,
    correction: Reason = "",
    login: Login = "",
    as_json: Json = False,
) -> None:
    """Hold earned carry in escrow (row 99); a negative amount releases it."""

    def act(work: Work, actor: Actor, fund_id: str, day: date) -> object:
        carry.hold(
            work,
            actor,
            fund_id,
            amount_fen=fen_of(amount, "yuan"),
            on=day,
            correction_reason=correction or None,
        )
        return None

    _do(act, fund, on, login, as_json=as_json)


@carry_app.command("clawback")
def clawback(
    fund: FundCode,
    on: On,
    amount: Amount,
    correction: Reason = "",
    login: Login = "",
    as_json: Json = False,
) -> None:
    """Take back carry that was paid and is no longer earned (row 102)."""

    def act(work: Work, actor: Actor, fund_id: str, day: date) -> object:
        return carry.give_back(
            work,
            actor,
            fund_id,
            amount_fen=fen_of(amount, "yuan"),
            received_on=day,
            correction_reason=correction or None,
        )

    _do(act, fund, on, login, as_json=as_json)


def _do(act: Act, code: str, on: datetime, login: str, *, as_json: bool) -> None:
    day = on.date()
    with current() as (database, _), database.writing() as work:
        actor = person(work, login)
        fund_id = funds.find(work, actor, code).id
        act(work, actor, fund_id, day)
        found = carry.position(work, Moment(as_of=day), fund_id)
    value = {"fund": code} | asdict(found) | {"payable_fen": found.payable_fen}
    output(value, as_json=as_json, text=lambda: "\n".join(_lines(found)))


def _lines(found: CarryPosition) -> list[str]:
    amounts = {
        "accrued": found.accrued_fen,
        "earned": found.earned_fen,
        "paid": found.paid_fen,
        "in escrow": found.escrow_fen,
        "returned": found.returned_fen,
        "payable": found.payable_fen,
        "to be returned": found.to_return_fen,
    }
    return [f"{name:<16}{show(fen):>24}" for name, fen in amounts.items()]
