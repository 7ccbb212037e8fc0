"""Listeners hear what happens, in order, and whatever they do changes nothing."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from paycore import listeners as room
from paycore.errors import PluginRefused
from paycore.listeners import HOOKS, Listeners, listener
from tests.stage import Stage

SOON_S = 10
"""How long a test waits for what ought to happen at once."""


class Notes:
    """A listener that notes the account of every webhook; on what is scripted, it acts."""

    def __init__(self, **acts: Callable[[], object]) -> None:
        self.heard: queue.Queue[str] = queue.Queue()
        self.acts = acts

    @listener
    def webhook_received(self, account: str, outcome: str) -> None:
        self.acts.get(account, lambda: None)()
        self.heard.put(account)

    def next(self) -> str:
        return self.heard.get(timeout=SOON_S)


class Door:
    """What a listener hangs on until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        self.opened.wait(SOON_S)


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.opened.set()


def tell(listeners: Listeners, *accounts: str) -> None:
    for account in accounts:
        listeners.emit("webhook_received", account=account, outcome="applied")


def raising(error: BaseException) -> Callable[[], object]:
    def act() -> None:
        raise error

    return act


def test_events_come_in_order() -> None:
    """One queue and one thread for each listener: what happened first is heard first."""
    notes = Notes()
    told = [f"a{number}" for number in range(200)]
    listeners = Listeners({"notes": notes})
    tell(listeners, *told)
    listeners.close()

    assert list(notes.heard.queue) == told
    assert not listeners.counts


def test_every_event_has_its_facts() -> None:
    """Each hook is told under the names that the specification gives."""
    heard: list[tuple[str, tuple[Any, ...]]] = []

    class All:
        @listener
        def operation_started(self, operation: Any) -> None:
            heard.append(("started", (operation.reference,)))

        @listener
        def operation_finished(self, operation: Any) -> None:
            heard.append(("finished", (operation.reference, operation.state.value)))

        @listener
        def call_finished(self, account: str, call: str, outcome: str, duration_ms: int) -> None:
            heard.append(("call", (account, call, outcome, duration_ms)))

        @listener
        def webhook_received(self, account: str, outcome: str) -> None:
            heard.append(("webhook", (account, outcome)))

    stage, listeners = Stage(), Listeners({"all": All()})
    stage.paid()
    for hook, facts in stage.ear.heard:
        listeners.emit(hook, **facts)
    tell(listeners, "main")
    listeners.close()

    assert [name for name, _ in heard] == ["started", "call", "finished", "webhook"]
    assert heard[2] == ("finished", ("o-1", "succeeded"))


