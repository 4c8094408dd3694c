"""Chain documents: plans with goals, policy sets with policies, task forces and their trips.

Why   a chain's plan and policy set were words on a page: no version, no goal, nobody answerable
Data  new tables only; older trips belong to no chain until somebody says which
Back  refused: versions, decisions and memberships are history
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Id, Instant, one_of
from portfolio.kernel.guards import append_only

revision, down_revision = "0023", "0022"
branch_labels = depends_on = None
APPEND_ONLY = (
    "chain_document",
    "document_decision",
    "plan_goal",
    "policy",
    "task_force_member",
    "task_force_end",
    "chain_trip",
)


def upgrade() -> None:
    """Make the tables, then the triggers that guard them."""
    _documents()
    _goals()
    _policies()
    _task_forces()
    for table in APPEND_ONLY:
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)


def _documents() -> None:
    op.create_table(
        "chain_document",
        sa.Column("id", Id(), nullable=False),
        sa.Column("chain_id", Id(), nullable=False),
        sa.Column("kind", one_of("plan", "policy_set"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("handed_in_on", sa.Date(), nullable=False),
        sa.Column("file_id", Id(), nullable=False),
        *_who(),
        sa.CheckConstraint("title <> ''", name=op.f("ck_chain_document_titled")),
        sa.CheckConstraint("number > 0", name=op.f("ck_chain_document_number_positive")),
        _to("chain_document", "chain_id", "chain"),
        _to("chain_document", "file_id", "stored_file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_document")),
        sa.UniqueConstraint(
            "chain_id", "kind", "number", name=op.f("uq_chain_document_chain_id_kind_number")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "document_decision",
        sa.Column("id", Id(), nullable=False),
        sa.Column("document_id", Id(), nullable=False),
        sa.Column("uploaded_by", Id(), nullable=False),
        sa.Column("decided_by", Id(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "decided_by <> uploaded_by", name=op.f("ck_document_decision_two_persons")
        ),
        sa.CheckConstraint(
            "accepted OR reason <> ''", name=op.f("ck_document_decision_returned_with_reason")
        ),
        _to("document_decision", "document_id", "chain_document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_decision")),
        sa.UniqueConstraint("document_id", name=op.f("uq_document_decision_document_id")),
        sqlite_strict=True,
    )


def _goals() -> None:
    kinds = ("firms", "contract_amount", "money_in_place", "segment")
    key = ("document_id", "kind", "segment_id", "due_on")
    op.create_table(
        "plan_goal",
        sa.Column("id", Id(), nullable=False),
        sa.Column("document_id", Id(), nullable=False),
        sa.Column("kind", one_of(*kinds), nullable=False),
        sa.Column("at_least", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("segment_id", Id(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("at_least > 0", name=op.f("ck_plan_goal_at_least_positive")),
        sa.CheckConstraint(
            "(kind = 'segment') = (segment_id IS NOT NULL)",
            name=op.f("ck_plan_goal_segment_named"),
        ),
        _to("plan_goal", "document_id", "chain_document"),
        _to("plan_goal", "segment_id", "segment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_goal")),
        sa.UniqueConstraint(*key, name=op.f("uq_plan_goal_" + "_".join(key))),
        sqlite_strict=True,
    )


def _policies() -> None:
    words = ("title", "title_en", "summary", "summary_en", "who", "who_en")
    op.create_table(
        "policy",
        sa.Column("id", Id(), nullable=False),
        sa.Column("document_id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("payout_clause_id", Id(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("title <> '' AND summary <> ''", name=op.f("ck_policy_worded")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_policy_ends_after_start")
        ),
        _to("policy", "document_id", "chain_document"),
        _to("policy", "payout_clause_id", "payout_clause"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_policy_document_id_number")),
        sqlite_strict=True,
    )
    _index("policy", "payout_clause_id")


def _task_forces() -> None:
    op.create_table(
        "task_force_member",
        sa.Column("id", Id(), nullable=False),
        sa.Column("chain_id", Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("unit_id", Id(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        *_who(),
        sa.CheckConstraint("name <> ''", name=op.f("ck_task_force_member_named")),
        _to("task_force_member", "chain_id", "chain"),
        _to("task_force_member", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_force_member")),
        sqlite_strict=True,
    )
    _index("task_force_member", "chain_id")
    op.create_table(
        "task_force_end",
        sa.Column("id", Id(), nullable=False),
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        *_who(),
        _to("task_force_end", "member_id", "task_force_member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_force_end")),
        sa.UniqueConstraint("member_id", name=op.f("uq_task_force_end_member_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "chain_trip",
        sa.Column("id", Id(), nullable=False),
        sa.Column("trip_id", Id(), nullable=False),
        sa.Column("chain_id", Id(), nullable=False),
        *_who(),
        _to("chain_trip", "trip_id", "trip"),
        _to("chain_trip", "chain_id", "chain"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_trip")),
        sa.UniqueConstraint("trip_id", name=op.f("uq_chain_trip_trip_id")),
        sqlite_strict=True,
    )
    _index("chain_trip", "chain_id")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
    )


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _who() -> list[sa.Column[object]]:
    return [
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", Id(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
    ]


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Which version held from when is history. Restore a backup instead.")
