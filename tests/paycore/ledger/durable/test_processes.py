"""Several real processes on one ledger: racing, and killed."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from paycore.ledger.durable import open_durable
from paycore.money import Money
from paycore.states import Kind, State
from paycore.testing.ledgers.scene import captured
from tests.paycore.ledger.durable import racers

ROOT = Path(__file__).parents[4]
PROCESSES = 8
ROUNDS = 20


def ran(task, url):
    """Return what a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.paycore.ledger.durable.racers", task, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def racing():
    """Give eight processes, each begun from nothing."""
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, spawn, racers.begin, (barrier,)) as pool:
        yield pool


def test_processes_race_for_keys_for_refunds_and_for_messages(place, racing):
    """R7, R13, R32: in each round one dispatches; of 1500 cents 1200 go back; every copy counts."""
    with closing(open_durable(place.url)) as ledger:
        captured(ledger, "paid")
        runs = list(racing.map(racers.race, [place.url] * PROCESSES, [ROUNDS] * PROCESSES))
        rounds = list(zip(*runs, strict=True))

        assert [sum(fresh for fresh, _, _ in each) for each in rounds] == [1] * ROUNDS
        assert sum(refunded for each in rounds for _, refunded, _ in each) == 1200
        assert ledger.payment("paid").reserved == Money(1200, "CAD")
        assert len(ledger.operations("paid", Kind.REFUND)) == 3
        copies = list(range(1, PROCESSES + 1))
        assert [sorted(copy for _, _, copy in each) for each in rounds] == [copies] * ROUNDS
        assert len(ledger.messages()) == ROUNDS


def test_a_kill_between_two_statements_leaves_no_half(place):
    """R36: all of a method or nothing of it, and the next process goes on."""
    open_durable(place.url).close()
    ends = [line.split() for line in ran("die", place.url)]
    with closing(open_durable(place.url)) as ledger:
        for kind, point, end in ends:
            owner = f"{kind}-{point}"
            charge, payment = ledger.by_key(Kind.CHARGE, owner), ledger.payment(owner)
            if kind == "reserve":
                assert (charge is None, payment is None) == (end == "9",) * 2
                continue
            told = State.SUBMITTING if end == "9" else State.SUCCEEDED
            assert (charge.state, payment.operations) == (told, (charge,))
            assert len(ledger.evidence(charge.id)) == (end != "9")

        assert sum(end == "9" for _, _, end in ends) > 8
        assert sum(end == "lived" for _, _, end in ends) == 2
        assert ledger.payment("afterwards").paid
    half = "SELECT count(*) FROM paycore_payment WHERE captured NOT IN (0, 1500)"
    assert place.run(half) == [(0,)]
    if place.kind == "sqlite":
        assert place.run("PRAGMA integrity_check") == [("ok",)]


def test_a_ledger_opened_before_a_fork_is_good_in_both(place):
    """The child leaves its parent's connections alone, and has its own."""
    open_durable(place.url).close()

    assert ran("fork", place.url) == ["0"]
    with closing(open_durable(place.url)) as ledger:
        assert all(ledger.payment(name).paid for name in ("before", "child", "parent"))
