"""The endpoint answers as the gateway says, and passes a point around each half of it."""

from __future__ import annotations

import threading
from http.client import HTTPConnection

import pytest

from paycore.report import Answer
from paycore.testing.crash import serving
from paycore.testing.crash.points import Points
from paycore.testing.crash.serving import serve


class Deaf:
    """Takes every message."""

    def __init__(self):
        self.heard = []

    def receive(self, account, message):
        self.heard.append((account, message.method, message.header("seal"), message.body))
        return Answer(200, b"thanks")


def test_a_message_is_handed_over_and_answered():
    """As it came; so many of them, and no more."""
    gateway, points, answers = Deaf(), Points(step="webhook"), []

    def post(port):
        line = HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("POST", "/weak", b"{}", {"Seal": "genuine"})
        answers.append(line.getresponse().read())
        line.close()

    threads = []
    serve(gateway, points, 1, lambda port: threads.append(started(post, port)))
    threads[0].join()

    assert gateway.heard == [("weak", "POST", "genuine", b"{}")]
    assert answers == [b"thanks"]
    assert points.passed == ["webhook.ack.before", "webhook.ack.begun", "webhook.ack.after"]


def started(work, port):
    thread = threading.Thread(target=work, args=(port,))
    thread.start()
    return thread


def test_nobody_waits_for_ever(monkeypatch):
    """Whoever was to deliver may be gone."""
    monkeypatch.setattr(serving._Server, "timeout", 0.01)
    with pytest.raises(TimeoutError):
        serve(Deaf(), Points(), 1, lambda port: None)


def test_what_fails_while_it_answers_is_seen(monkeypatch):
    """It ends the child, and is told."""
    threads = []

    def post(port):
        line = HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("POST", "/weak", b"{}")
        with pytest.raises(OSError, match=r".*"):
            line.getresponse()
        line.close()

    with pytest.raises(AttributeError):
        serve(None, Points(), 1, lambda port: threads.append(started(post, port)))
    threads[0].join()
