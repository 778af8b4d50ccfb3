"""What Alembic runs: the migrations, on the connection that `store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter a column in place
    transaction_per_migration=False,
)
context.run_migrations()
