"""What cannot be known is said so: a figure is a value, or `Undefined` with its reason."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a figure does not exist. The pages show each of them in the reader's language."""

    NO_FLOWS = "no_flows"
    ONE_SIGN = "one_sign"  # only contributions, or only distributions
    NO_RATE = "no_rate"  # both signs, and yet no rate fits
    SEVERAL_RATES = "several_rates"  # `roots` carries every one of them
    TOO_SHORT = "too_short"  # no time passes, or too little to name a yearly rate
    NOTHING_PAID_IN = "nothing_paid_in"
    NOTHING_INVESTED = "nothing_invested"
    NOTHING_IN_DENOMINATOR = "nothing_in_denominator"
    NO_COMMITMENT = "no_commitment"
    NO_MARK = "no_mark"  # an asset without a fair value by this date
    INDEX_POSITION_SHORT = "index_position_short"
    NO_INDEX_LEVEL = "no_index_level"  # the index has no level near one of the dates
    NOT_RECORDED = "not_recorded"  # a person has to say it, and nobody has
    NOT_YET = "not_yet"  # an event that has not come by this date


@dataclass(frozen=True, slots=True)
class Undefined:
    """A figure that does not exist. Falsy, so `figure or ...` never takes it for a number.

    reason  the one word a program decides by
    detail  one English sentence for the log and the command line
    roots   every rate above -1 that fits, ascending, if the reason is `several_rates`
    """

    reason: Reason
    detail: str
    roots: tuple[float, ...] = ()

    def __bool__(self) -> bool:
        return False
