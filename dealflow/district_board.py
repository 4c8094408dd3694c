"""District board: our figures, computed from our rows, beside those that other districts published.

The field is ranked on the last period of the year for which others' figures are recorded, so that
both sides speak of the same days.
"""

from datetime import date

from dealflow import counted, external_figures, targets
from dealflow.first_definitions import Definition
from dealflow.race import Entrant, Part
from dealflow.targets import DISTRICT, Scope
from portfolio.figures import Figure
from portfolio.kernel import site
from portfolio.kernel.db import Work
from valuation.periods import year_start


# ---- reads
def period_end(work: Work, as_of: date, *, with_demo: bool = True) -> date:
    """Return the last day up to which others' figures of the year are recorded, else `as_of`."""
    begins = year_start(as_of)
    return max(
        (
            one.entry.period_to
            for one in external_figures.every(work, as_of, with_demo=with_demo)
            if one.entry.period_from == begins
        ),
        default=as_of,
    )


def field(
    work: Work,
    parts: tuple[Part, ...],
    means: dict[str, Definition],
    ends: date,
    *,
    with_demo: bool = True,
) -> tuple[list[Entrant], dict[str, dict[str, Figure]]]:
    """Return who is ranked, and {district: {measure: figure}}; ours goes by the site's name.

    ends  the last day of the period, which begins with its year
    """
    codes = [part.code for part in parts]
    facts = counted.load(work, year_start(ends), ends, with_demo=with_demo)
    subjects = targets.subjects(work, Scope.DISTRICT, with_demo=with_demo)
    figures = targets.figures_by_subject(facts, subjects, means)
    asked = targets.set_for(work, ends.year, Scope.DISTRICT, with_demo=with_demo)
    own = figures[DISTRICT]
    entrants = [
        Entrant(
            subject_id=DISTRICT,
            name=site.read(work).district or DISTRICT,
            name_en="",
            figures=own,
            targets={code: asked[DISTRICT, code] for code in codes if (DISTRICT, code) in asked},
            is_demo=any(row.is_demo for code in codes if code in own for row in own[code].rows),
        )
    ]
    others: dict[str, dict[str, external_figures.External]] = {}
    recorded = external_figures.every(work, ends, with_demo=with_demo)
    for one in external_figures.of_period(recorded, year_start(ends), ends):
        if one.entry.code in codes and one.entry.code in means:
            others.setdefault(one.entry.district, {})[one.entry.code] = one
    for name, by_code in sorted(others.items()):
        figures[name] = {
            code: external_figures.figure_of(one, means[code]) for code, one in by_code.items()
        }
        entrants.append(
            Entrant(
                subject_id=name,
                name=name,
                name_en="",
                figures=figures[name],
                targets={
                    code: one.entry.target for code, one in by_code.items() if one.entry.target
                },
                is_demo=any(one.entry.is_demo for one in by_code.values()),
            )
        )
    return entrants, figures
