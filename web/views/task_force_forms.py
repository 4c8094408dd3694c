"""The forms of a chain's task force: who joins, who leaves, a trip made for the chain."""

from datetime import date

from dealflow import task_forces, units
from dealflow.chains import Chain
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError, say
from web.formats import Reader
from web.views.act_forms import ActForm, Field, choice, day
from web.views.holdings import named


def join_form(work: Work, reader: Reader, chain: Chain, *, today: date) -> ActForm:
    """Return the form for a further member."""
    known = {one.id: named(reader, one.name, one.name_en) for one in units.listed(work)}
    return ActForm(
        title=say("Add a member"),
        subject=named(reader, chain.name, chain.name_en),
        action=f"/chains/{chain.slug}/members/new",
        back=f"/chains/{chain.slug}#h-force",
        yes=say("Add"),
        fields=(
            Field(name="name", label=say("Name or post")),
            Field(name="post", label=say("Part in the task force"), required=False),
            choice("unit", say("Unit"), {"": say("none"), **known}),
            day("since_on", say("Since"), today),
        ),
    )


def leave_form(work: Work, reader: Reader, chain: Chain, member_id: str, *, today: date) -> ActForm:
    """Return the form for a member's last day."""
    member = work.session.get(task_forces.TaskForceMember, member_id)
    if member is None or member.chain_id != chain.id:
        raise NotFoundError
    return ActForm(
        title=say("Record the last day"),
        subject=f"{named(reader, chain.name, chain.name_en)} · {member.name}",
        action=f"/chains/{chain.slug}/members/{member.id}/end",
        back=f"/chains/{chain.slug}#h-force",
        yes=say("Record"),
        fields=(day("on", say("Last day"), today),),
    )


def trip_form(reader: Reader, chain: Chain, *, today: date) -> ActForm:
    """Return the form for a trip made for the chain."""
    return ActForm(
        title=say("Record a trip"),
        subject=named(reader, chain.name, chain.name_en),
        action=f"/chains/{chain.slug}/trips/new",
        back=f"/chains/{chain.slug}#h-force",
        yes=say("Record"),
        fields=(
            day("on", say("Day"), today),
            Field(name="leader_title", label=say("Led by"), value=chain.official_title),
            Field(name="city", label=say("Place of the trip")),
            Field(
                name="firms",
                label=say("Firms seen"),
                kind="lines",
                hint=say("One firm a line."),
                longest=2000,
            ),
        ),
    )
