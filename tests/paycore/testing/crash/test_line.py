"""One object a line, over pipes that two processes read in turns."""

from __future__ import annotations

import os

import pytest

from paycore.testing.crash.line import Line


@pytest.fixture
def line():
    """Give a line that hears what it tells."""
    source, target = os.pipe()
    yield Line(source, target)
    os.close(source)


def test_what_is_told_is_heard(line):
    """Whatever it holds, and in order."""
    line.tell({"text": "äöü\n", "number": 1})
    line.tell({})

    assert line.hear() == {"text": "äöü\n", "number": 1}
    assert line.hear() == {}


def test_nothing_is_read_ahead(line):
    """The next reader of the pipe finds the next object whole."""
    line.tell({"first": 1})
    line.tell({"second": 2})
    line.hear()

    assert os.read(line.source, 100) == b'{"second": 2}\n'


def test_a_question_is_answered_or_nobody_is_there(line):
    """A child whose stage is gone must not wait for ever."""
    source, target = os.pipe()
    other = Line(line.source, target)
    line.tell({"answer": 7})

    assert other.ask("what", about="it") == {"answer": 7}
    assert Line(source, target).hear() == {"ask": "what", "about": "it"}
    os.close(line.target)
    with pytest.raises(EOFError):
        other.ask("what")
    os.close(source)
    os.close(target)
