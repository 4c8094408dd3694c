"""估值: a form per technique that works the value out, and its assumptions old beside new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from portfolio import appraisals, investments, marks
from portfolio.appraisals import Appraisal, Ask, Basis, Kind, Level, UnitOfAccount
from portfolio.investments import Investment
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message, say
from portfolio.ledger import Moment
from valuation.fair_value import Technique
from valuation.money import Unit
from valuation.periods import Quarter
from web.formats import Reader
from web.forms import MoneyUnit, fen_of
from web.templating import Page
from web.views.holdings import named

TECHNIQUES: Mapping[Technique, Message] = {
    Technique.MULTIPLE: say("Multiple, calibrated to entry"),
    Technique.DCF: say("Discounted cash flow"),
    Technique.NET_ASSETS: say("Net assets"),
    Technique.FUND_NAV: say("NAV of another fund"),
    Technique.RECENT_INVESTMENT: say("Price of recent investment"),
}
NAMES: Mapping[str, Message] = {
    "price": say("Price paid at entry"),
    "metric": say("Metric (earnings or sales)"),
    "peer_multiple": say("Multiple of peers"),
    "net_debt": say("Net debt"),
    "share": say("Share held, %"),
    "cash_flows": say("Cash flows, a year each"),
    "market_rate": say("Market rate, %"),
    "assets": say("Assets at fair value"),
    "liabilities": say("Liabilities"),
    "paid_on": say("Day of the round"),
    "reported_nav": say("Reported NAV of our share"),
    "reported_on": say("Reported for"),
    "carried": say("What we carried for that day"),
    "contributed_since": say("Paid in since"),
    "distributed_since": say("Received since"),
    "market_change": say("Change of the market since, %"),
    "beta": say("Beta"),
    "premium": say("Premium carried from entry"),
    "calibration_fen": say("Calibration difference at entry"),
    "level": say("Level (IFRS 13)"),
    "unit_of_account": say("Unit of account"),
    "events": say("Events since the last round"),
}
UNITS_OF_ACCOUNT: Mapping[UnitOfAccount, Message] = {
    UnitOfAccount.HOLDING: say("The whole holding"),
    UnitOfAccount.INSTRUMENT: say("One class of securities"),
}
LEVELS: Mapping[Level, Message] = {
    Level.UNOBSERVABLE: say("3: unobservable inputs"),
    Level.OBSERVABLE: say("2: observable inputs"),
    Level.QUOTED: say("1: quoted prices"),
}
HUNDRED = 100


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One row of the form: one box, or one for the entry and one for now."""

    label: Message
    kind: Kind
    needed: bool
    boxes: tuple[tuple[str, str], ...]  # (name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalForm:
    """The form of one technique."""

    template: ClassVar[str] = "investments/appraise.html"
    investment_id: str
    name: str
    technique: str
    techniques: tuple[tuple[str, Message], ...]
    once: tuple[Asked, ...]
    twice: tuple[Asked, ...]
    as_of: date
    levels: tuple[tuple[int, Message], ...]
    units_of_account: tuple[tuple[str, Message], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildUp:
    """The value as it is worked out, before anything is put forward; or why there is none yet."""

    template: ClassVar[str] = "investments/build_up.html"
    steps: tuple[tuple[Message, str], ...]
    value_fen: int | None
    books_fen: int
    calibration_fen: int | None
    problem: str
    remedy: str


# ---- what is typed
def read(technique: Technique, typed: Mapping[str, str], as_of: date) -> Appraisal:
    """Work the value out of what stands in the form."""
    unit: MoneyUnit = "yi" if typed.get("unit") == "yi" else "wan"
    unit = "yuan" if typed.get("unit") == "yuan" else unit

    def given(asks: Sequence[Ask], prefix: str) -> dict[str, Any]:
        found = {}
        for ask in asks:
            text = str(typed.get(prefix + ask.name, "")).strip()
            if text:
                found[ask.name] = _value(ask, text, unit)
            elif ask.needed:
                raise DomainError("“{name}” is empty.", "Fill it in.", name=NAMES[ask.name])
        return found

    twice = appraisals.TWICE.get(technique, ())
    return appraisals.appraise(
        technique,
        as_of,
        once=given(appraisals.ONCE[technique], ""),
        earlier=given(twice, "entry_"),
        now=given(twice, "now_"),
    )


def basis_of(typed: Mapping[str, str]) -> Basis:
    """Read what every appraisal states beside its numbers."""
    return Basis(
        level=Level(int(typed.get("level") or Level.UNOBSERVABLE)),
        unit_of_account=UnitOfAccount(typed.get("unit_of_account") or UnitOfAccount.HOLDING),
        events=str(typed.get("events", "")),
    )


def _value(ask: Ask, text: str, unit: MoneyUnit) -> Any:
    match ask.kind:
        case Kind.MONEY:
            return fen_of(text, unit)
        case Kind.YEARS:
            parts = text.replace("、", " ").replace("；", " ").replace(";", " ").split()
            return tuple(fen_of(part, unit) for part in parts)
        case Kind.DAY:
            return _day(text)
        case Kind.RATE:
            return _number(text.removesuffix("%")) / HUNDRED
        case Kind.NUMBER:
            return _number(text)


def _number(text: str) -> float:
    try:
        number = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise DomainError(
            "“{text}” is not a number.", "Write digits, such as 126 or 8,600.5.", text=text[:40]
        )
    return float(number)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(
            "“{text}” is not a day.", "Write it as 2026-09-30.", text=text[:40]
        ) from None


# ---- the form
def new_appraisal(
    work: Work, reader: Reader, page: Page, row: Investment, technique: Technique
) -> AppraisalForm:
    """Return the form, filled with what the newest mark of the same technique assumed."""
    as_of = Quarter.containing(page.today).previous.end
    before = _newest(work, row.id, technique)
    earlier, now = before.get("earlier", {}), before.get("now", {})
    carried = investments.carried_fen(work, Moment(as_of=page.today), [row.id])
    once = {"price": before.get("price") or carried.get(row.id, (0, 0))[0], **earlier}

    def boxes(ask: Ask, *sources: tuple[str, Mapping[str, Any]]) -> Asked:
        return Asked(
            label=NAMES[ask.name],
            kind=ask.kind,
            needed=ask.needed,
            boxes=tuple(
                (prefix + ask.name, _typed(ask.kind, given.get(ask.name)))
                for prefix, given in sources
            ),
        )

    return AppraisalForm(
        investment_id=row.id,
        name=named(reader, row.name, row.name_en),
        technique=technique.value,
        techniques=tuple((one.value, word) for one, word in TECHNIQUES.items()),
        once=tuple(boxes(ask, ("", once)) for ask in appraisals.ONCE[technique]),
        twice=tuple(
            boxes(ask, ("entry_", earlier), ("now_", now))
            for ask in appraisals.TWICE.get(technique, ())
        ),
        as_of=as_of,
        levels=tuple((int(level), word) for level, word in LEVELS.items()),
        units_of_account=tuple((unit.value, word) for unit, word in UNITS_OF_ACCOUNT.items()),
    )


def _newest(work: Work, investment_id: str, technique: Technique) -> Mapping[str, Any]:
    found = marks.history(work, Moment(as_of=date.max), investment_id)
    of_technique = [one.inputs for one in found if one.inputs.get("technique") == technique.value]
    return of_technique[-1] if of_technique else {}


def _typed(kind: Kind, value: Any) -> str:
    """Write a kept assumption as it would be typed: amounts in 万元, rates in per cent."""
    if value is None:
        return ""
    match kind:
        case Kind.MONEY:
            return format((Decimal(value) / Unit.WAN).normalize(), "f")
        case Kind.YEARS:
            return " ".join(_typed(Kind.MONEY, fen) for fen in value)
        case Kind.RATE:
            return format((Decimal(repr(value)) * HUNDRED).normalize(), "f")
        case _:
            return str(value)


# ---- what it leads to
def build_up(
    work: Work, reader: Reader, row: Investment, technique: Technique, typed: Mapping[str, str]
) -> BuildUp:
    """Return the steps to the value; a refusal is shown in its place, since the form is open."""
    as_of = _day(typed.get("as_of") or "2000-01-01")
    books_fen = sum(
        investments.carried_fen(work, Moment(as_of=as_of), [row.id]).get(row.id, (0, 0))
    )
    try:
        found = read(technique, typed, as_of)
    except DomainError as error:
        problem, remedy = reader.refusal(error)
        return BuildUp(
            steps=(),
            value_fen=None,
            books_fen=books_fen,
            calibration_fen=None,
            problem=problem,
            remedy=remedy,
        )
    return BuildUp(
        steps=tuple(_steps(reader, found)),
        value_fen=found.value_fen,
        books_fen=books_fen,
        calibration_fen=found.calibration_fen,
        problem="",
        remedy="",
    )


def _steps(reader: Reader, found: Appraisal) -> list[tuple[Message, str]]:
    then, now, premium = found.earlier, found.now, found.premium or 0.0
    match found.technique:
        case Technique.MULTIPLE:
            implied = now["peer_multiple"] * premium
            business_fen = round(now["metric"] * implied)
            debt_fen = now.get("net_debt") or 0
            return [
                (say("Multiple paid at entry"), reader.multiple(then["peer_multiple"] * premium)),
                (say("Premium over peers, carried"), reader.multiple(premium, 3)),
                (say("Multiple now: peers × premium"), reader.multiple(implied)),
                (say("Value of the business"), reader.exact(business_fen)),
                (say("less net debt"), reader.exact(debt_fen)),
                (say("Equity"), reader.exact(business_fen - debt_fen)),
                (say("× share held"), reader.ratio(now["share"], 2)),
            ]
        case Technique.DCF:
            return [
                (say("Rate implied at entry"), reader.ratio(then["market_rate"] + premium, 2)),
                (say("Premium over the market, carried"), reader.points(premium, 2)),
                (say("Rate now: market + premium"), reader.ratio(now["market_rate"] + premium, 2)),
                (say("× share held"), reader.ratio(now["share"], 2)),
            ]
        case Technique.NET_ASSETS:
            net_fen = now["assets"] - (now.get("liabilities") or 0)
            return [
                (say("Price over net assets at entry, carried"), reader.multiple(premium, 3)),
                (say("Net assets now"), reader.exact(net_fen)),
                (say("× share held"), reader.ratio(now["share"], 2)),
            ]
        case _:
            return []
