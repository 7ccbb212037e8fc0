"""Where ledgers lie: as `tests.promises.databases` says."""

from __future__ import annotations

from tests.promises.databases import DATABASES, Place, place

__all__ = ["DATABASES", "Place", "place"]
