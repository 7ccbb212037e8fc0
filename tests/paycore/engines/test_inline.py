"""The engine without jobs: it notes nothing, and sweeps until it is told to end."""

from __future__ import annotations

import os
import signal

import pytest

from paycore.engines.inline import Inline, opened
from paycore.engines.sweeping import MOST, swept
from paycore.secret import Secret
from paycore.work import Work, WorkKind


@pytest.fixture
def before():
    """Give the handlers of both signals as they were, and put them back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield kept
    for number, handler in kept.items():
        signal.signal(number, handler)


def never(work):
    raise AssertionError(work)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_sweeps_until_a_signal(before, number):
    """A step that is under way is finished, another is not begun, and handlers are put back."""
    steps = []

    def sweep():
        steps.append("begun")
        if len(steps) == 3:
            os.kill(os.getpid(), number)
            steps.append("finished")
        return len(steps) < 10

    Inline().run(never, sweep, concurrency=1, sweep_s=0.001)

    assert steps == ["begun"] * 3 + ["finished"]
    assert {number: signal.getsignal(number) for number in before} == before


def test_a_sweep_that_fails_is_tried_again(before, caplog):
    """The next one finds what it left."""
    tries = []

    def sweep():
        tries.append(1)
        if len(tries) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
            return False
        raise OSError("secret")

    Inline().run(never, sweep, concurrency=1, sweep_s=0.001)

    assert len(tries) == 3
    assert caplog.text.count("sweep_failed error=OSError") == 2
    assert "secret" not in caplog.text


def test_one_sweep_goes_on_while_there_may_be_more():
    """And no longer."""
    more = [True, True, False, True]
    swept(lambda: more.pop(0), lambda: False)

    assert more == [True]


def test_a_sweep_ends_even_if_there_is_always_more():
    """Until the next one: work that fails without an end must not keep a machine busy."""
    steps = []
    swept(lambda: not steps.append(1), lambda: False)

    assert len(steps) == MOST


def test_it_needs_nothing_and_notes_nothing():
    """Over whatever ledger."""
    engine = opened(Secret("memory://"))

    assert (engine.name, engine.defers) == ("inline", False)
    assert engine.check() is engine.prepare() is None
    assert engine.enqueue(None, [Work(WorkKind.EVENTS, "o-1")]) is None
