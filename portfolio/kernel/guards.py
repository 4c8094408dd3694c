"""Triggers that make history immutable, in the words of both engines.

A migration calls these after it made a table. They are the last wall: whatever a program or an
administrator tries through SQL, a sealed row stays as it was written.
"""

from collections.abc import Iterator

REFUSALS = {"UPDATE": "changed", "DELETE": "deleted"}


def append_only(table: str, dialect: str) -> Iterator[str]:
    """Yield the statements that refuse UPDATE, DELETE (so REPLACE too) and TRUNCATE."""
    if dialect == "sqlite":
        for verb, done in REFUSALS.items():
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: rows are never {done}'); END"
            )
        return
    yield (
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is append-only: rows are never changed or deleted'; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    yield (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change"
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate"


SEAL_RULES = (
    (
        "(SELECT count(*) FROM ledger_posting p WHERE p.transaction_id = NEW.id) <> NEW.lines",
        "the header does not count its postings",
    ),
    (
        (
            "(SELECT coalesce(sum(p.amount_fen), 0) FROM ledger_posting p"
            " WHERE p.transaction_id = NEW.id) <> 0"
        ),
        "the postings do not sum to zero",
    ),
    (
        (
            "EXISTS (SELECT 1 FROM ledger_posting p"
            " WHERE p.transaction_id = NEW.id AND p.fund_id <> NEW.fund_id)"
        ),
        "a posting belongs to another fund",
    ),
    (
        "NEW.seq <> (SELECT coalesce(max(t.seq), 0) + 1 FROM ledger_transaction t)",
        "seq must follow the last one without a gap",
    ),
)
LATE_LINE = "EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.id = NEW.transaction_id)"


def sealed_ledger(dialect: str) -> Iterator[str]:
    """Yield the statements that check a transaction when its header, written last, seals it."""
    rules = [*((rule, text, "ledger_transaction") for rule, text in SEAL_RULES)]
    rules.append((LATE_LINE, "the transaction is sealed: no posting may follow", "ledger_posting"))
    if dialect == "sqlite":
        for number, (rule, text, table) in enumerate(rules):
            yield (
                f"CREATE TRIGGER {table}_seal_{number} BEFORE INSERT ON {table} WHEN {rule} "
                f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            )
        return
    for table in ("ledger_transaction", "ledger_posting"):
        checks = " ".join(
            f"IF {rule} THEN RAISE EXCEPTION '{text}'; END IF;"
            for rule, text, on in rules
            if on == table
        )
        yield (
            f"CREATE FUNCTION {table}_seal() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {checks} RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_seal BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_seal()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_seal"
