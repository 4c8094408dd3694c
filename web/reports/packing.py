"""Packing: the reports of a quarter as files in a folder, for the command line and the server.

The fund's side is read once a fund, so a pack is linear in partners. A report that is there with
the same facts is left alone; one that cannot be made is named with its reason, the rest go on.
"""

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from portfolio import editions, funds
from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.kernel.actors import SYSTEM, Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from valuation.periods import Quarter
from web.formats import Lang
from web.reports import facts, files, issue, shelf, whole
from web.reports.files import Kind
from web.reports.report import LpReport, Outcome
from web.reports.whole import Whole

LOG = logging.getLogger("lianji.packs")
MANIFEST = "pack.json"
FIRST_OF_ZIP = (1980, 1, 1, 0, 0, 0)  # a ZIP of the same files is the same ZIP


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One report of a pack: its files with their hashes, or why there are none."""

    fund: str
    partner: str
    number: str  # "" for a draft or a live report
    sha256: str  # of the facts
    faults: tuple[str, ...]
    files: dict[str, str]  # {name: SHA-256}
    was_there: bool = False
    reason: str = ""


@dataclass(slots=True)
class Shared:
    """The fund's side of the reports, read once a fund and quarter."""

    wholes: dict[tuple[str, Quarter], Whole] = field(default_factory=dict)


# ---- rules
def lost(fund: str, partner: str, error: Exception) -> Packed:
    """Return the entry of a report that could not be made."""
    reason = str(error)
    if not isinstance(error, DomainError):
        reason = f"{type(error).__name__}: {error}. The log has the rest; make the pack again."
    return Packed(
        fund=fund, partner=partner, number="", sha256="", faults=(), files={}, reason=reason
    )


# ---- reads
def partner_ids(work: Work, actor: Actor, quarter: Quarter, *, today: date) -> list[str]:
    """Return the partners of every fund that had begun by the quarter."""
    shelf.refuse_open(quarter, today)
    every = shelf.shelves(work, actor, today=today)
    return [partner.id for one in every if one.quarter == quarter for partner in one.partners]


def report_of(work: Work, partner_id: str, quarter: Quarter, shared: Shared) -> LpReport:
    """Return what goes into the pack: the issued report if one is locked, else the draft."""
    partner = work.session.get_one(Partner, partner_id)
    fund = work.session.get_one(Fund, partner.fund_id)
    edition = editions.newest(work, fund.id, quarter)
    if edition is not None and editions.lock_of(work, edition.id) is not None:
        return issue.told(
            work, SYSTEM, fund_code=fund.code, quarter=quarter, partner_code=partner.code
        )
    key = (fund.code, quarter)
    if key not in shared.wholes:
        draft = issue.draft_of(work, edition) if edition is not None else None
        shared.wholes[key] = whole.read(
            work, SYSTEM, fund_code=fund.code, quarter=quarter, draft=draft
        )
    return facts.of_partner(shared.wholes[key], partner)


# ---- writing
def write(report: LpReport, folder: Path, lang: Lang, before: Packed | None = None) -> Packed:
    """Write the files of one report, unless those of the same facts are there already."""
    if before is not None and before.sha256 == report.sha256 and _all_there(folder, before):
        return Packed(**(asdict(before) | {"was_there": True}))
    made = [files.make(report, kind, lang) for kind in Kind]
    for one in made:
        temporary = folder / f".{one.plain_name}.part"
        temporary.write_bytes(one.content)
        temporary.replace(folder / one.plain_name)  # a crash leaves no half file under its name
    return Packed(
        fund=report.fund.code,
        partner=report.partner.code,
        number=report.issue.number,
        sha256=report.sha256,
        faults=tuple(str(c.words) for c in report.checks if c.outcome is Outcome.FAULT),
        files={one.plain_name: hashlib.sha256(one.content).hexdigest() for one in made},
    )


def attempt(
    work: Work,
    partner_id: str,
    quarter: Quarter,
    shared: Shared,
    folder: Path,
    lang: Lang,
    before: Packed | None = None,
) -> Packed:
    """Make one report of a pack; where it cannot be made, say why and let the others go on."""
    partner = work.session.get_one(Partner, partner_id)
    fund = funds.get(work, SYSTEM, partner.fund_id)
    try:
        return write(report_of(work, partner_id, quarter, shared), folder, lang, before)
    # Whatever is wrong with one partner's facts, names or figures, the other partners get theirs:
    # the reason is kept with the report that failed, and the log has the whole of it.
    except Exception as error:
        if not isinstance(error, DomainError):  # a refusal says all there is to say
            LOG.exception("report %s of %s", partner_id, quarter)
        return lost(fund.code, partner.code, error)


def _all_there(folder: Path, packed: Packed) -> bool:
    return bool(packed.files) and all(
        (folder / name).exists()
        and hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in packed.files.items()
    )


def pack(
    work: Work, quarter: Quarter, folder: Path, lang: Lang, *, today: date
) -> Iterator[tuple[Packed, int]]:
    """Write every report of a quarter; yield each with how many there are in all.

    The manifest is written after each report, so a run that was ended goes on where it stopped.
    """
    ids = partner_ids(work, SYSTEM, quarter, today=today)
    if not ids:
        raise DomainError(
            "No fund has a report on {quarter}.",
            "Choose a quarter that has ended and in which a fund had begun.",
            quarter=str(quarter),
        )
    done, shared = manifest(folder), Shared()
    for partner_id in ids:
        partner = work.session.get_one(Partner, partner_id)
        fund = funds.get(work, SYSTEM, partner.fund_id)
        key = f"{fund.code}/{quarter}/{partner.code}/{lang}"
        done[key] = attempt(work, partner_id, quarter, shared, folder, lang, done.get(key))
        _keep(folder, done)
        yield done[key], len(ids)


def manifest(folder: Path) -> dict[str, Packed]:
    """Return what an earlier run has written into a folder; nothing if its list cannot be read."""
    path = folder / MANIFEST
    try:
        entries = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return {
            key: Packed(**(one | {"faults": tuple(one["faults"])})) for key, one in entries.items()
        }
    except (ValueError, TypeError, KeyError):
        return {}


def _keep(folder: Path, done: dict[str, Packed]) -> None:
    text = json.dumps(
        {key: asdict(one) | {"was_there": False} for key, one in done.items()},
        ensure_ascii=False,
        indent=1,
    )
    temporary = folder / f".{MANIFEST}.part"
    temporary.write_text(text, "utf-8")
    temporary.replace(folder / MANIFEST)


def zipped(folder: Path) -> bytes:
    """Return the files of a folder as one ZIP: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("*")) if folder.exists() else []:
            if not path.name.startswith("."):
                archive.writestr(zipfile.ZipInfo(path.name, FIRST_OF_ZIP), path.read_bytes())
    return out.getvalue()
