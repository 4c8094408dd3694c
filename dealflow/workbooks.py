"""Workbooks: foreign files are looked at as containers first and read by another process then.

source  THREATS.md F2: size, members, unpacked total, DTD, macros and external links are checked
        before anything is parsed; rows and columns are capped; the parser may not reach out.
"""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import LARGEST

MOST_MEMBERS, MOST_UNPACKED = 500, 120 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 5_000, 100
SECONDS = 30
READER = Path(__file__).with_name("workbook_reader.py")
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
REMEDY = "Open it in Excel or WPS, copy the cells into a new plain workbook (.xlsx), send that one."
DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
EXTERNAL = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
# A part of this name does more than hold cells.
ACTIVE_PARTS = (
    ("vbaproject", "a macro"),
    ("xl/macrosheets/", "a macro sheet"),
    ("xl/externallinks/", "a link to another workbook"),
    ("xl/connections", "a data connection"),
    ("xl/embeddings/", "an embedded object"),
    ("xl/activex/", "an ActiveX control"),
)


# ---- facts
@dataclass(frozen=True, slots=True)
class Number:
    """A number cell, as the decimal text Excel shows with fifteen digits."""

    text: str


Cell = str | Number | date | bool  # an empty cell is ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of one sheet, row by row; rows are as long as the sheet has them."""

    sheet: str
    sheets: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


# ---- rules
def check_container(content: bytes) -> None:
    """Refuse a workbook that is not only cells, or that would unpack beyond measure."""
    if content.startswith(OLD_OR_LOCKED):
        raise DomainError(
            "This workbook is of the old .xls form or locked with a password.",
            "Save it as .xlsx without a password and upload it again.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive)
            for name, part in _parts(archive):
                _check_part(name, part)
    # zipfile has a RuntimeError for an encrypted member, and one of its kind for a compression it
    # cannot read: both are faults of the file that was sent, not of ours.
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError) as broken:
        raise DomainError("This file is not a whole .xlsx workbook.", REMEDY) from broken


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise DomainError(
            "The workbook has {count} parts and unpacks to {size} MB, more than a sheet needs.",
            REMEDY,
            count=len(members),
            size=sum(member.file_size for member in members) // 2**20,
        )
    low = [name.lower() for name in names]
    if len(set(low)) < len(low) or any(
        name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names
    ):
        raise DomainError("The workbook names its parts in a way no program does.", REMEDY)
    for name in low:
        for part, what in ACTIVE_PARTS:
            if part in name:
                raise DomainError("The workbook contains {what}.", REMEDY, what=what)
    if "[content_types].xml" not in low or "xl/workbook.xml" not in low:
        raise DomainError("This file is not a whole .xlsx workbook.", REMEDY)


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield the XML parts, never more bytes of one than its header declared."""
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels")):
            with archive.open(member) as part:
                yield member.filename.lower(), part.read(member.file_size)


def _check_part(name: str, part: bytes) -> None:
    plain = part.replace(b"\x00", b"")  # so that UTF-16 hides nothing
    if DTD.search(plain):
        raise DomainError("The workbook declares a document type or an entity.", REMEDY)
    if name == "[content_types].xml" and b"macroenabled" in plain.lower():
        raise DomainError("The workbook contains {what}.", REMEDY, what="a macro")
    if name.endswith(".rels"):
        for link in EXTERNAL.findall(plain):
            if b"/hyperlink" not in link:  # a link in a cell is text to us, and never fetched
                raise DomainError(
                    "The workbook contains {what}.", REMEDY, what="a link to another file"
                )


# ---- reading
def read(content: bytes, *, sheet: str = "") -> Grid:
    """Return the cells of a workbook or CSV.

    sheet   the name of the sheet; empty for the first visible one
    errors  DomainError for whatever is not a plain sheet within the limits
    """
    if not content:
        raise DomainError("The file is empty.", "Choose the right file.")
    if len(content) > LARGEST:
        raise DomainError("The file is larger than 20 MB.", "Split it into smaller sheets.")
    kind = "csv"
    if content.startswith((b"PK", OLD_OR_LOCKED)):
        check_container(content)
        kind = "xlsx"
    elif b"\x00" in content:
        raise DomainError("This is neither an .xlsx workbook nor a CSV text.", REMEDY)
    answer = _ask_reader(content, kind, sheet)
    match answer.get("refused"):
        case None:
            return Grid(
                sheet=answer["sheet"],
                sheets=tuple(answer["sheets"]),
                rows=tuple(tuple(_cell(cell) for cell in row) for row in answer["rows"]),
            )
        case "too_large":
            raise DomainError(
                "The sheet has {rows} rows and {columns} columns.",
                "Split it: at most {most_rows} rows and {most_columns} columns are read at once.",
                rows=answer["rows"],
                columns=answer["columns"],
                most_rows=MOST_ROWS,
                most_columns=MOST_COLUMNS,
            )
        case "no_sheet":
            raise DomainError(
                "The workbook has no visible sheet of that name.",
                "Choose one of its sheets: {sheets}.",
                sheets=", ".join(answer["sheets"]),
            )
        case _:
            raise DomainError("The file cannot be read: {why}", REMEDY, why=answer["why"])


def _ask_reader(content: bytes, kind: str, sheet: str) -> dict[str, Any]:
    # -I: neither the environment nor the working directory can put code in its way
    command = [sys.executable, "-I", str(READER), kind, str(MOST_ROWS), str(MOST_COLUMNS), sheet]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and file; the bytes go by stdin
            command, input=content, capture_output=True, timeout=SECONDS, check=True, env={}
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, ValueError) as broken:
        raise DomainError(
            "The file could not be read within the limits of time and memory.", REMEDY
        ) from broken
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _cell(cell: Any) -> Cell:
    match cell:
        case str():
            return cell
        case ["number", text]:
            return Number(text)
        case ["date", text]:
            moment = datetime.fromisoformat(text)
            return moment.date() if moment.time() == datetime.min.time() else moment
        case ["bool", bool() as value]:
            return value
        case _:
            return str(cell[1])
