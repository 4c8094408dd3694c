"""A start is shown by its permit and by a photo.

Why   the permit alone does not show that work has begun
Data  no row is rewritten: older starts have no photo and stay as they are
Back  refused: a photo that was asked for is evidence
"""

from alembic import op

revision, down_revision = "0018", "0016"
branch_labels = depends_on = None


def upgrade() -> None:
    """Add the column with its reference, in words that both engines take."""
    kind = "TEXT" if op.get_bind().dialect.name == "sqlite" else "UUID"
    op.execute(
        f"ALTER TABLE milestone ADD COLUMN photo_file_id {kind} "
        "CONSTRAINT fk_milestone_photo_file_id_stored_file REFERENCES stored_file (id)"
    )


def downgrade() -> None:
    """Refuse."""
    raise RuntimeError("Photos are evidence. Restore a backup instead.")
