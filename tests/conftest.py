"""What all tests share: they run against the installed packages, and draw as much as asked for."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

PACKAGES = ("paycore", "paycore_iotpay", "paycore_iotpay_unionpay")
EXAMPLES = int(os.environ.get("PAYCORE_EXAMPLES", "100"))

settings.register_profile(
    "fast",
    deadline=None,
    derandomize=False,
    max_examples=EXAMPLES,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("fast"), max_examples=EXAMPLES * 100)
settings.load_profile(os.environ.get("PAYCORE_PROFILE", "fast"))


def pytest_configure(config: pytest.Config) -> None:
    """Stop in one line where the packages under test are not installed."""
    absent = [package for package in PACKAGES if find_spec(package) is None]
    if absent:
        pytest.exit(f"{', '.join(absent)}: not installed; type: make test", returncode=4)
