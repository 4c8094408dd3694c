"""Read one sheet from bytes on standard input and print its cells as JSON: the child process.

It is run by its path, isolated, with nothing of ours imported. After the libraries are loaded it
gives up what it does not need: no new file or socket can be opened, memory and time are bounded.
A workbook that breaks the reader breaks this process and nothing else.
"""

import codecs
import csv
import datetime as dt
import io
import json
import resource
import sys
from typing import Any

from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

MEMORY_BYTES, CPU_SECONDS, ONLY_STANDARD_STREAMS = 1 << 30, 20, 3
LARGEST_FIELD = 10_000
ENCODINGS = ("utf-8-sig", "gb18030")


def give_up_rights() -> None:
    """Bound this process before it looks at the first foreign byte."""
    for codec in ENCODINGS:
        codecs.lookup(codec)  # a codec is loaded from its file when first used, which ends here
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (ONLY_STANDARD_STREAMS, ONLY_STANDARD_STREAMS))


def cell(value: Any) -> Any:
    """Return a cell as JSON: text as it is, else a pair of kind and value."""
    match value:
        case str():
            return value
        case bool():
            return ["bool", value]
        case int() | float():
            return ["number", format(value, ".15g")]  # Excel itself keeps fifteen digits
        case dt.datetime() | dt.date():
            return ["date", value.isoformat()]
        case _:
            return ["other", str(value)]


def of_workbook(content: bytes, wanted: str, most_rows: int, most_columns: int) -> dict[str, Any]:
    """Return the sheets' names and the cells of the wanted one, or of the first visible one."""
    book = load_workbook(io.BytesIO(content))
    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]
    if not visible or (wanted and wanted not in visible):
        return {"refused": "no_sheet", "sheets": visible}
    sheet = book.get_sheet_by_name(wanted or visible[0])
    if sheet.total_height > most_rows or sheet.total_width > most_columns:
        return {"refused": "too_large", "rows": sheet.total_height, "columns": sheet.total_width}
    rows = [[cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    return {"sheets": visible, "sheet": sheet.name, "rows": rows}


def of_csv(content: bytes, most_rows: int, most_columns: int) -> dict[str, Any]:
    """Return the fields of a CSV, in UTF-8 or GB 18030; every field is text."""
    csv.field_size_limit(LARGEST_FIELD)
    likely, legacy = ENCODINGS
    try:
        text = content.decode(likely)
    except UnicodeDecodeError:
        text = content.decode(legacy)
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(text, newline=""), strict=True):
        rows.append(row)
        if len(rows) > most_rows or len(row) > most_columns:
            return {"refused": "too_large", "rows": len(rows), "columns": len(row)}
    return {"sheets": ["csv"], "sheet": "csv", "rows": rows}


def main() -> None:
    """Answer one request: `KIND MOST_ROWS MOST_COLUMNS SHEET`, bytes on standard input."""
    kind, most_rows, most_columns, wanted = sys.argv[1:5]
    give_up_rights()
    content = sys.stdin.buffer.read()
    limits = int(most_rows), int(most_columns)
    try:
        answer = (
            of_csv(content, *limits) if kind == "csv" else of_workbook(content, wanted, *limits)
        )
    except (CalamineError, UnicodeDecodeError, csv.Error) as error:
        answer = {"refused": "unreadable", "why": str(error)[:200]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
