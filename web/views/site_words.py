"""Words of the sites: kinds, prices, utilities, standings and the criteria of a match."""

from collections.abc import Mapping

from dealflow.site_list import Standing
from dealflow.site_needs import Criterion, Measured
from dealflow.sites import Offer, PriceBasis, ProjectSite, SiteKind, Utility, read_utilities
from portfolio.kernel.errors import Message, say
from web.formats import Reader

KINDS: Mapping[SiteKind, Message] = {
    SiteKind.PARCEL: say("Parcel"),
    SiteKind.FACTORY: say("Factory building"),
    SiteKind.OFFICE: say("Office space"),
    SiteKind.CLEAN_ROOM: say("Clean room"),
}
PRICES: Mapping[PriceBasis, Message] = {
    PriceBasis.RENT_M2_MONTH: say("yuan per m² and month"),
    PriceBasis.SALE_M2: say("yuan per m²"),
    PriceBasis.SALE_MU: say("yuan per mu"),
}
UTILITIES: Mapping[Utility, Message] = {
    Utility.GAS: say("Gas"),
    Utility.STEAM: say("Steam"),
    Utility.SEWAGE: say("Industrial sewage"),
    Utility.DUAL_SUPPLY: say("Two power feeds"),
    Utility.FIBRE: say("Fibre"),
}
STANDINGS: Mapping[Standing, Message] = {
    Standing.FREE: say("Free"),
    Standing.LATER: say("Free later"),
    Standing.RESERVED: say("Kept back"),
    Standing.TAKEN: say("Taken"),
    Standing.WITHDRAWN: say("Off the list"),
}
TONES: Mapping[Standing, str] = {
    Standing.FREE: "ok",
    Standing.LATER: "prog",
    Standing.RESERVED: "warn",
    Standing.TAKEN: "hold",
    Standing.WITHDRAWN: "todo",
}
OFFERS: Mapping[Offer, Message] = {
    Offer.OPEN: say("Offered"),
    Offer.RESERVED: say("Kept back"),
    Offer.WITHDRAWN: say("Off the list"),
}
CRITERIA: Mapping[Criterion, Message] = {
    Criterion.AREA: say("Area"),
    Criterion.KIND: say("Kind of site"),
    Criterion.FLOOR_LOAD: say("Floor load"),
    Criterion.POWER: say("Power"),
    Criterion.READY: say("Ready for use"),
    Criterion.PARK: say("Park"),
    Criterion.UTILITIES: say("Utilities"),
}
SIZES: Mapping[Criterion, str] = {
    Criterion.AREA: "m²",
    Criterion.FLOOR_LOAD: "kg/m²",
    Criterion.POWER: "kVA",
}


def utilities_text(reader: Reader, text: str) -> str:
    """Return the utilities of a row in words."""
    return " · ".join(reader.say(UTILITIES[one]) for one in read_utilities(text))


def price_text(reader: Reader, site: ProjectSite) -> str:
    """Return the price with what it buys, empty where none is stated."""
    if site.price_fen is None:
        return ""
    whole, part = divmod(site.price_fen, 100)
    number = f"{whole:,}.{part:02d}" if part else f"{whole:,}"
    return f"{number} {reader.say(PRICES[PriceBasis(site.price_basis)])}"


def wanted_text(reader: Reader, part: Measured) -> str:
    """Return what was asked by a criterion."""
    return _value(reader, part.code, part.wanted)


def has_text(reader: Reader, part: Measured) -> str:
    """Return what the site has by a criterion."""
    if part.has is None:
        return reader.say(say("not known"))
    return _value(reader, part.code, part.has) or reader.say(say("none of them"))


def short_text(reader: Reader, part: Measured) -> str:
    """Return what is missing, empty where nothing is."""
    if part.is_met:
        return ""
    if part.has is None:
        return reader.say(say("not known"))
    if part.code is Criterion.READY:
        return reader.say(say("{n} days late", n=part.short))
    if part.code in SIZES:
        return reader.say(say("{n} {unit} short", n=f"{part.short:,}", unit=SIZES[part.code]))
    if part.code is Criterion.UTILITIES:
        return reader.say(say("{n} missing", n=part.short))
    return reader.say(say("another one"))


def _value(reader: Reader, code: Criterion, value: object) -> str:
    match code:
        case Criterion.KIND:
            return reader.say(KINDS[SiteKind(str(value))])
        case Criterion.UTILITIES:
            return utilities_text(reader, str(value))
        case Criterion.AREA | Criterion.FLOOR_LOAD | Criterion.POWER:
            return f"{value:,} {SIZES[code]}"
        case _:
            return str(value)
