"""The forms of the sites: list one, change it, offer it or not, and what a project asks of one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dealflow.site_needs import SiteNeed
from dealflow.site_takings import Held
from dealflow.sites import Offer, PriceBasis, ProjectSite, SiteKind, Utility, read_utilities
from portfolio.kernel.errors import Message, say
from web.formats import Reader
from web.views.act_forms import REASON, ActForm, Field, choice, day, in_yuan, money
from web.views.site_words import KINDS, OFFERS, PRICES, UTILITIES


def _words(said: Mapping[Any, Message]) -> dict[str, str | Message]:
    return {str(one): words for one, words in said.items()}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _sizes(row: ProjectSite | SiteNeed | None, *, area_is_needed: bool) -> tuple[Field, ...]:
    return (
        Field(
            name="area_m2",
            label=say("Area in m²"),
            value=_text(row.area_m2 if row else None),
            required=area_is_needed,
        ),
        Field(
            name="floor_load_kg_m2",
            label=say("Floor load in kg/m²"),
            value=_text(row.floor_load_kg_m2 if row else None),
            required=False,
        ),
        Field(
            name="power_kva",
            label=say("Power in kVA"),
            value=_text(row.power_kva if row else None),
            required=False,
        ),
    )


def _utilities(text: str) -> tuple[Field, ...]:
    has = read_utilities(text)
    return tuple(
        Field(
            name=one.value,
            label=UTILITIES[one],
            kind="check",
            value="yes" if one in has else "",
            required=False,
        )
        for one in Utility
    )


def _later(name: str, label: Message, value: date | None, hint: Message) -> Field:
    return Field(
        name=name,
        label=label,
        kind="date",
        value=value.isoformat() if value else "",
        hint=hint,
        required=False,
    )


def site_form(reader: Reader, row: ProjectSite | None, *, today: date) -> ActForm:
    """Return the form of a site, empty for a new one."""
    first: tuple[Field, ...] = ()
    if row is None:
        first = (
            Field(name="code", label=say("Code"), hint=say("Short, such as A03.")),
            day("listed_on", say("Listed since"), today),
        )
    kind = SiteKind(row.kind) if row else SiteKind.FACTORY
    basis = PriceBasis(row.price_basis) if row else PriceBasis.RENT_M2_MONTH
    price = in_yuan(row.price_fen) if row and row.price_fen else ""
    return ActForm(
        title=say("Change the site") if row else say("List a site"),
        subject=row.name if row else reader.say(say("Sites")),
        action=f"/sites/{row.id}/edit" if row else "/sites/new",
        back=f"/sites/{row.id}" if row else "/sites",
        yes=say("Save"),
        version=row.version if row else None,
        fields=(
            *first,
            Field(name="name", label=say("Name"), value=row.name if row else ""),
            Field(
                name="name_en",
                label=say("English name"),
                value=row.name_en if row else "",
                required=False,
            ),
            choice("kind", say("Kind of site"), _words(KINDS), value=kind.value),
            Field(name="park", label=say("Park"), value=row.park if row else "", required=False),
            *_sizes(row, area_is_needed=True),
            money("price", say("Asking price"), required=False, value=price, unit="yuan"),
            choice("price_basis", say("What the price buys"), _words(PRICES), value=basis.value),
            *_utilities(row.utilities if row else ""),
            _later(
                "free_from",
                say("Ready for use from"),
                row.free_from if row else None,
                say("Empty: at once."),
            ),
            Field(
                name="is_public",
                label=say("May be shown to the public"),
                kind="check",
                value="yes" if row and row.is_public else "",
                required=False,
            ),
            Field(
                name="note",
                label=say("Note"),
                kind="lines",
                value=row.note if row else "",
                required=False,
                longest=300,
            ),
        ),
    )


def offer_form(row: ProjectSite, now: Offer, *, today: date) -> ActForm:
    """Return the form of whether a site is offered."""
    return ActForm(
        title=say("Offer or keep back"),
        subject=row.name,
        action=f"/sites/{row.id}/offer",
        back=f"/sites/{row.id}",
        yes=say("Record"),
        fields=(
            choice("to", say("Offer"), _words(OFFERS), value=now.value),
            day("on", say("Since"), today),
            Field(
                name="note",
                label=say("Reason"),
                required=False,
                hint=say("Needed where the site is not offered."),
                longest=200,
            ),
        ),
    )


def release_form(row: ProjectSite, held: Held, project: str, *, today: date) -> ActForm:
    """Return the form by which a project gives a site back."""
    return ActForm(
        title=say("Give the site back"),
        subject=row.name,
        action=f"/sites/{row.id}/takings/{held.taking_id}/release",
        back=f"/sites/{row.id}",
        yes=say("Give back"),
        facts=((say("Project"), project), (say("Held since"), held.since.isoformat())),
        fields=(day("on", say("Given back on"), today), REASON),
    )


def need_form(project_id: str, name: str, row: SiteNeed | None) -> ActForm:
    """Return the form of what a project asks of its site."""
    return ActForm(
        title=say("What the project asks of a site"),
        subject=name,
        action=f"/deals/{project_id}/site-need",
        back=f"/deals/{project_id}?tab=site",
        yes=say("Save"),
        version=row.version if row else 0,
        fields=(
            choice(
                "kind",
                say("Kind of site"),
                {"": say("any"), **_words(KINDS)},
                value=row.kind or "" if row else "",
            ),
            Field(name="park", label=say("Park"), value=row.park if row else "", required=False),
            *_sizes(row, area_is_needed=False),
            *_utilities(row.utilities if row else ""),
            _later(
                "needed_by",
                say("Needed by"),
                row.needed_by if row else None,
                say("Empty: the day is open."),
            ),
        ),
    )
