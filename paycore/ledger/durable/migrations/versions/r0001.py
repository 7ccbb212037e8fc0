"""The first schema: payment, operation, evidence, inbox."""

from __future__ import annotations

from alembic import op

from paycore.ledger.durable.migrations import statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables; there is no way back but a backup."""
    connection = op.get_bind()
    for statement in statements(revision, connection.dialect.name):
        connection.exec_driver_sql(statement)
