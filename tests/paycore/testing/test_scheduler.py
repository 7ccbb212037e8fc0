"""One actor at a time, picked by the seed."""

from __future__ import annotations

from random import Random

from paycore.testing.clock import VirtualClock
from paycore.testing.scheduler import Scheduler


def made(seed=0, **chances):
    return Scheduler(Random(seed), VirtualClock(), **chances)


def story(seed):
    """Return the order in which three actors took their steps."""
    scheduler, seen = made(seed), []

    def play(name):
        for step in range(5):
            seen.append((name, step))
            scheduler.pause("step")

    for name in "abc":
        scheduler.spawn(name, lambda name=name: play(name))
    scheduler.run()
    return seen


def test_a_seed_is_one_order():
    """The same every time; other seeds give other ones."""
    orders = {tuple(story(seed)) for seed in range(20)}

    assert story(7) == story(7)
    assert len(orders) > 10


def test_actors_take_turns():
    """Nobody goes through from start to end in every run."""
    assert any([name for name, _ in story(seed)] != sorted("abc" * 5) for seed in range(5))


def test_only_one_runs_at_a_time():
    """Between two yield points nobody else moves."""
    scheduler, at_work, seen = made(), [], []

    def play():
        for _ in range(20):
            at_work.append(1)
            seen.append(len(at_work))
            at_work.pop()
            scheduler.pause("step")

    for name in "abcd":
        scheduler.spawn(name, play)
    scheduler.run()

    assert set(seen) == {1}


def test_sleepers_wake_in_order_of_time():
    """Time goes on only when everybody sleeps."""
    scheduler, seen = made(), []

    def play(seconds):
        scheduler.sleep(seconds)
        seen.append((seconds, scheduler.stamp().at_s))

    for seconds in (30, 10, 20):
        scheduler.spawn(str(seconds), lambda s=seconds: play(s))
    scheduler.run()

    assert seen == [(10, 10), (20, 20), (30, 30)]


def test_a_mortal_dies_and_is_started_anew():
    """As often as it has lives; whoever has none lives."""
    scheduler, begun, deaths = made(crash=1.0), [], []
    scheduler.on_crash = lambda: deaths.append(1)

    def play():
        begun.append(scheduler.stamp().actor)
        scheduler.pause("step")

    scheduler.spawn("a", play, lives=2)
    scheduler.run()

    assert begun == ["a", "a'", "a''"]
    assert len(deaths) == 2


def test_the_dead_do_nothing_more():
    """Whatever their last words try."""
    scheduler, done = made(crash=1.0), []

    def play():
        try:
            scheduler.pause("step")
        finally:
            scheduler.pause("last words")
            done.append("still alive")

    scheduler.spawn("a", play, lives=1)
    scheduler.run()

    assert done == ["still alive"]  # the second life, which is immortal


def test_a_stall_holds_one_up_while_others_go_on():
    """For minutes to hours of true time."""
    scheduler = made(stall=1.0)
    scheduler.spawn("a", lambda: scheduler.pause("step"))
    scheduler.run()

    assert scheduler.stamp().at_s in (40, 400, 4000, 20_000)


def test_what_nobody_expected_is_kept():
    """It ends its actor, and no other."""
    scheduler, seen = made(), []

    def broken():
        raise KeyError("x")

    scheduler.spawn("a", broken)
    scheduler.spawn("b", lambda: seen.append("b"))
    scheduler.run()

    assert scheduler.errors == ["a: KeyError: 'x'"]
    assert seen == ["b"]


def test_outside_of_a_run_nothing_yields():
    """A pause is nothing, and a sleep moves the clock."""
    scheduler = made(crash=1.0)
    scheduler.run()
    scheduler.pause("step")
    scheduler.sleep(5)

    assert scheduler.stamp() == (0, 5, "-")


def test_whoever_is_at_risk_may_die_and_keeps_the_baton():
    """Nobody else goes on at such a point, and it is no step."""
    scheduler, seen = made(crash=0.2), []

    def play(name):
        for step in range(20):
            seen.append((name, step))
            scheduler.risk("statement")

    for name in "ab":
        scheduler.spawn(name, lambda name=name: play(name), lives=3)
    scheduler.run()
    turns = [name for at, (name, _) in enumerate(seen) if not at or seen[at - 1][0] != name]

    assert [step for _, step in seen].count(0) > 2
    assert len(turns) <= [step for _, step in seen].count(0)
    assert scheduler.steps == 0


def test_what_the_rig_looks_at_is_no_step():
    """Nobody dies of it, and nobody else goes on."""
    scheduler, deaths = made(crash=1.0), []
    scheduler.on_crash = lambda: deaths.append(1)

    def play():
        with scheduler.aside():
            scheduler.pause("look")
            scheduler.risk("look")

    scheduler.spawn("a", play, lives=1)
    scheduler.run()

    assert (scheduler.steps, scheduler.errors, deaths) == (0, [], [])
