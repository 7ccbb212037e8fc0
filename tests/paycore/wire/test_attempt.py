"""An attempt proves that nothing has left, and cuts its own line only."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic

import pytest

from paycore.wire.attempt import CURRENT, Attempt, Line


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a line."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(10)
        yield ours, theirs


@pytest.fixture
def line(ends: tuple[socket.socket, socket.socket]) -> Iterator[Line]:
    held = Line(ends[0])
    yield held
    held._socket.close()


def attempt(timeout_s: float = 60) -> Attempt:
    return Attempt(timeout_s, 5)


def is_cut(theirs: socket.socket) -> bool:
    theirs.setblocking(False)
    try:
        return theirs.recv(1) == b""
    except BlockingIOError:
        return False


def test_nothing_has_begun_before_the_first_byte(line):
    """`begun` turns true when the first byte is about to be written, and stays."""
    tried = attempt()

    assert not tried.begun

    tried.begin(line)
    tried.begin(None)

    assert tried.begun


def test_a_request_never_begins_when_time_is_up(line):
    """An attempt that is late already must not write its first byte."""
    tried = attempt(0)

    with pytest.raises(TimeoutError):
        tried.begin(line)

    assert not tried.begun


def test_a_request_never_begins_after_the_alarm(line, ends):
    """An alarm for connecting holds for the request as well, and cuts the line it finds."""
    tried = attempt()
    tried.expire()

    with pytest.raises(TimeoutError):
        tried.begin(line)

    assert not tried.begun
    assert is_cut(ends[1])


def test_a_request_never_begins_without_a_line():
    """Where no deadline could be enforced, nothing is written."""
    tried = attempt()

    with pytest.raises(ConnectionError):
        tried.begin(None)

    assert not tried.begun


def test_a_deadline_cuts_the_line(line, ends):
    """Whoever waits on the other end of a late call is told at once."""
    with attempt(0.01) as tried:
        tried.hold(line)

        assert ends[1].recv(1) == b""

    assert tried.expired


def test_a_line_is_cut_for_its_holder_only(line, ends):
    """A line that another attempt took over does not pay for the last one's deadline."""
    first, second = attempt(), attempt()
    first.hold(line)
    second.hold(line)

    first.expire()

    assert not is_cut(ends[1])

    second.expire()

    assert is_cut(ends[1])


def test_whoever_leaves_late_takes_nothing_along(line, ends):
    """An attempt that ends after its line went to the next one leaves that one its deadline."""
    first, second = attempt(), attempt()
    with first:
        first.hold(line)
        second.hold(line)
    second.expire()

    assert is_cut(ends[1])


def test_a_line_that_its_connection_left_can_still_be_cut(ends):
    """http.client drops a connection whose answer is still coming; its deadline still holds."""
    held, (ours, theirs) = Line(ends[0]), ends
    with attempt() as tried:
        tried.hold(held)
        held.drop()
        tried.expire()

        assert is_cut(theirs)

    assert held._socket.fileno() == -1
    assert ours.fileno() != -1


def test_the_last_one_to_leave_closes_the_handle(line):
    """A kept connection keeps its handle; without either user it is closed."""
    with attempt() as tried:
        tried.hold(line)

    assert line._socket.fileno() != -1

    line.drop()

    assert line._socket.fileno() == -1


def test_cutting_a_broken_line_is_quiet(ends):
    """A line whose other end has gone is cut without complaint."""
    held, tried = Line(ends[0]), attempt()
    tried.hold(held)
    tried.expire()
    tried.expire()
    held.drop()
    held._socket.close()

    held.cut(tried)

    assert tried.expired


def test_the_thread_knows_its_attempt():
    """Inside its context the attempt is the current one; afterwards there is none."""
    with attempt() as tried:
        assert CURRENT.get() is tried

    assert CURRENT.get() is None


def test_a_late_alarm_after_the_end_cuts_nobody(line, ends):
    """An alarm that sounds while its call is ending finds nobody to cut."""
    with attempt() as tried:
        tried.hold(line)
    tried.expire()

    assert not is_cut(ends[1])


def test_a_deadline_starts_with_the_attempt():
    """The total deadline counts from the start, in monotonic seconds."""
    before = monotonic()
    tried = Attempt(30, 5)

    assert before + 30 <= tried.deadline <= monotonic() + 30
