"""What alembic runs: it is handed a connection by `cota.store.migrate`, which also holds the lock."""

from alembic import context

from cota.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
