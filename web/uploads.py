"""Uploads: a file that came with a form, kept by its hash, and handed out again as it came."""

from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

from fastapi import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from portfolio.kernel import files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.files import StoredFile
from web.deps import store_of
from web.forms import WriteForm

# Opened in a tab of its own the file may still run nothing, load nothing and send nothing.
SANDBOX = "sandbox; default-src 'none'"


def kept(
    request: Request, work: Work, actor: Actor, upload: UploadFile | None, *, is_demo: bool = False
) -> str | None:
    """Keep the file of a form and return its id; None where the field was left empty."""
    if upload is None or not upload.filename:
        return None
    file = store_of(request).keep(
        work, actor, name=upload.filename, content=upload.file.read(), is_demo=is_demo
    )
    return file.id


class SheetForm(WriteForm):
    """A sheet to look at before anything of it is booked."""

    sheet: UploadFile | None = None


def sheet_kept(
    request: Request,
    work: Work,
    actor: Actor,
    sheet: UploadFile | None,
    read: Callable[[bytes], object],
) -> StoredFile:
    """Keep a sheet for its preview.

    read    what reads it: a sheet that nothing can open is refused before it is kept
    errors  no file; what `read` refuses
    """
    actor.must(Duty.IMPORT_SHEETS)
    if sheet is None or not sheet.filename:
        raise DomainError("No file was chosen.", "Choose a sheet in the form and send it again.")
    content = sheet.file.read()
    read(content)
    kind = "" if content.startswith(b"PK") else "text/csv"
    return store_of(request).keep(work, actor, name=sheet.filename, content=content, kind=kind)


def sheet_of(request: Request, work: Work, actor: Actor, file_id: UUID) -> tuple[StoredFile, bytes]:
    """Return a kept sheet with its content to the person who sent it.

    Any file that is kept has such an address, and not everybody may read every file.
    """
    file = files.get(work, str(file_id))
    if file.recorded_by != actor.id:
        raise NotFoundError
    return file, store_of(request).read(file)


def handed_out(request: Request, file: StoredFile) -> Response:
    """Answer with a file as an attachment of our own content type; its hash is checked here."""
    content = store_of(request).read(file)
    name = quote(file.name, safe="")
    return Response(
        content,
        media_type=file.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Content-Security-Policy": SANDBOX,
            "X-Content-SHA256": file.sha256,
        },
    )
