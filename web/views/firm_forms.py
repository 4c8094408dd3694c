"""The forms of the firm page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from dealflow.chains import Chain, Segment
from dealflow.firm_withdrawals import FirmWithdrawal
from dealflow.leads import SourceKind
from dealflow.qualifications import Kind
from dealflow.score_weights import Weights
from dealflow.supply import SupplyLine
from dealflow.units import Unit
from dealflow.withdrawal_effects import Effects
from portfolio.kernel.errors import Message, say
from portfolio.organisations import Organisation
from web.formats import Reader
from web.views.act_forms import REASON, ActForm, Field, choice, day
from web.views.chain_forms import OFFERED
from web.views.chain_words import PARTS, ROLES
from web.views.firm_words import QUALIFICATIONS
from web.views.holdings import named
from web.views.leads import DAYS_TO_ACCEPT, SOURCES

OTHER_FIRM = say(
    "A registered name, another name of it, or its credit code; a new name is recorded as a firm."
)
EVIDENCE = Field(
    name="evidence",
    label=say("Evidence"),
    kind="file",
    required=False,
    hint=say("PDF, PNG, JPEG or XLSX, 20 MB at most; kept by its hash"),
)


def _form(firm: Organisation, path: str, title: Message, yes: Message, *fields: Field) -> ActForm:
    here = f"/firms/{firm.id}"
    return ActForm(
        title=title,
        subject=firm.name,
        action=f"{here}/{path}",
        back=here,
        yes=yes,
        fields=fields,
    )


def describe(firm: Organisation) -> ActForm:
    """Return the form of what the register says of a firm."""
    return ActForm(
        title=say("Change the firm"),
        subject=firm.name,
        action=f"/firms/{firm.id}/edit",
        back=f"/firms/{firm.id}",
        yes=say("Save"),
        version=firm.version,
        fields=(
            Field(
                name="credit_code",
                label=say("Credit code"),
                value=firm.credit_code or "",
                required=False,
                hint=say("18 characters from the business licence."),
                longest=18,
            ),
            Field(name="name_en", label=say("English name"), value=firm.name_en, required=False),
            Field(name="city", label=say("City"), value=firm.city, required=False, longest=40),
        ),
    )


def role(
    reader: Reader, firm: Organisation, places: Sequence[tuple[Segment, Chain]], today: date
) -> ActForm:
    """Return the form of a role in a segment."""
    segments = {
        segment.id: f"{named(reader, chain.name, chain.name_en)} · "
        f"{named(reader, segment.name, segment.name_en)}"
        for segment, chain in places
    }
    return _form(
        firm,
        "roles",
        say("Record a role"),
        say("Record"),
        choice("segment", say("Segment"), segments),
        choice(
            "role",
            say("Role"),
            {one.value: ROLES[one] for one in OFFERED},
            hint=say("“Has left” ends the role in this segment from that day on."),
        ),
        day("on", say("Since"), today),
        Field(name="note", label=say("Note"), required=False, longest=300),
    )


def supplied(firm: Organisation, today: date) -> ActForm:
    """Return the form of a supply from or to a firm."""
    return _form(
        firm,
        "supplies",
        say("Record a supply"),
        say("Record"),
        choice(
            "side",
            say("The other firm"),
            {"supplier": say("supplies this firm"), "customer": say("buys from this firm")},
        ),
        Field(name="other", label=say("Firm"), hint=OTHER_FIRM),
        Field(
            name="weight",
            label=say("Share of the customer's need, %"),
            hint=say("1 to 100; all suppliers of a customer cover no more than the whole."),
            longest=4,
        ),
        Field(name="what", label=say("What is supplied"), required=False),
        day("since_on", say("Supply since"), today),
        EVIDENCE,
    )


def supply_end(firm: Organisation, line: SupplyLine, today: date) -> ActForm:
    """Return the form of the end of a supply."""
    ends = day(
        "on",
        say("Ended on"),
        today,
        hint=say("On its first day: it was recorded in error and never counts."),
    )
    form = _form(firm, f"supplies/{line.link_id}/end", say("End the supply"), say("End it"), ends)
    return _with_facts(form, (say("The other firm"), line.name), (say("Share"), f"{line.weight} %"))


def certificate(firm: Organisation, today: date) -> ActForm:
    """Return the form of a certificate."""
    kinds = {one.value: QUALIFICATIONS[one] for one in Kind}
    return _form(
        firm,
        "qualifications",
        say("Record a certificate"),
        say("Record"),
        choice("kind", say("Certified as"), kinds),
        Field(name="certificate", label=say("Certificate no."), required=False, longest=60),
        day("valid_from", say("Valid since"), today),
        Field(
            name="valid_to",
            label=say("Valid to"),
            kind="date",
            required=False,
            hint=say("Empty where the certificate names no end."),
        ),
        EVIDENCE,
    )


def alias(firm: Organisation) -> ActForm:
    """Return the form of another name."""
    hint = say("Visits, events and leads that use it count for this firm.")
    return _form(
        firm,
        "names",
        say("Add another name"),
        say("Add"),
        Field(name="name", label=say("Other name"), hint=hint),
    )


def group(firm: Organisation, today: date) -> ActForm:
    """Return the form of a parent or a subsidiary."""
    sides = {"parent": say("owns this firm"), "subsidiary": say("belongs to this firm")}
    return _form(
        firm,
        "group",
        say("Record a parent or subsidiary"),
        say("Record"),
        choice("side", say("The other firm"), sides),
        Field(name="other", label=say("Firm"), hint=OTHER_FIRM),
        Field(
            name="share",
            label=say("Share held, %"),
            required=False,
            hint=say("Of the subsidiary; empty where it is not known."),
            longest=8,
        ),
        day("since_on", say("Since"), today),
    )


def group_end(firm: Organisation, tie_id: str, other: str, today: date) -> ActForm:
    """Return the form of the end of a tie."""
    form = _form(
        firm,
        f"group/{tie_id}/end",
        say("End the tie"),
        say("End it"),
        day("on", say("Ended on"), today),
    )
    return _with_facts(form, (say("The other firm"), other))


def leadership(reader: Reader, firm: Organisation, chains: Sequence[Chain], today: date) -> ActForm:
    """Return the form by which a firm becomes a leader of a chain."""
    return _form(
        firm,
        "leadership",
        say("Name as leader firm"),
        say("Name"),
        choice(
            "chain",
            say("Chain"),
            {one.slug: named(reader, one.name, one.name_en) for one in chains},
        ),
        day("on", say("Since"), today),
    )


def leadership_end(reader: Reader, firm: Organisation, chain: Chain, today: date) -> ActForm:
    """Return the form of the end of a leader's term."""
    form = _form(
        firm,
        f"leadership/{chain.slug}/end",
        say("End the term of the leader firm"),
        say("End it"),
        day("on", say("Ended on"), today),
    )
    return _with_facts(form, (say("Chain"), named(reader, chain.name, chain.name_en)))


