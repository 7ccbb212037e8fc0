"""The kit for pytest: a module with a `CASE` and a test that asks for `conformance_check`.

Named in `pytest_plugins`; as an entry point it would let pytest rewrite all of paycore. It imports
nothing of the kit before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

FIXTURE = "conformance_check"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each promise, where a test asks for them."""
    if FIXTURE not in metafunc.fixturenames:
        return
    from paycore.testing.conformance.running import CHECKS

    metafunc.parametrize(FIXTURE, CHECKS, ids=[check.__name__ for check in CHECKS], indirect=True)


@pytest.fixture
def conformance_check(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Return what holds the module's `CASE` to one promise of the kit."""
    from paycore.testing.conformance.testing import hold

    case = getattr(request.module, "CASE", None)
    if case is None:
        pytest.fail(f"{request.module.__name__} has no CASE", pytrace=False)
    return lambda: hold(case, request.param)
