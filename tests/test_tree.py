"""The tree: what somebody wrote is not left out of it by a pattern that was meant for caches."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("paycore/", "plugins/", "tests/", "docs/", "bench/", "changelog.d/")
WRITTEN = (".py", ".md", ".toml", ".sql", ".json", ".html", ".js", ".css", ".jinja", ".yml")
MADE = ("docs/_build/", "__pycache__", ".egg-info")


def test_nothing_that_was_written_is_ignored():
    """A folder of tests that is called like a cache would stay on one machine, unmissed."""
    if not (ROOT / ".git").exists():
        pytest.skip("no repository: this is a copy")
    asked = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", *OURS]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lost = [
        path
        for path in found.splitlines()
        if path.endswith(WRITTEN) and not any(each in path for each in MADE)
    ]

    assert lost == []
