"""Uploads: a file that came with a form, kept by its hash, and handed out again as it came."""

from urllib.parse import quote

from fastapi import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.files import StoredFile
from web.deps import store_of

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
