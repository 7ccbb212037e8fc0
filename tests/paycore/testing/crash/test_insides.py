"""Within a transaction and a call there are points, where the code under test has none."""

from __future__ import annotations

import http.client
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from paycore.ledger.durable import open_durable
from paycore.ledger.memory import MemoryLedger
from paycore.testing.crash.insides import open_up, watch_lines
from paycore.testing.crash.points import Points
from paycore.testing.ledgers.scene import NOW, intent


class Dead(Exception):
    """Instead of being killed."""


def dead():
    raise Dead


def reserved(url, at=""):
    """Reserve once; return the points, and whether it is there afterwards."""
    points = Points(at, dead, "charge")
    with closing(open_durable(url)) as ledger:
        open_up(ledger, points)
        with points.inside("reserve"):
            ledger.reserve(intent(), NOW)
    return points.passed


@pytest.fixture
def url(tmp_path):
    """Give the URL of a ledger."""
    return f"sqlite:///{tmp_path / 'crash.db'}"


def test_each_change_and_its_commit_are_points(url):
    """A reservation changes at least two tables, and commits once."""
    passed = reserved(url)

    assert passed.count("charge.reserve.uncommitted") == 1
    assert passed.index("charge.reserve.change:2") < passed.index("charge.reserve.uncommitted")
    assert (passed[0], passed[-1]) == ("charge.reserve.before", "charge.reserve.after")


def test_what_is_not_committed_is_gone(url):
    """Up to the last moment before it."""
    with pytest.raises(Dead):
        reserved(url, "charge.reserve.uncommitted")
    with closing(open_durable(url)) as ledger:
        assert ledger.payment("o-1") is None


def test_reading_is_no_point(url):
    """It leaves nothing that a kill could break."""
    points = Points(step="charge")
    with closing(open_durable(url)) as ledger:
        open_up(ledger, points)
        with points.inside("claim_events"):
            assert ledger.claim_events(NOW, 10, 60) == ()

    assert points.passed == ["charge.claim_events.before", "charge.claim_events.after"]


def test_of_other_ledgers_nothing_is_seen():
    """They are left alone."""
    ledger = MemoryLedger()
    before = dict(vars(ledger))
    open_up(ledger, Points())

    assert vars(ledger) == before


def test_a_call_has_points_on_the_wire(monkeypatch):
    """Before its head, before its body, and when the answer is there and unread."""
    for shape, name in ((http.client.HTTPConnection, "send"), (http.client.HTTPResponse, "begin")):
        monkeypatch.setattr(shape, name, getattr(shape, name))
    points, heard = Points(step="charge"), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(list(points.passed))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *said):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        watch_lines(points)
        line = http.client.HTTPConnection("127.0.0.1", server.server_port)
        with closing(line), points.inside("send"):
            line.request("POST", "/", b"body")
            line.getresponse().read()
        thread.join()

    assert points.passed[:3] == ["charge.send.before", "charge.send.bytes", "charge.send.bytes:2"]
    assert points.passed[3:] == ["charge.send.answer", "charge.send.after"]
    assert "charge.send.answer" not in heard[0]
