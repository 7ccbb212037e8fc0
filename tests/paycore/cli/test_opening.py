"""What is interrupted in the middle is never lost: it stands in the ledger, and it is told."""

from __future__ import annotations

import json
import logging
import signal

import pytest

from paycore.cli.failing import Failure
from paycore.cli.opening import moving, query_first
from tests.paycore.cli.processes import SETTINGS, Silent, started, typed

CHARGE = ("charge", "o-1", "15.00", "CAD", "--return-url", "https://shop.example/thanks")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_charge_that_is_interrupted_is_unknown_and_never_lost(tmp_path, number):
    """Cut off while the provider has the whole request: exit code 3, UNKNOWN; never sent again."""
    with Silent() as server:
        settings = SETTINGS.format(folder=tmp_path, base_url=server.base_url)
        (tmp_path / "paycore.toml").write_text(settings)
        with started(*CHARGE, cwd=tmp_path) as process:
            assert server.asked.wait(30)
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
        again = typed(*CHARGE, cwd=tmp_path)
        requests = server.requests
    found = typed("find", "o-1", "--json", cwd=tmp_path)
    (attempt,) = json.loads(found.stdout)["operations"]

    assert (process.returncode, out) == (3, "")
    assert err.startswith("error: o-1: interrupted, the outcome is unknown; money may have moved")
    assert "`paycore query o-1` or `paycore reconcile`" in err
    assert err.count("\n") == 1
    assert (found.returncode, attempt["state"]) == (3, "unknown")
    assert (again.returncode, requests) == (3, 1)


def test_what_listened_before_to_sigterm_listens_again():
    """Whether it went well or not."""
    before = signal.getsignal(signal.SIGTERM)
    with moving("o-1"):
        assert signal.getsignal(signal.SIGTERM) is not before
    with pytest.raises(Failure), moving("o-1"):
        raise KeyboardInterrupt

    assert signal.getsignal(signal.SIGTERM) is before


def test_a_reference_with_blanks_is_quoted_for_the_shell():
    """What is told can be typed as it stands."""
    assert "`paycore query 'order 1'`" in query_first("order 1")


def test_the_log_does_not_stand_between_the_lines(run, shop):
    """What a command tells is not told twice: our log has a handler that writes nothing."""
    run("find", "o-1")

    assert any(
        isinstance(each, logging.NullHandler) for each in logging.getLogger("paycore").handlers
    )
