"""Sheets: a foreign project sheet is previewed whole, and booked whole or not at all.

The batch keeps the file by its hash and what a person chose; the draft is computed anew each time
from the bytes and the books, so what is confirmed is what would be previewed at that moment.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import agreements, columns, drafts, landings, projects, units, workbooks
from dealflow.agreements import AgreementKind
from dealflow.chains import Chain
from dealflow.columns import SheetField
from dealflow.drafts import Draft, DraftRow, Known, Plan, key
from dealflow.stages import BY_SIGNING, Milestone, Stage
from portfolio import organisations
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError
from portfolio.kernel.files import Store
from portfolio.organisations import Organisation
from valuation.money import Unit

F = SheetField


# ---- facts
class BatchState(StrEnum):
    """A batch is a preview until somebody confirms it, once."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a confirmation wrote."""

    projects: int
    milestones: int
    agreements: int
    arrivals: int
    known: int  # rows that were recorded before and left as they are


NOTHING = Booked(projects=0, milestones=0, agreements=0, arrivals=0, known=0)


# ---- rows
class ImportBatch(Row, table=True):
    """One file, taken in once: the same bytes find the same batch again."""

    __tablename__ = "import_batch"
    __table_args__ = strict(
        sa.UniqueConstraint("sha256"),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL)", name="confirmed_by_somebody"
        ),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    sha256: str
    file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    name: str
    sheet: str = ""
    state: str = Field(default=BatchState.DRAFT.value, sa_type=one_of(*BatchState))
    choices: str = "{}"  # JSON {"columns": {column: field or null}, "units": {field: fen}}
    booked: str = "{}"  # JSON of Booked once confirmed
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    confirmed_by: str | None = Field(default=None, sa_type=Id)
    version: int = 1


# ---- commands
def upload(work: Work, actor: Actor, store: Store, *, name: str, content: bytes) -> ImportBatch:
    """Keep the file and open a batch for it, or return the batch these bytes already have."""
    actor.must(Duty.IMPORT_SHEETS)
    digest = hashlib.sha256(content).hexdigest()
    same = sa.select(ImportBatch).where(col(ImportBatch.sha256) == digest)
    found: ImportBatch | None = work.session.execute(same).scalar()
    if found is not None:
        return found
    grid = workbooks.read(content)
    kind = "" if content.startswith(b"PK") else "text/csv"
    file = store.keep(work, actor, name=name, content=content, kind=kind)
    row = work.add(
        ImportBatch(
            sha256=digest,
            file_id=file.id,
            name=file.name,
            sheet=grid.sheet,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
        )
    )
    after = {"sha256": digest, "name": file.name}
    audit.write(work, actor, "import:upload", "import", row.id, after=after)
    return row


def choose(
    work: Work,
    actor: Actor,
    batch_id: str,
    *,
    version: int,
    sheet: str,
    fields: Mapping[int, SheetField | None],
    money_units: Mapping[SheetField, Unit],
) -> ImportBatch:
    """Say which sheet and column is meant, and which unit, where the headings do not."""
    actor.must(Duty.IMPORT_SHEETS)
    row = get(work, batch_id)
    choices = audit.canonical(
        {
            "columns": {str(column): name and name.value for column, name in fields.items()},
            "units": {name.value: int(unit) for name, unit in money_units.items()},
        }
    )
    if row.version != version or row.state == BatchState.CONFIRMED:
        raise StaleError(
            mine={"choices": choices, "version": version},
            theirs={"choices": row.choices, "version": row.version, "state": row.state},
        )
    row.sheet, row.choices, row.version = sheet, choices, row.version + 1
    work.add(row)
    audit.write(
        work, actor, "import:choose", "import", row.id, after={"sheet": sheet, "choices": choices}
    )
    return row


def confirm(
    work: Work, actor: Actor, store: Store, batch_id: str, *, version: int | None = None
) -> Booked:
    """Book every row of the batch, or nothing. A batch that was confirmed books nothing more.

    version  of the batch whose preview was read; None where nobody read one
    """
    actor.must(Duty.IMPORT_SHEETS)
    batch = get(work, batch_id)
    if batch.state == BatchState.CONFIRMED:
        return NOTHING
    if version not in {None, batch.version}:
        raise StaleError(
            mine={"version": version},
            theirs={"sheet": batch.sheet, "choices": batch.choices, "version": batch.version},
        )
    preview = draft(work, store, batch_id)
    if preview.findings:
        raise DomainError(
            "The sheet has {count} findings; nothing was booked.",
            "Correct the cells that the preview names and upload the sheet again.",
            count=len(preview.findings),
        )
    before = _counts(work)
    for row in preview.rows:
        if row.plan is Plan.ADD:
            _book(work, actor, row, file_id=batch.file_id)
    after = _counts(work)
    booked = Booked(
        **{name: after[name] - before[name] for name in before}, known=preview.count(Plan.KNOWN)
    )
    batch.state, batch.version = BatchState.CONFIRMED.value, batch.version + 1
    batch.confirmed_at, batch.confirmed_by = work.recorded_at, actor.id
    batch.booked = audit.canonical({name: getattr(booked, name) for name in Booked.__slots__})
    work.add(batch)
    audit.write(work, actor, "import:confirm", "import", batch.id, after=json.loads(batch.booked))
    return booked


