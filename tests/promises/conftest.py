"""What the tests of simulated promises share: the runs that they are judged by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.postgres import VARIABLE, postgres  # noqa: F401
from tests.promises import shared, simulated
from tests.promises.figures import Count
from tests.promises.proof import Proof

HERE = Path(__file__).parent
Counted = Callable[[Proof], Count]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every file here the time that ten thousand runs take on a busy machine."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture
def counted(
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Counted:
    """Give what tells how the runs of a proof came out: each is played once in all."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if hasattr(request.config, "workerinput") else own

    def count(proof: Proof) -> Count:
        if proof.where == simulated.POSTGRESQL:
            url = request.getfixturevalue("postgres").url
            monkeypatch.setenv(VARIABLE, url.render_as_string(hide_password=False))
        return shared.all_of(folder, proof)

    return count
