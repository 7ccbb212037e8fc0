"""What an error of the transport proves, and what it never tells."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from time import monotonic

import pytest

from paycore.errors import OutcomeUnknown, PaycoreError
from paycore.wire import attempt
from paycore.wire.session import Session
from tests.fault_server import Guest, answer
from tests.faults import FAULTS, MORE, arranged
from tests.visits import CANARY, charge, echo, over, refused, visiting


def test_a_redirect_is_not_read():
    """Unlike ours, requests reads a redirect's body, however long it is."""

    def play(guest: Guest) -> None:
        guest.hear()
        guest.say(answer(b"", "302 Found", "Location: /x", f"Content-Length: {10**9}"))
        guest.pause()

    with visiting(play) as (transport, site):
        start = monotonic()

        assert type(refused(transport, charge(site))) is OutcomeUnknown
        assert monotonic() - start < 20


def test_an_answer_to_nothing_is_not_believed(monkeypatch):
    """Should urllib3 ever write past our count, every call is UNKNOWN: no sandbox would pass."""
    with visiting(echo) as (transport, site):
        monkeypatch.setattr(attempt.Attempt, "begin", lambda *arguments: None)

        assert type(refused(transport, charge(site))) is OutcomeUnknown
        assert site.requests == 1


def test_an_answer_that_comes_with_the_alarm_is_not_believed(monkeypatch):
    """What was cut may look whole: once time was up, the answer proves nothing."""
    real = Session.exchange

    def late(session, *arguments):
        reply = real(session, *arguments)
        attempt.CURRENT.get().expire()
        return reply

    with visiting(echo) as (transport, site):
        monkeypatch.setattr(Session, "exchange", late)

        assert "time is up" in str(refused(transport, charge(site)))


@pytest.mark.parametrize(
    "whole",
    [
        answer(b"{}", "402 Payment Required", "Server: x"),
        answer(b"", "402 Payment Required", "Server: x"),
        answer(b"2\r\n{}\r\n0\r\n\r\n", "402 No", "Transfer-Encoding: chunked"),
    ],
    ids=["body", "head", "chunks"],
)
def test_an_answer_that_breaks_off_is_unknown(whole):
    """Wherever an answer ends early, in its head, its chunks or its body, it is no answer."""

    def play(guest: Guest) -> None:
        guest.say(whole[: json.loads(guest.hear() or b"{}")["length"]])

    with visiting(play) as (transport, site):
        for length in range(len(whole)):
            assert type(refused(transport, charge(site, {"length": length}))) is OutcomeUnknown

        assert transport.send(charge(site, {"length": len(whole)})).status == 402


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("fault", [*FAULTS, *MORE])
def test_no_error_and_no_log_holds_a_payload(fault, method, caplog):
    """What was to be said is in no message, no chained error and no log, at any level."""
    caplog.set_level(logging.DEBUG)
    with arranged(fault, b'{"a":1}') as site, over(replace(site.connection, timeout_s=2)) as sender:
        call = charge(site, headers={"Authorization": CANARY}, method=method, timeout_s=0.3)
        try:
            shown = repr(sender.send(call))
        except PaycoreError as error:
            shown = f"{error!r} {error} {error.__dict__} {error.__cause__!r} {error.__context__!r}"

    assert CANARY not in shown
    assert CANARY not in caplog.text


def test_the_reason_is_told_and_not_another_one():
    """The system's own words are in the message, and nothing of what the caller was handling."""
    with arranged("connection_refused", b"{}") as site, over(site.connection) as transport:
        try:
            raise OSError(2, "something else")
        except OSError:
            error = refused(transport, charge(site))

    assert str(error) == "charge: 127.0.0.1 was not reached, nothing was sent: Connection refused"
