"""The forms of the chain pages."""

from datetime import date

from dealflow.chain_firms import Role
from dealflow.chains import Segment
from portfolio.kernel.errors import say
from web.formats import Reader
from web.views.act_forms import ActForm, Field, day
from web.views.chain_words import COLUMNS, CRITICALITIES, ROLES
from web.views.holdings import named

OFFERED = (Role.TARGET, Role.IN_TALKS, Role.CONTRACTED, Role.LANDED, Role.LEFT)


def segment_form(reader: Reader, slug: str, row: Segment) -> ActForm:
    """Return the form of what the office says of a segment."""
    return ActForm(
        title=say("Change the segment"),
        subject=named(reader, row.name, row.name_en),
        action=f"/chains/{slug}/segments/{row.id}/edit",
        back=f"/chains/{slug}",
        yes=say("Save"),
        version=row.version,
        fields=(
            Field(name="name", label=say("Segment"), value=row.name),
            Field(
                name="subsystem",
                label=say("Subsystem"),
                value=row.subsystem,
                required=False,
                hint=say("The row of the map it stands in."),
            ),
            Field(
                name="position",
                label=say("Position"),
                kind="choice",
                value=row.position,
                choices=tuple((position.value, words[0]) for position, words in COLUMNS.items()),
            ),
            Field(
                name="criticality",
                label=say("Criticality"),
                kind="choice",
                value=str(row.criticality),
                choices=tuple((str(int(one)), word) for one, word in CRITICALITIES.items()),
                hint=say("From important on, a segment without a landed firm is a gap."),
            ),
            Field(name="wanted_firms", label=say("Firms wanted"), value=str(row.wanted_firms)),
            Field(
                name="wanted_note",
                label=say("What kind of firm"),
                value=row.wanted_note,
                required=False,
            ),
        ),
    )


def firm_form(reader: Reader, slug: str, row: Segment, *, today: date) -> ActForm:
    """Return the form of a firm in a segment."""
    return ActForm(
        title=say("Record a firm"),
        subject=named(reader, row.name, row.name_en),
        action=f"/chains/{slug}/segments/{row.id}/firm",
        back=f"/chains/{slug}",
        yes=say("Record"),
        fields=(
            Field(name="firm", label=say("Firm"), hint=say("Its registered name.")),
            Field(
                name="role",
                label=say("Role"),
                kind="choice",
                value=Role.TARGET.value,
                choices=tuple((role.value, ROLES[role]) for role in OFFERED),
            ),
            day("on", say("Since"), today),
            Field(name="note", label=say("Note"), required=False, longest=300),
        ),
    )
