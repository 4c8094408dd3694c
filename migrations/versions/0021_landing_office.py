"""What the landing office still entered nowhere: others' figures, legal opinions, weights, limits.

Why   a board of districts needs the figures of other districts; a finding on a clause needs a
      lawyer's word; the weights of the yearly evaluation and the limits of the stalled lists were
      constants; a digest that could not be mailed was lost
Data  formulas keep their rows (on SQLite the table is copied, since a check cannot be changed
      there); clauses get two empty columns
Back  refused: all of it is history
"""

import sqlalchemy as sa
from alembic import op

from portfolio.kernel.db import Instant
from portfolio.kernel.guards import append_only

revision, down_revision = "0021", "0020"
branch_labels = depends_on = None
APPEND_ONLY = (
    "external_figure",
    "clause_opinion",
    "clause_opinion_check",
    "evaluation_weights",
    "evaluation_entry",
    "stall_limits",
    "letter",
    "letter_attempt",
)
SCOPES = ("unit", "chain", "system", "district")


def upgrade() -> None:
    """Widen the formula, add to the clause, make the tables and the triggers that guard them."""
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        _copy_formula(dialect)
    else:
        _alter_formula()
    kind = "TEXT" if dialect == "sqlite" else "UUID"
    op.execute(
        f"ALTER TABLE agreement_clause ADD COLUMN replaces_id {kind} "
        "CONSTRAINT fk_agreement_clause_replaces_id_agreement_clause "
        "REFERENCES agreement_clause (id)"
    )
    kind = "TEXT" if dialect == "sqlite" else "DATE"
    op.execute(f"ALTER TABLE agreement_clause ADD COLUMN changed_on {kind}")
    _external_figure()
    _opinions()
    _evaluation()
    _limits()
    _letters()
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Opinions, weights and figures are history. Restore a backup instead.")


