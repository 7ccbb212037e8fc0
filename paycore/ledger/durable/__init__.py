"""The ledger that lasts: SQLite or PostgreSQL, the same behaviour on both."""

from __future__ import annotations

from paycore.ledger.durable.opening import open_durable
from paycore.ledger.durable.schema import current, upgrade

__all__ = ["current", "open_durable", "upgrade"]
