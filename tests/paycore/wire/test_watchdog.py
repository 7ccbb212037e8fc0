"""The watchdog raises each alarm once, in time, in order, and whatever the others do."""

from __future__ import annotations

import threading
from threading import Event
from time import monotonic

from paycore.wire import watchdog
from paycore.wire.watchdog import Watchdog

LONG_S = 60


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "paycore-watchdog"]


def test_alarms_sound_in_the_order_of_their_deadlines():
    """However they were set, alarms sound by their deadlines."""
    dog, heard, all_heard = Watchdog(), [], Event()
    now = monotonic()

    dog.watch(now + 0.03, all_heard.set)
    dog.watch(now + 0.02, lambda: heard.append(2))
    dog.watch(now + 0.01, lambda: heard.append(1))

    assert all_heard.wait(LONG_S)
    assert heard == [1, 2]
    assert monotonic() >= now + 0.03


def test_an_earlier_deadline_wakes_the_dog():
    """A deadline set while the thread waits for a later one is kept all the same."""
    dog, waiting, heard = Watchdog(), Event(), Event()
    dog.watch(monotonic(), waiting.set)
    assert waiting.wait(LONG_S)
    dog.watch(monotonic() + LONG_S, Event().set)

    start = monotonic()
    dog.watch(start + 0.01, heard.set)

    assert heard.wait(LONG_S)
    assert monotonic() - start < LONG_S / 2


def test_a_cancelled_alarm_does_not_sound():
    """What was cancelled in time stays silent, and does not stay in the heap for ever."""
    dog, heard, later = Watchdog(), Event(), Event()
    soon = monotonic() + 0.01
    dog.watch(soon, heard.set).cancel()
    dog.watch(soon, later.set)

    assert later.wait(LONG_S)
    assert not heard.is_set()


def test_calls_that_end_in_time_leave_nothing_behind():
    """Deadlines that were met are forgotten with the next call, not when they would have come."""
    dog = Watchdog()
    for _ in range(1000):
        dog.watch(monotonic() + LONG_S, Event().set).cancel()

    assert len(dog._heap) == 1


def test_one_alarm_that_fails_is_not_the_others_trouble():
    """An alarm that raises is dropped; the thread lives on."""
    dog, heard = Watchdog(), Event()
    now = monotonic()
    dog.watch(now, {}.popitem)
    dog.watch(now + 0.01, heard.set)

    assert heard.wait(LONG_S)


def test_a_thread_that_died_is_replaced(monkeypatch):
    """Should the thread ever end, the next deadline starts another."""
    dog, heard = Watchdog(), Event()
    dead = threading.Thread(target=list)
    dead.start()
    dead.join()
    monkeypatch.setattr(dog, "_thread", dead)

    dog.watch(monotonic(), heard.set)

    assert heard.wait(LONG_S)


def test_a_process_has_one_watchdog():
    """All deadlines of a process share one daemon thread."""
    before, heard = len(threads()), [Event() for _ in range(5)]
    for event in heard:
        watchdog.watch(monotonic(), event.set)

    assert all(event.wait(LONG_S) for event in heard)
    assert len(threads()) - before <= 1
    assert all(thread.daemon for thread in threads())


def test_a_forked_child_makes_its_own(monkeypatch):
    """A child has no watchdog (the hook forgets it), so its first deadline makes one."""
    hooks, heard = {}, Event()
    monkeypatch.setattr(watchdog, "_shared", [])
    monkeypatch.setattr(watchdog.os, "register_at_fork", lambda **hook: hooks.update(hook))
    watchdog.watch(monotonic() + LONG_S, Event().set)
    inherited = watchdog._shared[0]

    hooks["after_in_child"]()
    watchdog.watch(monotonic(), heard.set)

    assert heard.wait(LONG_S)
    assert watchdog._shared != [inherited]


def test_a_system_that_cannot_fork_has_a_watchdog_too(monkeypatch):
    """Where there is no fork there is nothing to prepare for."""
    heard = Event()
    monkeypatch.setattr(watchdog, "_shared", [])
    monkeypatch.delattr(watchdog.os, "register_at_fork")

    watchdog.watch(monotonic(), heard.set)

    assert heard.wait(LONG_S)
