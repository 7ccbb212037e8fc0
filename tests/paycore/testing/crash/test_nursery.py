"""A process that forks, and says how each of its children ended."""

from __future__ import annotations

import pytest

from paycore.testing.crash.nursery import Nursery
from paycore.testing.crash.stage import OPENER


def job(tmp_path, **changed):
    ledger = f"sqlite:///{tmp_path / 'crash.db'}"
    nobody = "http://127.0.0.1:1"
    plain = {"part": "scene", "scene": "charge", "account": "weak", "run": "c1x", "crash_at": ""}
    return {**plain, "opener": OPENER, "ledger": ledger, "bank": nobody, "elapsed_s": 0, **changed}


def test_a_child_is_killed_and_the_next_one_is_not(tmp_path):
    """What the first one said before is heard."""
    said = []
    with Nursery() as nursery:
        killed = nursery.play(job(tmp_path, crash_at="charge.send.before"), said.append)
        lived = nursery.play(job(tmp_path, run="c2x"), said.append)

    assert (killed, lived) == (-9, 0)
    assert [[*each] for each in said] == [["passed"]]


def test_a_child_that_fails_tells_why(tmp_path):
    """And ends with 1."""
    said = []
    with Nursery() as nursery:
        ended = nursery.play(job(tmp_path, scene="nonsense"), said.append)

    assert ended == 1
    assert "KeyError: 'nonsense'" in said[0]["failed"]


def test_a_nursery_that_is_gone_is_noticed(tmp_path):
    """Nobody waits for it."""
    with Nursery() as nursery:
        nursery._process.kill()
        nursery._process.wait()
        with pytest.raises((EOFError, BrokenPipeError)):
            nursery.play(job(tmp_path), lambda said: None)
