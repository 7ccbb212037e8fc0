"""A signal is heard at once by whoever waits, whichever thread it was handed to."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import closing, suppress

import pytest

from paycore.cli import waking
from paycore.cli.waking import woken

LONG_S = 20


def waited(number):
    """Wait on a socket while another thread is given the signal."""
    here, there = socket.socketpair()
    with closing(here), closing(there), suppress(TimeoutError):
        here.settimeout(LONG_S)
        told = lambda: signal.pthread_kill(threading.get_ident(), number)  # noqa: E731
        threading.Timer(0.3, told).start()
        here.recv(1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_wait_is_interrupted_though_another_thread_got_the_signal(number):
    """The kernel may do so, and a signal in the instant before a wait looks the same."""
    before = signal.signal(number, signal.default_int_handler)
    begun = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt), woken():
            waited(number)
    finally:
        signal.signal(number, before)

    assert time.monotonic() - begun < LONG_S, "heard when the wait was over"


def test_a_wait_that_is_woken_for_nothing_goes_on():
    """Another signal changes nothing."""
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: heard.append(number))
    here, there = socket.socketpair()
    try:
        with closing(here), closing(there), woken():
            threading.Timer(0.2, signal.raise_signal, (signal.SIGUSR1,)).start()
            threading.Timer(0.2, signal.raise_signal, (signal.SIGURG,)).start()
            threading.Timer(0.6, there.sendall, (b"!",)).start()
            said = here.recv(1)
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert (said, heard) == (b"!", [signal.SIGUSR1])


def test_nothing_is_left_behind():
    """No thread, no handler, no descriptor that signals are written to."""
    handler, threads = signal.getsignal(signal.SIGURG), threading.active_count()
    with pytest.raises(ZeroDivisionError), woken():
        1 / 0  # noqa: B018

    assert signal.getsignal(signal.SIGURG) == handler
    assert signal.set_wakeup_fd(-1) == -1
    assert threading.active_count() == threads


def test_a_signal_at_the_end_is_written_into_nobody_s_file(tmp_path, monkeypatch):
    """Another thread may open a file in that instant, and get the number of what was closed."""
    join, ledger = threading.Thread.join, tmp_path / "ledger.db"
    ledger.touch()

    def joined(thread, *more):
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(number)
        taken = os.open(ledger, os.O_RDWR)
        os.dup2(taken, number)
        signal.raise_signal(signal.SIGURG)
        for each in {taken, number}:
            os.close(each)
        join(thread, *more)

    with woken():
        number = signal.set_wakeup_fd(-1)
        signal.set_wakeup_fd(number)
        monkeypatch.setattr(threading.Thread, "join", joined)

    assert ledger.read_bytes() == b""


def test_where_nothing_can_wake_a_wait_it_is_left_alone(monkeypatch):
    """Windows has no such signal."""
    monkeypatch.delattr(waking.signal, "SIGURG")
    with woken():
        assert signal.set_wakeup_fd(-1) == -1
