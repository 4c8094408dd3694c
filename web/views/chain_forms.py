"""The forms of the chain pages."""

from datetime import date

from dealflow.chain_firms import Role
from dealflow.chains import Chain, Criticality, Segment
from portfolio.kernel.errors import say
from web.formats import Reader
from web.views.act_forms import REASON, ActForm, Field, day
from web.views.chain_words import COLUMNS, CRITICALITIES, ROLES
from web.views.holdings import named

OFFERED = (Role.TARGET, Role.IN_TALKS, Role.CONTRACTED, Role.LANDED, Role.LEFT)
STAYS = say("Older days go on showing the map as it was.")


def _drawing(row: Segment | None, *, today: date) -> tuple[Field, ...]:
    return (
        Field(name="name", label=say("Segment"), value=row.name if row else ""),
        Field(
            name="subsystem",
            label=say("Subsystem"),
            value=row.subsystem if row else "",
            required=False,
            hint=say("The row of the map it stands in."),
        ),
        Field(
            name="position",
            label=say("Position"),
            kind="choice",
            value=row.position if row else "",
            choices=tuple((position.value, words[0]) for position, words in COLUMNS.items()),
        ),
        Field(
            name="criticality",
            label=say("Criticality"),
            kind="choice",
            value=str(row.criticality if row else Criticality.IMPORTANT.value),
            choices=tuple((str(int(one)), word) for one, word in CRITICALITIES.items()),
            hint=say("From important on, a segment without a landed firm is a gap."),
        ),
        Field(
            name="wanted_firms",
            label=say("Firms wanted"),
            value=str(row.wanted_firms if row else 1),
        ),
        Field(
            name="wanted_note",
            label=say("What kind of firm"),
            value=row.wanted_note if row else "",
            required=False,
        ),
        day(
            "on",
            say("In force since"),
            today,
            hint=say("Older days go on showing the map as it was."),
        ),
        REASON,
    )


def segment_form(reader: Reader, slug: str, row: Segment, *, today: date) -> ActForm:
    """Return the form of what the office says of a segment."""
    return ActForm(
        title=say("Change the segment"),
        subject=named(reader, row.name, row.name_en),
        action=f"/chains/{slug}/segments/{row.id}/edit",
        back=f"/chains/{slug}",
        yes=say("Save as a new version"),
        version=row.version,
        fields=_drawing(row, today=today),
    )


def new_segment_form(reader: Reader, chain: Chain, *, today: date) -> ActForm:
    """Return the form of a new segment."""
    code = Field(
        name="code",
        label=say("Code"),
        required=False,
        hint=say("By which a workbook names it; the next free one where it is left empty."),
    )
    return ActForm(
        title=say("Add a segment"),
        subject=named(reader, chain.name, chain.name_en),
        action=f"/chains/{chain.slug}/segments/new",
        back=f"/chains/{chain.slug}",
        yes=say("Save as a new version"),
        fields=(code, *_drawing(None, today=today)),
    )


def retire_form(reader: Reader, slug: str, row: Segment, *, today: date) -> ActForm:
    """Return the form that takes a segment off the map."""
    return ActForm(
        title=say("Take off the map"),
        subject=named(reader, row.name, row.name_en),
        action=f"/chains/{slug}/segments/{row.id}/retire",
        back=f"/chains/{slug}",
        yes=say("Take off the map"),
        version=row.version,
        is_danger=True,
        fields=(
            day(
                "on",
                say("Off the map since"),
                today,
                hint=say("Older days go on showing the map as it was."),
            ),
            REASON,
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
