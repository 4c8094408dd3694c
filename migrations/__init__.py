"""Alembic: one script of revisions for SQLite and PostgreSQL."""
