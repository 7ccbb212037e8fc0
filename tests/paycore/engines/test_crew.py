"""A worker's own life: it does jobs as they come, takes over those of the dead, ends cleanly."""

from __future__ import annotations

import os
import signal
import threading

import psycopg
import pytest

from paycore.engines import crew
from paycore.engines.procrastinate import opened
from paycore.secret import Secret
from paycore.work import Work, WorkKind


class Hand:
    """Does work, and tells the process to end after so many."""

    def __init__(self, last, pairs=False):
        self.last, self.done, self.sweeps = last, [], 0
        self._pair = threading.Barrier(2) if pairs else None
        self.together, self.most = 0, 0
        self._lock = threading.Lock()

    def do(self, work):
        with self._lock:
            self.done.append(work)
            self.together += 1
            self.most = max(self.most, self.together)
            if len(self.done) == self.last:
                os.kill(os.getpid(), signal.SIGTERM)
            number = len(self.done)
        try:
            if self._pair and number <= 2:
                self._pair.wait(20)  # the first two are under way together, or this fails
            if work.name == "broken":
                raise ValueError(work.name)
            threading.Event().wait(0.05)
        finally:
            with self._lock:
                self.together -= 1

    def sweep(self):
        self.sweeps += 1
        return False


@pytest.fixture
def queue(database):
    """Return what puts work into the queue."""
    engine = opened(Secret(database.url))

    def put(*works):
        with psycopg.connect(database.url) as connection:
            engine.enqueue(connection, works)

    put.engine = engine
    return put


def run(queue, hand, concurrency=2, sweep_s=3600):
    before = signal.getsignal(signal.SIGTERM)
    queue.engine.run(hand.do, hand.sweep, concurrency=concurrency, sweep_s=sweep_s)
    assert signal.getsignal(signal.SIGTERM) == before


def events(number):
    return [Work(WorkKind.EVENTS, f"o-{each}") for each in range(number)]


def test_jobs_are_done_as_many_at_once_as_wanted_and_forgotten(queue, database):
    """Each once; what was begun when it was told to end is finished, the rest stays."""
    hand = Hand(last=6, pairs=True)
    queue(*events(30))
    run(queue, hand)

    assert hand.most == 2
    assert hand.sweeps == 1
    assert hand.together == 0
    done = [work.name for work in hand.done]
    assert 6 <= len(done) == len(set(done)) < 30
    assert {name for _, name, *_ in database.jobs()} == {f"o-{n}" for n in range(30)} - set(done)
    assert {status for *_, status in database.jobs()} == {"todo"}


def test_a_job_that_fails_stops_nothing_and_is_not_repeated(queue, database, caplog):
    """The ledger's plan tries it again; the log names it."""
    hand = Hand(last=2)
    queue(Work(WorkKind.EVENTS, "broken"), Work(WorkKind.EVENTS, "o-1"))
    run(queue, hand, concurrency=1)

    assert [work.name for work in hand.done] == ["broken", "o-1"]
    assert database.jobs() == []
    assert 'work_failed reason="events broken" error=ValueError' in caplog.text


def test_the_jobs_of_a_dead_worker_are_taken_over(queue, database, monkeypatch):
    """Whose heart stopped beating; those of one that lives are left to it."""
    queue(*events(2))
    dead, alive = (
        database.run(
            f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES ({at}) RETURNING id"
        )
        for at in ("now() - interval '31 seconds'", "now()")
    )
    for name, ((worker,),) in (("o-0", dead), ("o-1", alive)):
        database.run(
            f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = {worker} "
            f"WHERE args->>'name' = '{name}'"
        )
    hand = Hand(last=1)
    run(queue, hand)

    assert [work.name for work in hand.done] == ["o-0"]
    assert database.jobs() == [("events", "o-1", False, "doing")]


def test_a_sweep_that_fails_is_tried_again(queue, caplog):
    """The database may be away for a while."""
    hand = Hand(last=0)

    def sweep():
        hand.sweeps += 1
        if hand.sweeps == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        raise OSError

    hand.sweep = sweep
    run(queue, hand, sweep_s=0.01)

    assert hand.sweeps == 3
    assert "sweep_failed error=OSError" in caplog.text


def test_a_database_that_comes_back_is_worked_on_again(queue, database, monkeypatch, caplog):
    """Every connection is cut under the worker; what is put in afterwards is done."""
    monkeypatch.setattr(crew, "PAUSE_S", 0.2)
    hand = Hand(last=2)
    queue(*events(1))

    def cut():
        while not hand.done:
            threading.Event().wait(0.01)
        database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        queue(Work(WorkKind.EVENTS, "later"))

    thread = threading.Thread(target=cut)
    thread.start()
    run(queue, hand)
    thread.join()

    assert [work.name for work in hand.done] == ["o-0", "later"]
