"""A candidate that somebody pursues already: its lead stands in place of the form."""

from dataclasses import dataclass
from typing import ClassVar

from dealflow.leads import Lead
from portfolio.organisations import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLead:
    """All that firms/live_lead.html may use."""

    template: ClassVar[str] = "firms/live_lead.html"
    firm: Organisation
    lead: Lead
    back: str
