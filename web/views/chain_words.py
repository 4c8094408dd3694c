"""Words and looks of the chain pages; the catalogue has the Chinese."""

from dealflow.chain_firms import Role
from dealflow.chain_map import Coverage
from dealflow.chains import Criticality, Position
from portfolio.kernel.errors import Message, say

COLUMNS: dict[Position, tuple[Message, Message]] = {
    Position.UPSTREAM: (say("Upstream"), say("materials and parts")),
    Position.MIDSTREAM: (say("Midstream"), say("components and systems")),
    Position.DOWNSTREAM: (say("Downstream"), say("vehicles and devices")),
    Position.AFTERMARKET: (say("After-market"), say("service and recycling")),
}
COVERAGES: dict[Coverage, Message] = {
    Coverage.STRONG: say("Strong"),
    Coverage.LANDED: say("Single"),
    Coverage.CONTRACTED: say("Contract only"),
    Coverage.IN_TALKS: say("Only in talks"),
    Coverage.TARGETED: say("Targets only"),
    Coverage.NONE: say("Nobody yet"),
}
NODE_LOOKS: dict[Coverage, str] = {
    Coverage.STRONG: "strong",
    Coverage.LANDED: "some",
    Coverage.CONTRACTED: "signed",
    Coverage.IN_TALKS: "talk",
    Coverage.TARGETED: "open",
    Coverage.NONE: "open",
}
COVERAGE_KINDS: dict[Coverage, str] = {
    Coverage.STRONG: "ok",
    Coverage.LANDED: "ok",
    Coverage.CONTRACTED: "prog",
    Coverage.IN_TALKS: "prog",
    Coverage.TARGETED: "todo",
    Coverage.NONE: "risk",
}
ROLES: dict[Role, Message] = {
    Role.LANDED: say("Landed"),
    Role.CONTRACTED: say("Contracted"),
    Role.IN_TALKS: say("In talks"),
    Role.TARGET: say("Target"),
    Role.LEFT: say("Has left"),
}
PARTS: dict[str, Message] = {
    "criticality": say("Criticality, set by the office"),
    "dependants": say("Landed firms that buy from it"),
    "single_supplier": say("Of these, with one supplier only"),
    "segment": say("Stands in this segment"),
    "leader": say("Trades with a leader firm"),
    "fund_focus": say("In the focus of a fund with capital"),
    "referral": say("Referred by a lead"),
    "qualification": say("Certified"),
    "contact": say("Contacts so far"),
}
CRITICALITIES: dict[Criticality, Message] = {
    Criticality.ORDINARY: say("Ordinary"),
    Criticality.IMPORTANT: say("Important"),
    Criticality.CRITICAL: say("Critical"),
}
