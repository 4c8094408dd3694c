"""Files: evidence is kept by its hash; a name is data and never a path."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Field

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError

LARGEST = 20 * 1024 * 1024
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)


# ---- rules
def media_type(content: bytes) -> str:
    """Tell the kind by content; the name a browser sends is not believed."""
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return kind
    raise DomainError(
        "This is neither a PDF, PNG, JPEG nor XLSX file.",
        "Save the evidence in one of these forms and upload it again.",
    )


# ---- rows
class StoredFile(Row, table=True):
    """A file as it was uploaded: its hash finds the bytes, the row says who and when."""

    __tablename__ = "stored_file"
    __table_args__ = strict(sa.CheckConstraint("bytes > 0", name="not_empty"))

    sha256: str = Field(index=True)
    name: str
    media_type: str
    bytes: int
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
@dataclass(frozen=True, slots=True)
class Store:
    """A folder of files named by their hash, owner-only, outside the web root."""

    folder: Path

    def keep(
        self,
        work: Work,
        actor: Actor,
        *,
        name: str,
        content: bytes,
        kind: str = "",
        is_demo: bool = False,
    ) -> StoredFile:
        """Keep the bytes, then the row. A file without a row is harmless; the other way is not.

        kind  given where a reader has understood the content already: a CSV has no signature
        """
        if not content:
            raise DomainError("The file {name} is empty.", "Choose the right file.", name=name)
        if len(content) > LARGEST:
            raise DomainError(
                "The file {name} is larger than 20 MB.",
                "Scan it at a lower resolution, or split it.",
                name=name,
            )
        kind, digest = kind or media_type(content), hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        row = work.add(
            StoredFile(
                sha256=digest,
                name=Path(name.replace("\\", "/")).name[:200] or "file",
                media_type=kind,
                bytes=len(content),
                recorded_at=work.recorded_at,
                recorded_by=actor.id,
                is_demo=is_demo,
            )
        )
        audit.write(
            work, actor, "file:keep", "file", row.id, after={"sha256": digest, "name": row.name}
        )
        return row

    def read(self, file: StoredFile) -> bytes:
        """Return the bytes, checked against the hash on every read."""
        path = self.path(file.sha256)
        if not path.exists():
            raise DomainError(
                "The file {name} is not in the file store.",
                "Restore the store from the backup that belongs to this database.",
                name=file.name,
            )
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise DomainError(
                "The file {name} is not the one that was uploaded: its hash differs.",
                "Tell the administrator; restore the file store from the backup.",
                name=file.name,
            )
        return content

    def path(self, digest: str) -> Path:
        """Return where the bytes of a hash lie."""
        return self.folder / digest[:2] / digest


def get(work: Work, file_id: str) -> StoredFile:
    """Return the row of a file."""
    row = work.session.get(StoredFile, file_id)
    if row is None:
        raise NotFoundError
    return row