def withdrawal(reader: Reader, firm: Organisation, lost: Effects, today: date) -> ActForm:
    """Return the form of a withdrawal, which restates what it would break."""
    return ActForm(
        title=say("Record that the firm withdraws"),
        subject=firm.name,
        action=f"/firms/{firm.id}/withdrawal",
        back=f"/firms/{firm.id}",
        yes=say("Record the withdrawal"),
        facts=(
            (say("Segments hit"), reader.count(len(lost.segments))),
            (say("Firms downstream"), reader.count(len(lost.downstream))),
            (say("Projects to end"), reader.count(len(lost.projects))),
            (say("Open conditions"), reader.count(len(lost.conditions))),
            (say("Tranches not paid"), reader.count(len(lost.tranches))),
        ),
        warning=say(
            "Roles and supply that began by that day end with it, and the live projects are "
            "terminated. A reversal restores all of it."
        ),
        fields=(day("on", say("Withdrew on"), today), REASON),
        is_final=True,
        is_danger=True,
    )


def reversal(firm: Organisation, went: FirmWithdrawal) -> ActForm:
    """Return the form that takes a withdrawal back."""
    form = _form(
        firm,
        f"withdrawal/{went.id}/reversal",
        say("Reverse the withdrawal"),
        say("Take it back"),
        REASON,
    )
    return _with_facts(
        form, (say("Withdrew on"), went.on.isoformat()), (say("Reason"), went.reason)
    )


def pursue(
    reader: Reader,
    firm: Organisation,
    chain: Chain,
    segment: Segment | None,
    units: Sequence[Unit],
    *,
    source: str,
    today: date,
) -> ActForm:
    """Return the form by which a candidate becomes a lead and a unit is asked to take it."""
    place = [named(reader, chain.name, chain.name_en)]
    if segment:
        place.append(named(reader, segment.name, segment.name_en))
    hidden = f"?chain={chain.slug}" + (f"&segment={segment.id}" if segment else "")
    form = _form(
        firm,
        f"lead{hidden}",
        say("Make a lead"),
        say("Make the lead and hand it over"),
        choice(
            "to_unit",
            say("Hand over to"),
            {"": say("Choose a unit"), **{one.id: _unit(reader, one) for one in units}},
            value=chain.task_force_unit_id or "",
        ),
        day("accept_by", say("To be accepted by"), today + timedelta(days=DAYS_TO_ACCEPT)),
        choice(
            "source_kind",
            say("Source"),
            SOURCES,
            value=SourceKind.OTHER.value,
            hint=say("A leader firm or a fund only where it vouched for the firm: that scores."),
        ),
        Field(name="source", label=say("Who told us"), value=source, required=False),
    )
    return _with_facts(form, (say("To fill"), " · ".join(place)))


def _unit(reader: Reader, unit: Unit) -> str:
    return named(reader, unit.name, unit.name_en)


def weights(last: Weights, today: date) -> tuple[Field, ...]:
    """Return the fields of a new version, filled with the points of the last one."""
    return (
        *(
            Field(name=code, label=PARTS[code], value=str(points), longest=3)
            for code, points in last.points.items()
        ),
        day("valid_from", say("In force from"), today),
        REASON,
    )


def _with_facts(form: ActForm, *facts: tuple[Message, str]) -> ActForm:
    return replace(form, facts=facts)
