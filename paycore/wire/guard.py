"""One fact that the network must know about the ledger: whether a transaction is open."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

in_transaction: Final[ContextVar[bool]] = ContextVar("paycore_in_transaction", default=False)
"""Whether a ledger transaction is open on this thread or task: nothing is sent while it is."""
