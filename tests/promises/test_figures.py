"""The figures mean something: the runs are long enough, money moves in them, and nothing breaks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import sleep

import pytest

from paycore.testing.simulation import Simulation
from tests.paycore.testing.plants import never_ask_again
from tests.promises import figures, shared
from tests.promises.figures import Broken, Count, Schedules, simulated
from tests.promises.series import declared
from tests.promises.shared import Chunk

SIMULATED = [each for each in declared() if isinstance(each.proofs[0].run, Schedules)]


@pytest.mark.parametrize("series", SIMULATED, ids=lambda series: str(series.proofs[0]))
def test_the_runs_are_worth_counting(series, counted):
    """At least 30 steps each, as the promises ask, and something happens in most of them."""
    proof = series.proofs[0]
    count = counted(proof)

    assert (count.runs, count.short) == (proof.commit, 0)
    assert count.effects > proof.commit
    assert not count.broken, count.story()


def test_the_first_story_about_a_promise_is_told():
    """An error that nobody expected breaks each of them."""
    other, error = Broken(frozenset({"r02"}), "two"), Broken(frozenset({"errors"}), "odd")
    count = Count(1, broken=(other,)) + Count(1, broken=(error,))

    assert (count.runs, count.story(), count.story("r01"), count.story("r02")) == (
        2, "two", "odd", "two",
    )  # fmt: skip
    assert Count(3).story() == ""


def test_a_run_that_breaks_is_told(monkeypatch):
    """With its place and the command that plays it again, also among others that hold."""
    ledger = never_ask_again(monkeypatch)
    monkeypatch.setattr("tests.promises.simulated.Simulation", partial(Simulation, ledger=ledger))
    with pytest.raises(AssertionError, match=r"(?s)over memory:\nr\d\d: .* --seed \d"):
        Schedules()(0, 20)

    assert any(count.broken for count in Schedules().counts(0, 20))


def test_a_short_run_proves_nothing(monkeypatch):
    """It counts as broken."""
    monkeypatch.setattr(figures, "AT_LEAST", 10**6)
    with pytest.raises(AssertionError, match="fewer than 30 steps"):
        Schedules()(0, 1)


def test_every_simulated_promise_has_its_figures():
    """A million for R1, ten thousand for the others; some of them over each database."""
    asked = {(p.promise, p.where): p.full for p in (*simulated("r02"), *simulated("r20"))}

    assert simulated("r01", full=10**6)[0].full == 10**6
    assert asked == {
        ("r02", "memory"): 10_000,
        ("r02", "sqlite"): 10_000,
        ("r02", "postgresql"): 10_000,
        ("r20", "memory"): 10_000,
        ("r20", "sqlite"): 1000,
        ("r20", "postgresql"): 1000,
    }


def test_a_chunk_is_played_once(tmp_path, monkeypatch):
    """However many workers want it at the same moment; who need not wait plays another."""
    played = []

    def slowly(chunk):
        played.append(chunk)
        sleep(0.5)
        return Count(chunk.count)

    monkeypatch.setattr(shared, "_apart", slowly)
    chunk = Chunk(Schedules(), 0, 7)
    with ThreadPoolExecutor() as workers:
        waiting = [workers.submit(shared.once, tmp_path, chunk, waits=True) for _ in range(3)]
        while not played:
            sleep(0.01)
        busy = shared.once(tmp_path, chunk, waits=False)

    assert busy is None
    assert [each.result() for each in waiting] == [Count(7)] * 3
    assert len(played) == 1