@pytest.mark.parametrize(
    "error", [ValueError("canary"), SystemExit(1), KeyboardInterrupt()], ids=repr
)
def test_one_that_raises_is_counted_logged_and_told_the_rest(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception of a listener, whatever it is, stays with the listener."""
    notes = Notes(bad=raising(error))
    listeners = Listeners({"notes": notes})
    with caplog.at_level(logging.WARNING, "paycore"):
        tell(listeners, "bad", "good", "bad")
        listeners.close()

    assert list(notes.heard.queue) == ["good"]
    assert listeners.counts == {"notes.failed": 2}
    assert caplog.messages == 2 * [
        f"listener_failed listener=notes hook=webhook_received error={type(error).__name__}"
    ]


def test_one_that_hangs_holds_up_nobody(door: Door) -> None:
    """While one listener hangs, telling goes on, and the others hear all of it."""
    stuck, well = Notes(wait=door), Notes()
    listeners = Listeners({"stuck": stuck, "well": well})
    started = time.monotonic()
    tell(listeners, "wait", "one", "two")
    assert door.reached.wait(SOON_S)

    assert [well.next(), well.next(), well.next()] == ["wait", "one", "two"]
    assert time.monotonic() - started < SOON_S / 2
    assert stuck.heard.empty()


def test_closing_waits_only_so_long(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """A listener that hangs delays the end by the given time, once; what it missed is counted."""
    stuck, well = Notes(wait=door), Notes()
    listeners = Listeners({"stuck": stuck, "well": well})
    tell(listeners, "wait", "one", "two")
    assert door.reached.wait(SOON_S)
    with caplog.at_level(logging.WARNING, "paycore"):
        listeners.close(timeout_s=1.0)  # the well one has this long to hear it all
        listeners.close(timeout_s=SOON_S)

    assert list(well.heard.queue) == ["wait", "one", "two"], "the hanging one took their time"
    assert listeners.counts == {"stuck.dropped": 2}
    assert caplog.messages == ["listener_hangs listener=stuck count=2"]


def test_after_closing_nothing_is_told() -> None:
    """A closed gateway starts no thread again; what would have been told is counted."""
    notes = Notes()
    listeners = Listeners({"notes": notes})
    listeners.close()
    tell(listeners, "late")

    assert notes.heard.empty()
    assert listeners.counts == {"notes.dropped": 1}


def test_one_that_lags_loses_the_newest(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a full backlog events are dropped and counted; what was queued is still heard."""
    monkeypatch.setattr(room, "_BACKLOG", 3)
    notes = Notes(wait=door)
    listeners = Listeners({"notes": notes})
    tell(listeners, "wait")
    assert door.reached.wait(SOON_S)
    tell(listeners, "1", "2", "3", "4", "5")
    closing = threading.Thread(target=listeners.close, args=(SOON_S,))
    closing.start()
    door.opened.set()
    closing.join(SOON_S)

    assert list(notes.heard.queue) == ["wait", "1", "2", "3"]
    assert listeners.counts == {"notes.dropped": 2}
    assert not closing.is_alive()


def test_without_a_thread_events_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the system gives no thread, telling does not raise."""
    listeners = Listeners({"notes": Notes()})

    def no_thread(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        tell(listeners, "lost")
    tell(listeners, "heard")
    listeners.close()

    assert listeners.counts == {"notes.dropped": 1}


def test_many_threads_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many threads tell first, a listener has one thread, and misses nothing."""
    notes = Notes()
    listeners = Listeners({"notes": notes})
    barrier = threading.Barrier(8)

    def first() -> None:
        barrier.wait(SOON_S)
        tell(listeners, "x")

    threads = [threading.Thread(target=first) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON_S)
    running = [thread for thread in threading.enumerate() if thread.name == "paycore-notes"]
    listeners.close()

    assert len(running) == 1
    assert notes.heard.qsize() == 8


def test_what_it_does_not_listen_to_costs_no_thread() -> None:
    """A listener of webhooks is not woken by calls."""
    listeners = Listeners({"quiet": Notes()})
    listeners.emit("call_finished", account="a", call="c", outcome="200", duration_ms=1)

    assert not [each for each in threading.enumerate() if each.name == "paycore-quiet"]


def run(script: str) -> str:
    """Run a script in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=SOON_S * 3,
        check=True,
        cwd=os.fspath(os.path.dirname(os.path.dirname(os.path.dirname(__file__)))),
    )
    return done.stdout.strip()


def test_one_that_hangs_does_not_keep_the_process() -> None:
    """A process whose listener blocks for ever ends as if there were none."""
    printed = run(
        """
        import threading
        from paycore.listeners import Listeners, listener

        reached = threading.Event()

        class Stuck:
            @listener
            def webhook_received(self, account, outcome):
                reached.set()
                threading.Event().wait()

        listeners = Listeners({"stuck": Stuck()})
        listeners.emit("webhook_received", account="a", outcome="applied")
        reached.wait(10)
        listeners.close(timeout_s=0.01)
        print("closed")
        """
    )

    assert printed == "closed"


def test_a_fork_tells_its_own_events() -> None:
    """A child of a fork has its own queue and thread, even if the parent's were held just then."""
    printed = run(
        """
        import os, sys, threading
        from paycore.listeners import Listeners, listener

        heard, door = [], threading.Event()

        class Notes:
            @listener
            def webhook_received(self, account, outcome):
                door.wait(10)
                heard.append(account)

        listeners = Listeners({"notes": Notes()})
        tell = lambda name: listeners.emit("webhook_received", account=name, outcome="applied")
        tell("parent")
        for lock in listeners._runners[0]._locks.values():
            lock.acquire()      # as if another thread were just starting its listener
        child = os.fork()
        door.set()
        if child == 0:
            tell("child")
            listeners.close(10)
            os._exit(0 if heard == ["child"] else 1)
        _, status = os.waitpid(child, 0)
        listeners.close(10)
        print(os.waitstatus_to_exitcode(status), heard)
        """
    )

    assert printed == "0 ['parent']"


def unmarked(self: Any, account: str, outcome: str) -> None:
    """A function with a hook's name."""


def generator(self: Any, account: str, outcome: str) -> Iterator[None]:
    yield


async def coroutine(self: Any, account: str, outcome: str) -> None:
    """A function that nobody would await."""


def misspelt(self: Any, acount: str, outcome: str) -> None:
    """A function with an argument that is not told."""


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "misspelt hook": ({"webhook_recieved": listener(unmarked)}, "called 'webhook_recieved'"),
    "misspelt hook, optional": (
        {"call_ended": listener(optionalhook=True)(coroutine)},
        "called 'call_ended'",
    ),
    "misspelt argument": ({"webhook_received": listener(misspelt)}, "acount"),
    "no mark": (
        {"webhook_received": lambda self, account: None},
        "'webhook_received' is not marked",
    ),
    "generator": ({"webhook_received": listener(generator)}, "must be a plain function"),
    "coroutine": ({"webhook_received": listener(coroutine)}, "must be a plain function"),
    "static coroutine": ({"webhook_received": staticmethod(listener(coroutine))}, "plain function"),
    "nothing": ({"other": 1}, "it listens to nothing"),
}


@pytest.mark.parametrize(("members", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_one_that_would_be_deaf_is_refused_by_name(members: dict[str, Any], told: str) -> None:
    """A listener that could never hear what it seems to listen to does not start."""
    with pytest.raises(PluginRefused) as refused:
        Listeners({"notes": type("Deaf", (), members)()})

    assert str(refused.value).startswith("listener 'notes': ")
    assert told in str(refused.value)
    assert refused.value.field == "notes"


def test_a_class_is_no_listener() -> None:
    """An entry point names a module or an object: a class has nobody to be told."""
    with pytest.raises(PluginRefused, match=r"listener 'notes': .* not a class"):
        Listeners({"notes": Notes})


def test_a_module_may_listen_under_names_of_its_own() -> None:
    """`specname` says which event a function is for; None under a hook's name is no function."""
    heard: list[str] = []

    @listener(specname="webhook_received")
    def count(account: str) -> None:
        heard.append(account)

    module: Any = ModuleType("shop_metrics")
    module.count, module.call_finished = count, None
    listeners = Listeners({"metrics": module})
    tell(listeners, "cards")
    listeners.close()

    assert heard == ["cards"]


def test_the_events_are_these() -> None:
    """An event more or less is a change that listeners must learn of."""
    assert HOOKS == (
        "operation_started",
        "operation_finished",
        "call_finished",
        "event_delivered",
        "webhook_received",
    )
