"""Reports that are prepared, reviewed, locked and issued again; packs of them.

Why   a report that went out must be shown again as it was, with who prepared and who reviewed it
Data  no row is rewritten; reports computed before this revision were live and left no trace
Back  refused once a report is locked, since a partner holds it
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0008", "0006"
branch_labels = depends_on = None
APPEND_ONLY = ("report_edition", "report_step", "report_lock", "report_prose", "issued_report")
TABLES = (
    "pack_item",
    "report_pack",
    "issued_report",
    "report_prose",
    "report_lock",
    "report_step",
    "report_edition",
)


def upgrade() -> None:
    """Make the tables, then the triggers that guard what was issued."""
    _editions()
    _steps()
    _prose()
    _issued()
    _packs()
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def _id(name: str = "id", *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Uuid(as_uuid=False), nullable=nullable)


def _words(name: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(
        *words, native_enum=False, create_constraint=True, name=f"one_of_{words[0]}", length=40
    )
    return sa.Column(name, kind, nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def _editions() -> None:
    op.create_table(
        "report_edition",
        _id(),
        _id("fund_id"),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _id("index_id", nullable=True),
        _id("prepared_by"),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_report_edition_number_positive")),
        sa.CheckConstraint(
            "(number = 1) = (reason = '')", name=op.f("ck_report_edition_reissue_has_reason")
        ),
        _to("report_edition", "fund_id", "fund"),
        _to("report_edition", "index_id", "index_series"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_edition")),
        sa.UniqueConstraint(
            "fund_id", "ends_on", "number", name=op.f("uq_report_edition_fund_id_ends_on_number")
        ),
        sa.UniqueConstraint("id", "prepared_by", name=op.f("uq_report_edition_id_prepared_by")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_report_edition_fund_id"), "report_edition", ["fund_id"], unique=False)


def _steps() -> None:
    op.create_table(
        "report_step",
        _id(),
        _id("edition_id"),
        _words("kind", "submit", "return"),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        _id("recorded_by"),
        sa.CheckConstraint(
            "kind <> 'return' OR note <> ''", name=op.f("ck_report_step_return_has_note")
        ),
        _to("report_step", "edition_id", "report_edition"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_step")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_report_step_edition_id"), "report_step", ["edition_id"], unique=False)
    op.create_table(
        "report_lock",
        _id(),
        _id("edition_id"),
        _id("prepared_by"),
        _id("locked_by"),
        sa.Column("known_seq", sa.BigInteger(), nullable=False),
        sa.Column("known_at", Instant(), nullable=False),
        sa.Column("audit_seq", sa.BigInteger(), nullable=False),
        sa.Column("audit_mac", sa.String(), nullable=False),
        sa.CheckConstraint(
            "locked_by <> prepared_by", name=op.f("ck_report_lock_reviewer_is_not_preparer")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id", "prepared_by"],
            ["report_edition.id", "report_edition.prepared_by"],
            name=op.f("fk_report_lock_edition_id_report_edition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_lock")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_report_lock_edition_id")),
        sqlite_strict=True,
    )


def _prose() -> None:
    op.create_table(
        "report_prose",
        _id(),
        _id("edition_id"),
        _words("section", "letter", "performance", "investments", "landing", "cash", "notes"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        _id("recorded_by"),
        sa.CheckConstraint("version > 0", name=op.f("ck_report_prose_version_positive")),
        _to("report_prose", "edition_id", "report_edition"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_prose")),
        sa.UniqueConstraint(
            "edition_id",
            "section",
            "version",
            name=op.f("uq_report_prose_edition_id_section_version"),
        ),
        sqlite_strict=True,
    )


def _issued() -> None:
    op.create_table(
        "issued_report",
        _id(),
        _id("edition_id"),
        _id("partner_id"),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        _to("issued_report", "edition_id", "report_edition"),
        _to("issued_report", "partner_id", "partner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_report")),
        sa.UniqueConstraint(
            "edition_id", "partner_id", name=op.f("uq_issued_report_edition_id_partner_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_issued_report_partner_id"), "issued_report", ["partner_id"], unique=False
    )


def _packs() -> None:
    op.create_table(
        "report_pack",
        _id(),
        sa.Column("ends_on", sa.Date(), nullable=False),
        _words("lang", "zh", "en"),
        _id("asked_by"),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_pack")),
        sqlite_strict=True,
    )
    op.create_table(
        "pack_item",
        _id(),
        _id("pack_id"),
        _id("partner_id"),
        _words("state", "waiting", "working", "done", "failed"),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        _to("pack_item", "pack_id", "report_pack"),
        _to("pack_item", "partner_id", "partner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_item")),
        sa.UniqueConstraint("pack_id", "partner_id", name=op.f("uq_pack_item_pack_id_partner_id")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop the tables while nothing is locked in them."""
    if locked := op.get_bind().scalar(sa.text("SELECT count(*) FROM report_lock")):
        raise RuntimeError(f"{locked} reports are locked. Restore the backup instead.")
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_refuse()")
