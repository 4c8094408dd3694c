"""Plans: what the demo will record of a project, as pure data; money in 万元, never typed sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dealflow.landings import MoneyKind
from dealflow.projects import SizeClass
from dealflow.stages import Stage

FEN_A_WAN = 1_000_000
SATURDAY = 5
MANUFACTURING, SERVICES, DIGITAL = "manufacturing-2335", "services-5311", "digital-economy"
SYSTEMS = (MANUFACTURING, SERVICES, DIGITAL)
KINDS = (MoneyKind.REGISTERED_CAPITAL, MoneyKind.FIXED_ASSETS, MoneyKind.LOAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A formal contract or a supplement to one."""

    signed_on: date
    wan: int
    start_due_on: date | None = None
    is_published: bool = False  # the amount; the day is invented all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount that arrives on a day."""

    on: date
    wan: int
    kind: MoneyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPlan:
    """One project from the first lead on; a named firm is real, the days of its way are not."""

    code: str
    name: str
    firm: str
    heard_on: date
    is_real: bool = False
    name_en: str = ""
    city: str = ""
    system: str | None = None
    chain: str | None = None
    segment: str | None = None
    unit: str = ""
    park: str = ""
    size: SizeClass = SizeClass.NONE
    needs_site: bool = True
    planned_wan: int | None = None
    source: str = ""
    stages: Mapping[Stage, date] = field(default_factory=dict)  # without the lead
    notes: Mapping[Stage, str] = field(default_factory=dict)
    papers: Sequence[Paper] = ()
    money: Sequence[Money] = ()


def yi(amount: float) -> int:
    """Return 亿元 as 万元."""
    return round(amount * 10_000)


def spread(number: int, over: int) -> int:
    """Return a number below `over` that looks scattered and is the same on every machine."""
    return (number * 7919 + 104_729) % 65_521 % over


def workday(day: date) -> date:
    """Return the day, or the Friday before a weekend."""
    return day - timedelta(days=max(day.weekday() - SATURDAY + 1, 0))


def in_month(year: int, month: int, number: int) -> date:
    """Return a working day of a month, scattered by number and clear of its holidays."""
    return workday(date(year, month, 9 + spread(number, 18)))
