"""Ctrl-C reaches whoever waits for a provider, at whatever moment it is typed.

Python hears of a signal between two steps of its main thread. One that comes in the instant
before that thread waits for the network is heard when the wait is over, half a minute later;
so is one that the system hands to another thread.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

HEARD: Final = frozenset({signal.SIGINT, signal.SIGTERM})
PAUSES_S: Final = (0.05, 0.2, 1.0)
"""When the main thread is woken, after a signal came: a wake-up, too, can come an instant early."""


@contextmanager
def woken() -> Iterator[None]:
    """Wake the main thread, which is this one, whenever a signal comes meanwhile.

    A wait that is woken for nothing goes on with what is left of its time.
    """
    if not hasattr(signal, "SIGURG"):  # not on Windows, whose waits cannot be woken
        yield
        return
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    over = threading.Event()
    before = signal.signal(signal.SIGURG, lambda number, frame: None)
    other = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    waker = threading.Thread(target=_wake, args=(ours, over), daemon=True)
    waker.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(other)  # first: a file may get the number of a socket that is closed
        over.set()
        theirs.close()
        waker.join()
        ours.close()
        signal.signal(signal.SIGURG, before)


def _wake(ours: socket.socket, over: threading.Event) -> None:
    """Read the number of each signal that comes in, and see that it is heard."""
    while number := ours.recv(1):
        if number[0] not in HEARD:
            continue
        for pause_s in PAUSES_S:
            if over.wait(pause_s):
                return
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGURG)
