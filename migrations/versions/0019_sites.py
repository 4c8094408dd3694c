"""Sites: the inventory, who holds what since when, what projects ask for; public enquiries.

Why   a project's "site secured" named no site, so nobody saw what was left to offer
Data  new tables only; older milestones name no site until somebody says which
Back  refused: offers, takings and releases are history
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Id, Instant, one_of
from portfolio.kernel.guards import append_only

revision, down_revision = "0019", "0018"
branch_labels = depends_on = None
APPEND_ONLY = ("site_offer", "site_taking", "site_release", "enquiry")
KINDS = ("parcel", "factory", "office", "clean_room")


def upgrade() -> None:
    """Make the tables, then the triggers that guard those of history."""
    _inventory()
    _takings()
    _enquiries()
    for table in APPEND_ONLY:
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)


def _size_checks(table: str, *sizes: str) -> list[sa.CheckConstraint]:
    names = {"area_m2": "area", "floor_load_kg_m2": "floor_load", "power_kva": "power"}
    return [
        sa.CheckConstraint(
            f"{size} IS NULL OR {size} > 0", name=op.f(f"ck_{table}_{names[size]}_positive")
        )
        for size in sizes
    ]


def _inventory() -> None:
    op.create_table(
        "project_site",
        sa.Column("id", Id(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("kind", one_of(*KINDS), nullable=False),
        sa.Column("park", sa.String(), nullable=False),
        sa.Column("area_m2", sa.Integer(), nullable=False),
        sa.Column("floor_load_kg_m2", sa.Integer(), nullable=True),
        sa.Column("power_kva", sa.Integer(), nullable=True),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("price_basis", one_of("rent_m2_month", "sale_m2", "sale_mu"), nullable=False),
        sa.Column("utilities", sa.String(), nullable=False),
        sa.Column("free_from", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_project_site_named")),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_project_site_area_positive")),
        *_size_checks("project_site", "floor_load_kg_m2", "power_kva"),
        sa.CheckConstraint(
            "price_fen IS NULL OR price_fen > 0", name=op.f("ck_project_site_price_positive")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_project_site_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_site")),
        sa.UniqueConstraint("code", name=op.f("uq_project_site_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "site_need",
        sa.Column("id", Id(), nullable=False),
        sa.Column("project_id", Id(), nullable=False),
        sa.Column("kind", one_of(*KINDS), nullable=True),
        sa.Column("park", sa.String(), nullable=False),
        sa.Column("area_m2", sa.Integer(), nullable=True),
        sa.Column("floor_load_kg_m2", sa.Integer(), nullable=True),
        sa.Column("power_kva", sa.Integer(), nullable=True),
        sa.Column("utilities", sa.String(), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_size_checks("site_need", "area_m2", "floor_load_kg_m2", "power_kva"),
        sa.CheckConstraint("version > 0", name=op.f("ck_site_need_version_positive")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_site_need_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_need")),
        sa.UniqueConstraint("project_id", name=op.f("uq_site_need_project_id")),
        sqlite_strict=True,
    )


def _takings() -> None:
    op.create_table(
        "site_offer",
        sa.Column("id", Id(), nullable=False),
        sa.Column("site_id", Id(), nullable=False),
        sa.Column("offer", one_of("open", "reserved", "withdrawn"), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        *_who(),
        sa.ForeignKeyConstraint(
            ["site_id"], ["project_site.id"], name=op.f("fk_site_offer_site_id_project_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_offer")),
        sqlite_strict=True,
    )
    op.create_index("ix_site_offer_site_id_on", "site_offer", ["site_id", "on"], unique=False)
    op.create_table(
        "site_taking",
        sa.Column("id", Id(), nullable=False),
        sa.Column("site_id", Id(), nullable=False),
        sa.Column("project_id", Id(), nullable=False),
        sa.Column("milestone_id", Id(), nullable=False),
        *_who(),
        sa.ForeignKeyConstraint(
            ["site_id"], ["project_site.id"], name=op.f("fk_site_taking_site_id_project_site")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_site_taking_project_id_project")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestone.id"], name=op.f("fk_site_taking_milestone_id_milestone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_taking")),
        sa.UniqueConstraint(
            "milestone_id", "site_id", name=op.f("uq_site_taking_milestone_id_site_id")
        ),
        sqlite_strict=True,
    )
    for name in ("site_id", "project_id"):
        op.create_index(op.f(f"ix_site_taking_{name}"), "site_taking", [name], unique=False)
    op.create_table(
        "site_release",
        sa.Column("id", Id(), nullable=False),
        sa.Column("taking_id", Id(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *_who(),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_site_release_explained")),
        sa.ForeignKeyConstraint(
            ["taking_id"], ["site_taking.id"], name=op.f("fk_site_release_taking_id_site_taking")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_release")),
        sa.UniqueConstraint("taking_id", name=op.f("uq_site_release_taking_id")),
        sqlite_strict=True,
    )


def _enquiries() -> None:
    words = ("firm", "person", "contact", "message", "ip")
    op.create_table(
        "enquiry",
        sa.Column("id", Id(), nullable=False),
        sa.Column("lead_id", Id(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("firm <> '' AND contact <> ''", name=op.f("ck_enquiry_answerable")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_enquiry_lead_id_lead")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_enquiry_lead_id"), "enquiry", ["lead_id"], unique=False)
    op.create_index("ix_enquiry_ip_at", "enquiry", ["ip", "at"], unique=False)


def _who() -> list[sa.Column[object]]:
    return [
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", Id(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
    ]


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Who held a site since when is history. Restore a backup instead.")
