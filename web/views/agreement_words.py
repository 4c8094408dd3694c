"""Words of agreements: what is signed, who promises, what is measured and what hangs on it."""

from collections.abc import Mapping

from dealflow.agreements import AgreementKind, FundMoney, Side
from dealflow.clause_reading import Ask
from dealflow.clause_rules import Flag, Place
from dealflow.terms import MONEY, UNITS, YES_NO, Consequence, Metric
from portfolio.kernel.errors import Message, say

KINDS: Mapping[AgreementKind, Message] = {
    AgreementKind.FRAMEWORK: say("Framework agreement"),
    AgreementKind.FORMAL: say("Formal contract"),
}
SIDES: Mapping[Side, Message] = {
    Side.FUND: say("The fund promises"),
    Side.FIRM: say("The firm promises"),
    Side.DISTRICT: say("The district promises"),
}
RULES: Mapping[FundMoney, Message] = {
    FundMoney.AS_PAID: say("Counts as money in place on the day it is paid"),
    FundMoney.BY_USE: say("Counts as money in place only once the firm has used it here"),
}
METRICS: Mapping[Metric, Message] = {
    Metric.REGISTERED_HERE: say("Registered here"),
    Metric.HEADQUARTERS_HERE: say("Headquarters here"),
    Metric.REGISTERED_CAPITAL_PAID: say("Registered capital paid"),
    Metric.FIXED_ASSET_INVESTMENT: say("Fixed-asset investment"),
    Metric.MONEY_IN_PLACE: say("Money in place"),
    Metric.FLOOR_AREA: say("Floor area"),
    Metric.LAND: say("Land"),
    Metric.PRODUCTION_LINE: say("Production lines"),
    Metric.CAPACITY: say("Capacity"),
    Metric.ANNUAL_OUTPUT: say("Annual output"),
    Metric.ANNUAL_TAX: say("Annual tax"),
    Metric.LOCAL_PURCHASES: say("Local purchases"),
    Metric.HEADCOUNT: say("Headcount"),
    Metric.RD_HEADCOUNT: say("R&D headcount"),
    Metric.RD_SPENDING: say("R&D spending"),
    Metric.PATENTS: say("Patents"),
}
CONSEQUENCES: Mapping[Consequence, Message] = {
    Consequence.GATES_TRANCHE: say("Gates a tranche"),
    Consequence.BUY_BACK: say("Buy-back"),
    Consequence.CLAW_BACK: say("Claw-back"),
    Consequence.LAND_RECOVERY: say("Land recovery"),
    Consequence.STEP_DOWN: say("Incentive stepped down"),
    Consequence.POLICY_PAYMENT: say("Conditions a policy payment"),
    Consequence.NONE: say("No consequence"),
}
OWED_BY: Mapping[Side, Message] = {
    Side.FIRM: say("the firm"),
    Side.DISTRICT: say("the district"),
    Side.FUND: say("the fund"),
}
ASKS: Mapping[Ask, Message] = {
    Ask.METRIC: say("what is measured"),
    Ask.OPERATOR: say("at least or at most"),
    Ask.THRESHOLD: say("the value"),
    Ask.DUE: say("the due date"),
    Ask.TRANCHE: say("the tranche"),
    Ask.RATE: say("the rate"),
    Ask.CURE: say("the days of grace"),
}
FLAGS: Mapping[Flag, Message] = {
    Flag.TAX_REBATE: say("Tax-linked rebate"),
    Flag.FORCED_RELOCATION: say("Forced relocation"),
    Flag.FORCED_REINVESTMENT: say("Forced local reinvestment"),
    Flag.SELECTIVE_SUBSIDY: say("Selective subsidy"),
}
PLACES: Mapping[Place, Message] = {
    Place.CLAUSE: say("Clause"),
    Place.PLEDGE: say("Pledge"),
    Place.CONDITION: say("Condition"),
}
# What stands in the unit field of a condition's form, by what it sends.
MONEY_UNITS: Mapping[str, Message] = {
    "yi": say("亿元"),
    "wan": say("万元"),
    "yuan": say("元"),
}
YES_NO_UNIT = "yes_no"
COUNTED: Mapping[str, Message] = {unit.msgid.replace(" ", "_"): unit for unit in UNITS.values()}
UNIT_WORDS: Mapping[str, Message] = {**MONEY_UNITS, **COUNTED, YES_NO_UNIT: say("yes or no")}


def unit_of(metric: Metric) -> str:
    """Return what the unit field sends for a metric; any unit of money will do for an amount."""
    if metric in MONEY:
        return "yi"
    if metric in YES_NO:
        return YES_NO_UNIT
    return UNITS[metric].msgid.replace(" ", "_")
