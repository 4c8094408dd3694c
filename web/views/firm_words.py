"""Words of the firm pages; the catalogue has the Chinese."""

from collections.abc import Mapping

from dealflow.chain_firms import Role
from dealflow.qualifications import Kind
from portfolio.kernel.errors import Message, say

QUALIFICATIONS: Mapping[Kind, Message] = {
    Kind.LITTLE_GIANT: say("National little giant"),
    Kind.SPECIALISED: say("Specialised SME of the province"),
    Kind.CHAMPION: say("Single-product champion"),
    Kind.HIGH_TECH: say("High-tech enterprise"),
    Kind.HEADQUARTERS: say("Headquarters"),
}
ROLE_KINDS: Mapping[Role, str] = {
    Role.LANDED: "ok",
    Role.CONTRACTED: "prog",
    Role.IN_TALKS: "prog",
    Role.TARGET: "todo",
    Role.LEFT: "",
}