def _counts(work: Work) -> dict[str, int]:
    tables = {
        "projects": projects.Project,
        "milestones": Milestone,
        "agreements": agreements.Agreement,
        "arrivals": landings.Arrival,
    }
    return {
        name: int(work.scalar(sa.select(sa.func.count()).select_from(table)))
        for name, table in tables.items()
    }


def _book(work: Work, actor: Actor, row: DraftRow, *, file_id: str) -> None:
    has = row.values
    is_demo = bool(has.get(F.IS_DEMO))
    first = min([work.today(), *(on for on, _ in row.stages)])
    project = projects.create(
        work,
        actor,
        code=row.code,
        name=has[F.NAME],
        organisation_id=_firm(work, actor, row, is_demo=is_demo).id,
        first_heard_on=has.get(F.FIRST_HEARD_ON, first),
        unit_id=has.get(F.UNIT),
        system_code=has.get(F.SYSTEM),
        chain_id=has.get(F.CHAIN),
        park=has.get(F.PARK, ""),
        planned_investment_fen=has.get(F.PLANNED),
        needs_site=has.get(F.NEEDS_SITE, True),
        source=has.get(F.SOURCE, ""),
        is_demo=is_demo,
    )
    for on, stage in row.stages:
        if stage in BY_SIGNING:
            is_last = stage is Stage.FORMAL or F.FORMAL_ON not in has
            agreements.sign(
                work,
                actor,
                project_id=project.id,
                kind=AgreementKind(stage.value),
                title=project.name,
                code=f"{row.code}-{'HT' if stage is Stage.FORMAL else 'KJ'}",
                signed_on=on,
                amount_fen=has.get(F.CONTRACT) if stage is Stage.FORMAL else None,
                start_due_on=has.get(F.START_DUE_ON) if is_last else None,
                file_id=file_id,
                is_demo=is_demo,
            )
        else:
            projects.record(work, actor, project.id, stage=stage, on=on, evidence_file_id=file_id)
    if F.ARRIVED in has:
        landings.arrive(
            work,
            actor,
            project.id,
            on=has[F.ARRIVED_ON],
            amount_fen=has[F.ARRIVED],
            kind=landings.MoneyKind.OTHER,
            evidence_file_id=file_id,
        )


def _firm(work: Work, actor: Actor, row: DraftRow, *, is_demo: bool) -> Organisation:
    name, code = row.values[F.FIRM], row.values.get(F.CREDIT_CODE)
    if code is None:
        return organisations.find_or_create(work, actor, name=name, is_demo=is_demo)
    same = sa.select(Organisation).where(col(Organisation.credit_code) == code)
    found: Organisation | None = work.session.execute(same).scalar()
    return found or organisations.create(work, actor, name=name, credit_code=code, is_demo=is_demo)


# ---- reads
def get(work: Work, batch_id: str) -> ImportBatch:
    """Return the batch or answer like one that is not there."""
    row = work.session.get(ImportBatch, batch_id)
    if row is None:
        raise NotFoundError
    return row


def listed(work: Work) -> list[ImportBatch]:
    """Return the batches, newest first."""
    newest = sa.select(ImportBatch).order_by(col(ImportBatch.id).desc())
    return list(work.session.execute(newest).scalars())


def draft(work: Work, store: Store, batch_id: str) -> Draft:
    """Return the preview of a batch against the books of this moment."""
    batch = get(work, batch_id)
    content = store.read(files.get(work, batch.file_id))
    return preview(work, content, sheet=batch.sheet, choices=batch.choices)


def preview(work: Work, content: bytes, *, sheet: str = "", choices: str = "{}") -> Draft:
    """Return what a file would book; nothing is written, not even the file."""
    grid = workbooks.read(content, sheet=sheet)
    chosen = json.loads(choices)
    reading = columns.propose(
        grid,
        chosen={
            int(column): SheetField(name) if name else None
            for column, name in chosen.get("columns", {}).items()
        },
        units={SheetField(name): Unit(fen) for name, fen in chosen.get("units", {}).items()},
    )
    return drafts.draft(grid, reading, known(work))


def known(work: Work) -> Known:
    """Return what the books hold, by the words a sheet uses: names, and codes of projects."""
    project = projects.Project
    named = {
        F.UNIT: sa.select(col(units.Unit.name), col(units.Unit.id)),
        F.SYSTEM: sa.select(col(units.IndustrySystem.name), col(units.IndustrySystem.code)),
        F.CHAIN: sa.select(col(Chain.name), col(Chain.id)),
    }
    recorded = sa.select(col(project.code), col(project.name), col(Organisation.name)).join(
        Organisation, col(Organisation.id) == col(project.organisation_id)
    )
    return Known(
        names={
            field: {key(name): subject for name, subject in work.rows(statement)}
            for field, statement in named.items()
        },
        projects={code: (name, firm) for code, name, firm in work.rows(recorded)},
        today=work.today(),
    )
