"""Words of a fund's terms: each field's name, and its value as the page and the form say it."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum

from portfolio.kernel.errors import Message, say
from portfolio.term_sheet import (
    FRACTIONS,
    CatchUpBasis,
    Compounding,
    FeeBasis,
    FundClass,
    FundLevel,
    Model,
    Recycling,
    Terms,
)
from valuation.periods import DayCount
from web.formats import Reader

NAMES: Mapping[str, Message] = {
    "commitment_period_ends_on": say("Commitment period ends"),
    "term_ends_on": say("Term ends"),
    "fee_basis": say("Fee basis"),
    "fee_rate": say("Fee rate a year"),
    "later_fee_basis": say("Later fee basis"),
    "later_fee_rate": say("Later fee rate a year"),
    "fee_day_count": say("Day count"),
    "preferred_return": say("Preferred return"),
    "compounding": say("Preferred return grows"),
    "carried_interest": say("Carried interest"),
    "catch_up": say("Catch-up"),
    "catch_up_basis": say("Catch-up on"),
    "model": say("Waterfall"),
    "gp_commitment_share": say("GP commitment, at least"),
    "recycling": say("Recycling"),
    "recycling_limit": say("Recycling, at most"),
    "organisation_cap_fen": say("Cap on set-up costs"),
    "expense_cap_rate": say("Cap on expenses a year"),
    "equalisation_rate": say("Equalisation interest"),
    "default_rate": say("Default interest"),
    "default_grace_days": say("Days of grace"),
    "default_dilution": say("Dilution in default"),
    "fund_class": say("Class of fund"),
    "level": say("Level of government"),
    "legal_basis_on": say("Date of the legal basis"),
    "nesting_limit": say("Levels of funds below"),
    "reinvestment_multiple": say("Local reinvestment multiple"),
    "currency": say("Currency"),
}
GROUPS: tuple[tuple[Message, tuple[str, ...]], ...] = (
    (say("Periods"), ("commitment_period_ends_on", "term_ends_on", "currency")),
    (
        say("Management fee and costs"),
        (
            "fee_basis",
            "fee_rate",
            "later_fee_basis",
            "later_fee_rate",
            "fee_day_count",
            "organisation_cap_fen",
            "expense_cap_rate",
        ),
    ),
    (
        say("Distribution"),
        (
            "model",
            "preferred_return",
            "compounding",
            "carried_interest",
            "catch_up",
            "catch_up_basis",
            "recycling",
            "recycling_limit",
        ),
    ),
    (
        say("Partners"),
        (
            "gp_commitment_share",
            "equalisation_rate",
            "default_rate",
            "default_grace_days",
            "default_dilution",
        ),
    ),
    (
        say("Class and rules"),
        ("fund_class", "level", "legal_basis_on", "nesting_limit", "reinvestment_multiple"),
    ),
)
WORDS: Mapping[StrEnum, Message] = {
    FeeBasis.COMMITTED: say("Commitment"),
    FeeBasis.PAID_IN: say("Paid-in capital"),
    FeeBasis.INVESTED_COST: say("Invested cost"),
    FeeBasis.NAV: say("Net asset value"),
    Compounding.ANNUAL: say("compounded yearly"),
    Compounding.SIMPLE: say("simple interest"),
    CatchUpBasis.TOTAL_PROFIT: say("total profit"),
    CatchUpBasis.PREFERRED_RETURN: say("preferred return"),
    Model.EUROPEAN: say("European: whole fund"),
    Model.AMERICAN: say("American: deal by deal"),
    Recycling.NONE: say("not allowed"),
    Recycling.CAPITAL: say("returned capital"),
    Recycling.CAPITAL_AND_GAINS: say("capital and gains"),
    FundClass.INDUSTRIAL: say("Industrial investment"),
    FundClass.VENTURE: say("Venture investment"),
    FundLevel.NATIONAL: say("National"),
    FundLevel.PROVINCIAL: say("Provincial or municipality"),
    FundLevel.MUNICIPAL: say("City level"),
    FundLevel.DISTRICT: say("District or county"),
}
KINDS: Mapping[str, type[StrEnum]] = {
    "fee_basis": FeeBasis,
    "later_fee_basis": FeeBasis,
    "fee_day_count": DayCount,
    "compounding": Compounding,
    "catch_up_basis": CatchUpBasis,
    "model": Model,
    "recycling": Recycling,
    "fund_class": FundClass,
    "level": FundLevel,
}
DATES = frozenset(field.name for field in fields(Terms) if field.name.endswith("_on"))
NOT_AGREED = say("not agreed")


def text_of(reader: Reader, name: str, value: object) -> str:
    """Say a value as a person reads it; what the agreement leaves open is said too."""
    if value is None:
        return reader.say(NOT_AGREED)
    if name in FRACTIONS:
        assert isinstance(value, float | int)
        return f"{value * 100:.4f}".rstrip("0").rstrip(".") + "%"
    if isinstance(value, StrEnum):
        return reader.say(WORDS[value]) if value in WORDS else value.value
    if name in DATES:
        return reader.date(value)  # type: ignore[arg-type] # a date by the field's name
    if name.endswith("_fen"):
        return reader.exact(int(str(value)))
    return f"{value}×" if name == "reinvestment_multiple" else str(value)


def plain_of(name: str, value: object) -> str:
    """Write a value as its form field takes it."""
    if value is None:
        return ""
    if name in FRACTIONS:
        assert isinstance(value, float | int)
        return f"{value * 100:.4f}".rstrip("0").rstrip(".") + "%"
    if name.endswith("_fen"):
        return f"{int(str(value)) / 100:.2f}"
    return str(value)
