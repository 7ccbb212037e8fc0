"""What all tests share: they run against the installed packages, and draw as much as asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

NEEDED = (
    "paycore",
    "paycore_iotpay",
    "paycore_iotpay_unionpay",
    "paycore_stripe",
    "aiohttp",
    "greenlet",
    "hypothesis",
    "pytest_httpserver",
    "pytest_timeout",
    "trustme",
    "werkzeug",
)
THOROUGH = (
    "tests/plugins/",
    "tests/paycore/cli/test_demo.py",
    "tests/paycore/demo/test_story.py",
    "tests/test_prove.py",
    "tests/mutants/",
    "tests/iotpay/test_conformance.py",
    "tests/iotpay_unionpay/test_conformance.py",
    "tests/stripe/test_conformance.py",
    "tests/stripe/test_localstripe",
    "tests/paycore/engines/",
    "tests/paycore/ledger/durable/",
    "tests/paycore/testing/",
    "tests/promises/",
)
LONGEST = (
    "tests/promises/test_r36",
    "tests/promises/test_r01",
    "tests/paycore/scaffold/test_installed",
    "tests/paycore/testing/",
    "tests/plugins/",
)
"""What takes longest is begun first, so that no worker waits for another one's last test."""
EXAMPLES = int(os.environ.get("PAYCORE_TEST_EXAMPLES", "40"))


def pytest_configure(config: pytest.Config) -> None:
    """Stop in one line where what the tests need is not installed."""
    absent = [package for package in NEEDED if find_spec(package) is None]
    if absent:
        pytest.exit(f"{', '.join(absent)}: not installed; type: make test", returncode=4)
    _load_profiles()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what installs packages, works on databases or plays simulations for `make check`."""
    for item in items:
        if item.nodeid.startswith(THOROUGH):
            item.add_marker(pytest.mark.thorough)
    items.sort(key=_how_late)


@pytest.fixture(autouse=True)
def _no_ledger_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Find out who opens the default ledger in the project's own folder."""
    yield
    left = request.config.rootpath / "paycore.db"
    if left.exists():
        left.unlink()
        pytest.fail("it opened a ledger in the project's folder")


def _how_late(item: pytest.Item) -> int:
    """Return where an item comes; those that are alike stay in the order they are in."""
    starts = (place for place, start in enumerate(LONGEST) if item.nodeid.startswith(start))
    return next(starts, len(LONGEST))


def _load_profiles() -> None:
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "fast",
        deadline=None,
        derandomize=True,  # the same draws every time: `make check-long` looks further
        max_examples=EXAMPLES,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile(
        "long", settings.get_profile("fast"), derandomize=False, max_examples=EXAMPLES * 100
    )
    settings.load_profile(os.environ.get("PAYCORE_TEST_PROFILE", "fast"))
