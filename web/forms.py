"""What every form that books something sends beside its own fields. Unknown fields are refused."""

from decimal import Decimal, InvalidOperation
from typing import Literal

from pydantic import BaseModel, ConfigDict

from portfolio.kernel.errors import DomainError
from valuation.money import NotMoneyError, Unit, parse

MoneyUnit = Literal["yi", "wan", "yuan"]
UNITS: dict[str, Unit] = {"yi": Unit.YI, "wan": Unit.WAN, "yuan": Unit.YUAN}
THOUSANDTHS, PPM_A_PERCENT = 1_000, 10_000


class WriteForm(BaseModel):
    """Token, key and version; the gate and the unit of work have read the first two already."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    csrf_token: str = ""
    idempotency_key: str = ""
    version: int = 0


def fen_of(text: str, unit: MoneyUnit) -> int:
    """Read a money field and the unit chosen beside it; a unit in the text has the last word.

    returns  fen
    errors   it is no amount, names a part of a fen, or is more than the books hold
    """
    try:
        return parse(text, UNITS[unit])
    except NotMoneyError as error:
        raise DomainError(error.problem, error.remedy, **error.values) from None


def ppm_of(text: str) -> int:
    """Read a percentage as it was typed; return millionths, of which no value may be part."""
    plain = text.replace("%", "").replace("％", "").strip()
    try:
        value = Decimal(plain) * PPM_A_PERCENT
        whole = int(value)
    except (InvalidOperation, OverflowError, ValueError):
        raise DomainError(
            "“{text}” is not a percentage.", "Write digits, such as 8 or 4.35.", text=text[:40]
        ) from None
    if value != whole:
        raise DomainError(
            "“{text}” has more than four decimals.", "Round it to four.", text=text[:40]
        )
    return whole


def fen_or_none(text: str, unit: MoneyUnit) -> int | None:
    """Read a money field that may stay empty."""
    return fen_of(text, unit) if text else None


def thousandths(text: str) -> int:
    """Read a measured number as it was typed; return thousandths, which no value may be part of."""
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip()) * THOUSANDTHS
        whole = int(value)
    except (InvalidOperation, OverflowError, ValueError):
        raise DomainError(
            "“{text}” is not a number.", "Write digits, such as 126 or 8,600.5.", text=text[:40]
        ) from None
    if value != whole:
        raise DomainError(
            "“{text}” has more than three decimals.", "Round it to three.", text=text[:40]
        )
    return whole
