"""What an error of the transport proves, and what it never tells."""

from __future__ import annotations

import json
import logging
import random
from dataclasses import replace
from time import monotonic

import pytest

from paycore.errors import NotSent, OutcomeUnknown, PaycoreError
from paycore.wire import attempt
from paycore.wire.session import Session
from tests import certificates
from tests.fault_server import Guest, always, answer
from tests.faults import FAULTS, MORE, arranged
from tests.visits import CANARY, charge, echo, over, refused, visiting


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 401, 407, 425, 429, 503], ids=str)
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_nothing_is_repeated_or_followed(status, method):
    """Promise R10: whatever the status, the server sees exactly one request."""
    headers = ("Location: /elsewhere", "Retry-After: 0", "WWW-Authenticate: Basic realm=x")
    said = answer(b"{}", f"{status} Whatever", *headers)
    with visiting(always(said)) as (transport, site):
        if 400 <= status < 500:
            assert transport.send(charge(site, method=method)).status == status
        else:
            assert type(refused(transport, charge(site, method=method))) is OutcomeUnknown

        assert site.requests == 1


def test_a_redirect_is_not_read():
    """Unlike ours, requests reads a redirect's body, however long it is."""

    def play(guest: Guest) -> None:
        guest.hear()
        guest.say(answer(b"", "302 Found", "Location: /x", f"Content-Length: {10**9}"))
        guest.pause()

    with visiting(play) as (transport, site):
        start = monotonic()

        assert type(refused(transport, charge(site))) is OutcomeUnknown
        assert monotonic() - start < 3


def test_a_kept_connection_that_breaks_is_unknown():
    """One that ends while the next call is being written proves nothing, and is not tried again."""

    def one_and_a_bit(guest: Guest) -> None:
        guest.say(answer(guest.hear() or b""))
        guest.hear_part(1)
        guest.reset()

    with visiting(one_and_a_bit) as (transport, site):
        transport.send(charge(site))

        assert type(refused(transport, charge(site))) is OutcomeUnknown
        assert (site.requests, site.connections) == (2, 1)


@pytest.mark.parametrize(
    ("seed", "runs"), [(0, 100), (1, 100), pytest.param(2, 5000, marks=pytest.mark.slow)]
)
def test_nothing_sent_means_not_one_byte(seed, runs):
    """Promise R5: wherever a line breaks, a call leaves at most once, and NotSent left no byte."""
    chance = random.Random(seed)
    proved = 0

    def breaks_early(guest: Guest) -> None:
        if chance.random() < 0.3:
            guest.hear_hello()
            guest.reset()

    def breaks(guest: Guest) -> None:
        for _ in range(chance.randrange(3)):
            if (body := guest.hear()) is None:
                return
            guest.say(answer(body))
        if part := chance.randrange(400):
            guest.hear_part(part)
        if chance.random() < 0.7:
            guest.reset()

    with visiting(breaks, certificates.good(), greet=breaks_early) as (transport, site):
        for place in range(runs):
            before = site.requests, site.received
            try:
                transport.send(charge(site, {"place": place}))
            except NotSent:
                proved += 1
                assert (site.requests, site.received) == before
            except OutcomeUnknown:
                pass
            assert site.requests <= before[0] + 1

    assert proved > 10


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
