"""Alembic's entry: runs the revisions on the connection that `upgrade` hands over."""

from alembic import context
from sqlmodel import SQLModel

from migrations import tables

tables.load()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    transaction_per_migration=False,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
