"""Whoever asks for more runs waits longer for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.figures import SCHEDULES

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every file here a second more for each run; one takes about a hundredth of that."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(120 + SCHEDULES))
