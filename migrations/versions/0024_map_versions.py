"""Versions of a chain's map, and a code by which a workbook names a segment.

Why   an older map can be shown and compared, and an import tells a renamed segment from a new one
Data  each segment gets a code in the order of its map; what stands there becomes version 1
Back  refused: who drew the map when and why is history
"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.db import Id, Instant, new_id
from portfolio.kernel.guards import append_only

revision, down_revision = "0024", "0023"
branch_labels = depends_on = None
PLACES = ("upstream", "midstream", "downstream", "aftermarket")
FACTS = (
    "code",
    "name",
    "name_en",
    "position",
    "order",
    "subsystem",
    "subsystem_en",
    "criticality",
    "wanted_firms",
    "wanted_note",
    "retired_on",
)
TYPES = {"order": sa.Integer, "criticality": sa.Integer, "wanted_firms": sa.Integer}
IDS = (sa.column("id", Id), sa.column("chain_id", Id))
SEGMENT = sa.table(
    "segment",
    *IDS,
    sa.column("is_demo", sa.Boolean),
    *(
        sa.column(name, sa.Date if name == "retired_on" else TYPES.get(name, sa.String))
        for name in FACTS
    ),
)


def upgrade() -> None:
    """Give the codes, make the tables, keep what stands there as version 1."""
    op.add_column("segment", sa.Column("code", sa.String(), nullable=False, server_default=""))
    versions, states = _tables()
    by_chain: dict[str, list[sa.Row[tuple[object, ...]]]] = {}
    ordered = sa.select(SEGMENT).order_by(SEGMENT.c.chain_id, SEGMENT.c.order, SEGMENT.c.id)
    bind = op.get_bind()
    for row in bind.execute(ordered):
        by_chain.setdefault(row.chain_id, []).append(row)
    now = datetime.now(UTC)
    for chain_id, rows in by_chain.items():
        version_id = new_id()
        version = {
            "id": version_id,
            "chain_id": chain_id,
            "number": 1,
            "in_force_on": date(2000, 1, 1),
            "reason": "",
            "firms": 0,
            "links": 0,
            "recorded_at": now,
            "recorded_by": SYSTEM.id,
            "is_demo": all(row.is_demo for row in rows),
        }
        bind.execute(sa.insert(versions).values(version))
        for number, row in enumerate(rows, start=1):
            code = f"S{number:02d}"
            bind.execute(sa.update(SEGMENT).where(SEGMENT.c.id == row.id).values(code=code))
            facts = {name: getattr(row, name) for name in FACTS} | {"code": code}
            ids = {"id": new_id(), "segment_id": row.id, "version_id": version_id}
            bind.execute(sa.insert(states).values(ids | facts))
    op.create_index("uq_segment_code", "segment", ["chain_id", "code"], unique=True)
    for table in ("map_version", "segment_state"):
        for statement in append_only(table, bind.dialect.name):
            op.execute(statement)


def _tables() -> tuple[sa.Table, sa.Table]:
    versions = op.create_table(
        "map_version",
        sa.Column("id", Id(), nullable=False),
        sa.Column("chain_id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=True),
        sa.Column("firms", sa.Integer(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", Id(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_map_version_number_positive")),
        sa.ForeignKeyConstraint(
            ["chain_id"], ["chain.id"], name=op.f("fk_map_version_chain_id_chain")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_version")),
        sa.UniqueConstraint("chain_id", "number", name=op.f("uq_map_version_chain_id_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_map_version_file_sha256"), "map_version", ["file_sha256"])
    states = op.create_table(
        "segment_state",
        sa.Column("id", Id(), nullable=False),
        sa.Column("segment_id", Id(), nullable=False),
        sa.Column("version_id", Id(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column(
            "position",
            sa.Enum(
                *PLACES,
                name="one_of_upstream",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("subsystem", sa.String(), nullable=False),
        sa.Column("subsystem_en", sa.String(), nullable=False),
        sa.Column("criticality", sa.Integer(), nullable=False),
        sa.Column("wanted_firms", sa.Integer(), nullable=False),
        sa.Column("wanted_note", sa.String(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_state_segment_id_segment")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["map_version.id"], name=op.f("fk_segment_state_version_id_map_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_state")),
        sqlite_strict=True,
    )
    for name in ("segment_id", "version_id"):
        op.create_index(f"ix_segment_state_{name}", "segment_state", [name])
    return versions, states


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Who drew the map when and why is history. Restore a backup instead.")
