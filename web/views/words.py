"""Words and colours of states that several pages show; the catalogue has the Chinese."""

from dealflow.stages import Stage
from dealflow.terms import State
from portfolio.kernel.errors import Message, say

STAGES: dict[Stage, Message] = {
    Stage.LEAD: say("Lead"),
    Stage.IN_TALKS: say("In talks"),
    Stage.FRAMEWORK: say("Framework"),
    Stage.FORMAL: say("Contract"),
    Stage.REGISTERED: say("Registered"),
    Stage.SITE: say("Site secured"),
    Stage.STARTED: say("Started"),
    Stage.PRODUCTION: say("In production"),
    Stage.CAPACITY: say("At capacity"),
    Stage.SHELVED: say("Shelved"),
    Stage.TERMINATED: say("Terminated"),
}
# The ramp darkens as a project gets real (DESIGN.md §8).
STAGE_TONES: dict[Stage, str] = {
    Stage.LEAD: "0",
    Stage.IN_TALKS: "1",
    Stage.FRAMEWORK: "2",
    Stage.FORMAL: "3",
    Stage.REGISTERED: "3",
    Stage.SITE: "4",
    Stage.STARTED: "5",
    Stage.PRODUCTION: "6",
    Stage.CAPACITY: "7",
    Stage.SHELVED: "x",
    Stage.TERMINATED: "x",
}
STATES: dict[State, Message] = {
    State.NOT_DUE: say("Not due"),
    State.IN_PROGRESS: say("In progress"),
    State.TO_VERIFY: say("To verify"),
    State.DUE_SOON: say("Due soon"),
    State.OVERDUE: say("Overdue"),
    State.VERIFIED: say("Verified"),
    State.WAIVED: say("Waived"),
}
STATE_KINDS: dict[State, str] = {
    State.NOT_DUE: "todo",
    State.IN_PROGRESS: "prog",
    State.TO_VERIFY: "warn",
    State.DUE_SOON: "warn",
    State.OVERDUE: "risk",
    State.VERIFIED: "ok",
    State.WAIVED: "hold",
}
PIP_KINDS: dict[State, str] = {
    state: kind if kind != "todo" else "" for state, kind in STATE_KINDS.items()
}
PIP_KINDS[State.TO_VERIFY] = PIP_KINDS[State.DUE_SOON] = "prog"
SYSTEM_COLOURS: dict[str | None, str] = {
    "manufacturing-2335": "sys-mfg",
    "services-5311": "sys-svc",
    "digital-economy": "sys-dig",
}
OTHER_COLOUR = "text-3"


def system_colour(code: str | None) -> str:
    """Return the custom property of an industry system; grey for one without a colour."""
    return SYSTEM_COLOURS.get(code, OTHER_COLOUR)