def _id(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, sa.Uuid(as_uuid=False), nullable=False)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _recorded() -> list[sa.Column[object]]:
    return [
        sa.Column("recorded_at", Instant(), nullable=False),
        _id("recorded_by"),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
    ]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def _checked(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _enum(name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(
        *values, native_enum=False, create_constraint=True, name=f"one_of_{values[0]}", length=40
    )
    return sa.Column(name, kind, nullable=False)


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _copy_formula(dialect: str) -> None:
    columns = "id, code, version, title, title_en, scope, parts, source, valid_from, is_demo"
    op.execute("ALTER TABLE race_formula RENAME TO race_formula_before")
    op.create_table(
        "race_formula",
        _id(),
        *_text("code"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_text("title", "title_en"),
        _enum("scope", *SCOPES),
        *_text("parts", "source"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        _checked("race_formula", "titled", "title <> ''"),
        _checked("race_formula", "version_positive", "version > 0"),
        _key("race_formula"),
        sa.UniqueConstraint("code", "version", name=op.f("uq_race_formula_code_version")),
        sqlite_strict=True,
    )
    op.execute(
        f"INSERT INTO race_formula ({columns}) "  # noqa: S608 - our own names
        f"SELECT {columns} FROM race_formula_before"
    )
    op.drop_table("race_formula_before")
    for statement in append_only("race_formula", dialect):
        op.execute(statement)


def _alter_formula() -> None:
    words = ", ".join(f"'{word}'" for word in SCOPES)
    for name in ("one_of_unit", "ck_race_formula_one_of_unit"):
        op.execute(f"ALTER TABLE race_formula DROP CONSTRAINT IF EXISTS {name}")
    op.execute(
        f"ALTER TABLE race_formula ADD CONSTRAINT ck_race_formula_one_of_unit "
        f"CHECK (scope IN ({words}))"
    )


def _external_figure() -> None:
    name = "external_figure"
    op.create_table(
        name,
        _id(),
        *_text("district", "code"),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("target", sa.BigInteger(), nullable=True),
        *_text("document", "place"),
        _id("file_id"),
        *_text("reason"),
        *_recorded(),
        _checked(name, "denominator_positive", "denominator IS NULL OR denominator > 0"),
        _checked(name, "target_positive", "target IS NULL OR target > 0"),
        _checked(name, "numerator_not_negative", "numerator >= 0"),
        _checked(name, "period_runs_forward", "period_from <= period_to"),
        _checked(name, "cited", "document <> '' AND district <> ''"),
        _checked(name, "correction_has_reason", "(version = 1) = (reason = '')"),
        _to(name, "file_id", "stored_file"),
        _key(name),
        sa.UniqueConstraint(
            "district",
            "code",
            "period_from",
            "period_to",
            "version",
            name=op.f(f"uq_{name}_district_code_period_from_period_to_version"),
        ),
        sqlite_strict=True,
    )


def _opinions() -> None:
    op.create_table(
        "clause_opinion",
        _id(),
        _id("agreement_id"),
        *_text("rule_code"),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        _enum("place", "clause", "pledge", "condition"),
        sa.Column("no", sa.Integer(), nullable=False),
        *_text("passage", "passage_sha256", "author"),
        sa.Column("given_on", sa.Date(), nullable=False),
        _enum("conclusion", "allowed", "to_change"),
        *_text("reason"),
        _id("file_id"),
        *_recorded(),
        _checked("clause_opinion", "signed", "author <> ''"),
        _checked("clause_opinion", "reasoned", "reason <> ''"),
        _checked("clause_opinion", "sha256_whole", "length(passage_sha256) = 64"),
        _to("clause_opinion", "agreement_id", "agreement"),
        _to("clause_opinion", "file_id", "stored_file"),
        _key("clause_opinion"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_clause_opinion_agreement_id"), "clause_opinion", ["agreement_id"])
    name = "clause_opinion_check"
    op.create_table(
        name,
        _id(),
        _id("opinion_id"),
        _id("opinion_by"),
        _id("checked_by"),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        *_text("reason"),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        _checked(name, "second_person", "checked_by <> opinion_by"),
        _checked(name, "refusal_has_reason", "accepted OR reason <> ''"),
        _to(name, "opinion_id", "clause_opinion"),
        _key(name),
        sa.UniqueConstraint("opinion_id", name=op.f(f"uq_{name}_opinion_id")),
        sqlite_strict=True,
    )


def _evaluation() -> None:
    name = "evaluation_weights"
    op.create_table(
        name,
        _id(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        *_text("source", "parts"),
        *_recorded(),
        _checked(name, "version_positive", "version > 0"),
        _checked(name, "cited", "source <> ''"),
        _key(name),
        sa.UniqueConstraint("version", name=op.f(f"uq_{name}_version")),
        sqlite_strict=True,
    )
    name = "evaluation_entry"
    op.create_table(
        name,
        _id(),
        _id("fund_id"),
        *_text("code"),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("value_ppm", sa.BigInteger(), nullable=False),
        *_text("text"),
        _id("file_id"),
        *_recorded(),
        _checked(name, "worded", "\"text\" <> ''"),
        _to(name, "fund_id", "fund"),
        _to(name, "file_id", "stored_file"),
        _key(name),
        sqlite_strict=True,
    )
    op.create_index(op.f(f"ix_{name}_fund_id"), name, ["fund_id"])


def _limits() -> None:
    name = "stall_limits"
    days = ("not_started_days", "not_building_days", "not_finished_days", "idle_days")
    op.create_table(
        name,
        _id(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        *(sa.Column(day, sa.Integer(), nullable=False) for day in days),
        *_text("source"),
        *_recorded(),
        *(_checked(name, f"{day}_not_negative", f"{day} >= 0") for day in days),
        _checked(name, "version_positive", "version > 1"),
        _checked(name, "cited", "source <> ''"),
        _key(name),
        sa.UniqueConstraint("version", name=op.f(f"uq_{name}_version")),
        sqlite_strict=True,
    )


def _letters() -> None:
    op.create_table(
        "letter",
        _id(),
        sa.Column("day", sa.Date(), nullable=False),
        *_text("recipient", "subject", "text"),
        sa.Column("recorded_at", Instant(), nullable=False),
        _checked("letter", "addressed", "recipient <> ''"),
        _key("letter"),
        sa.UniqueConstraint("day", "recipient", name=op.f("uq_letter_day_recipient")),
        sqlite_strict=True,
    )
    op.create_table(
        "letter_attempt",
        _id(),
        _id("letter_id"),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        *_text("problem"),
        sa.Column("recorded_at", Instant(), nullable=False),
        _checked("letter_attempt", "failure_says_why", "is_sent = (problem = '')"),
        _to("letter_attempt", "letter_id", "letter"),
        _key("letter_attempt"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_letter_attempt_letter_id"), "letter_attempt", ["letter_id"])
