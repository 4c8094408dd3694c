"""Measures by named row sets, sealed half months, race boards, targets, forecasts, leads by source.

Why   a definition says in data what is divided by what; the half month is frozen and compared
Data  no row is rewritten: older versions of a measure keep their built-in row sets
Back  refused: sealed half months are history
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0011", "0005"
branch_labels = depends_on = None
APPEND_ONLY = (
    "public_partner",
    "dispatch_snapshot",
    "blocker",
    "blocker_end",
    "action_item",
    "action_end",
    "race_formula",
    "race_board",
    "target",
    "forecast",
)


def upgrade() -> None:
    """Make the columns and tables, then the triggers that guard them."""
    for name in ("numerator_query", "denominator_query", "basis"):
        op.add_column(
            "measure_definition",
            sa.Column(name, sa.String(), nullable=False, server_default=""),
        )
    for name in ("source_kind", "credit_code"):
        op.add_column("lead", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_table(
        "dispatch_snapshot",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sealed_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sealed_by_name", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("audit_seq", sa.BigInteger(), nullable=False),
        sa.Column("audit_mac", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_dispatch_snapshot_sha256_whole")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_dispatch_snapshot_seq_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_snapshot")),
        sa.UniqueConstraint("as_of", name=op.f("uq_dispatch_snapshot_as_of")),
        sa.UniqueConstraint("seq", name=op.f("uq_dispatch_snapshot_seq")),
        sqlite_strict=True,
    )
    op.create_table(
        "forecast",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("made_for", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "simulation",
                "promise",
                name="one_of_simulation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("mid", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("paths", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'promise') = (high IS NULL)", name=op.f("ck_forecast_promise_is_open_above")
        ),
        sa.CheckConstraint("high IS NULL OR high >= low", name=op.f("ck_forecast_band_runs_up")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast")),
        sqlite_strict=True,
    )
    op.create_index("ix_forecast_year_code", "forecast", ["year", "code"], unique=False)
    op.create_table(
        "outreach_event",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "promotion",
                "forum",
                "signing",
                "roadshow",
                name="one_of_promotion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_outreach_event_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_event")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_outreach_event_on"), "outreach_event", ["on"], unique=False)
    op.create_table(
        "race_board",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("published_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_race_board_sha256_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_race_board")),
        sa.UniqueConstraint("code", "quarter", name=op.f("uq_race_board_code_quarter")),
        sqlite_strict=True,
    )
    op.create_table(
        "race_formula",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "unit",
                "chain",
                "system",
                name="one_of_unit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("parts", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_race_formula_titled")),
        sa.CheckConstraint("version > 0", name=op.f("ck_race_formula_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_race_formula")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_race_formula_code_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "target",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "district",
                "system",
                "chain",
                "unit",
                name="one_of_district",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("at_least", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("at_least > 0", name=op.f("ck_target_at_least_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sqlite_strict=True,
    )
    op.create_index("ix_target_year_scope", "target", ["year", "scope"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_calendar_feed_account_id"), "calendar_feed", ["account_id"], unique=False
    )
    op.create_table(
        "event_firm",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("firm_name", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("firm_name <> ''", name=op.f("ck_event_firm_named")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["outreach_event.id"], name=op.f("fk_event_firm_event_id_outreach_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_firm")),
        sa.UniqueConstraint("event_id", "firm_name", name=op.f("uq_event_firm_event_id_firm_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "action_item",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_action_item_worded")),
        sa.CheckConstraint("due_on >= raised_on", name=op.f("ck_action_item_time_to_act")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_action_item_project_id_project")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_action_item_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_item")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_action_item_due_on"), "action_item", ["due_on"], unique=False)
    op.create_index(op.f("ix_action_item_project_id"), "action_item", ["project_id"], unique=False)
    op.create_table(
        "blocker",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("project_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "land",
                "energy",
                "approval",
                "finance",
                "labour",
                "demolition",
                "roads_and_pipes",
                "market",
                "other",
                name="one_of_land",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_blocker_worded")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_blocker_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocker")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_blocker_project_id"), "blocker", ["project_id"], unique=False)
    op.create_table(
        "public_partner",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("partner_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_public_partner_partner_id_partner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_partner")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_public_partner_partner_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "action_end",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("action_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("how <> ''", name=op.f("ck_action_end_says_how")),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action_item.id"], name=op.f("fk_action_end_action_id_action_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_end")),
        sa.UniqueConstraint("action_id", name=op.f("uq_action_end_action_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "blocker_end",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("blocker_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("how <> ''", name=op.f("ck_blocker_end_says_how")),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["blocker.id"], name=op.f("fk_blocker_end_blocker_id_blocker")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocker_end")),
        sa.UniqueConstraint("blocker_id", name=op.f("uq_blocker_end_blocker_id")),
        sqlite_strict=True,
    )

    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Sealed half months are history. Restore a backup instead.")
