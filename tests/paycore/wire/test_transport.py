"""Transport: one call goes out once, to one place, in time; an error says what is proved."""

from __future__ import annotations

import gc
import json
import logging
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from paycore.errors import NotSent, OutcomeUnknown, PaycoreError, SettingsError
from paycore.wire import attempt, lines
from paycore.wire.connection import Connection
from paycore.wire.guard import in_transaction
from paycore.wire.session import Session
from paycore.wire.talk import Call, Reply
from paycore.wire.transport import Transport
from tests import certificates
from tests.fault_server import FaultServer, Guest, always, answer
from tests.faults import FAULTS, MORE, arranged, standing

ROOT = Path(__file__).resolve().parents[3]
CANARY = "4111111111111111"


def echo(guest: Guest) -> None:
    """Answer every request with its own body."""
    while (body := guest.hear()) is not None:
        guest.say(answer(body))


@contextmanager
def over(connection: Connection):
    transport = Transport(connection)
    try:
        yield transport
    finally:
        transport.close()


@contextmanager
def visiting(play, tls=None, **settings):
    """Yield a transport and the site it speaks to."""
    with standing(play, tls, **settings) as site, over(site.connection) as transport:
        yield transport, site


def charge(site, payload=None, **named) -> Call:
    return Call(f"{site.base_url}/v3/charge", payload or {"card": CANARY}, **named)


def refused(transport, call) -> PaycoreError:
    with pytest.raises(PaycoreError) as caught:
        transport.send(call)
    return caught.value


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_call_is_carried(tls):
    """What was said arrives, and what was answered comes back."""
    with visiting(echo, tls) as (transport, site):
        reply = transport.send(charge(site, {"amount": 1500}))

    assert reply == Reply(200, b'{"amount":1500}', {"content-length": "15"})


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_connection_is_kept(tls):
    """Call after call uses one connection, whatever was answered in between."""
    with visiting(echo, tls) as (transport, site):
        for amount in range(20):
            assert transport.send(charge(site, {"amount": amount})).json == {"amount": amount}

        assert (site.requests, site.connections) == (20, 1)


def test_certificates_are_loaded_once():
    """A new connection verifies with what was loaded at the start: the file may be gone."""
    with ExitStack() as stack:
        site = stack.enter_context(standing(echo, certificates.good()))
        path = Path(site.ca_bundle)
        with over(site.connection) as transport:
            path.rename(path.with_suffix(".away"))
            transport.send(charge(site))
            path.with_suffix(".away").rename(path)

        assert site.requests == 1


def test_threads_share_a_transport():
    """Many threads at once: each hears the answer to its own call, each call leaves once."""
    with visiting(echo) as (transport, site), ThreadPoolExecutor(8) as threads:
        sent = [{"amount": amount} for amount in range(200)]
        heard = list(threads.map(lambda said: transport.send(charge(site, said)).json, sent))

        assert heard == sent
        assert site.requests == 200
        assert site.connections <= 8


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


def test_a_connection_that_ended_is_replaced():
    """A kept connection that the server closed meanwhile is noticed before anything is said."""
    closed = Event()

    def once(guest: Guest) -> None:
        guest.say(answer(guest.hear() or b""))
        guest.close()
        closed.set()

    with visiting(once) as (transport, site):
        for _ in range(3):
            transport.send(charge(site))
            assert closed.wait(10)
            closed.clear()

        assert (site.requests, site.connections) == (3, 3)


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


def test_a_connection_that_was_idle_is_not_used(monkeypatch):
    """After a pause a new connection is made: a dead one would cost an UNKNOWN."""
    monkeypatch.setattr(lines, "IDLE_S", 0)
    with visiting(echo) as (transport, site):
        transport.send(charge(site))
        transport.send(charge(site))

        assert (site.requests, site.connections) == (2, 2)


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


def test_no_other_origin_is_called():
    """Another host, or another port of the same one, gets nothing; the error names the host."""
    with visiting(echo) as (transport, site), FaultServer(echo) as other:
        error = refused(transport, Call(f"{other.base_url}/v3/charge", {"card": CANARY}))

        assert type(error) is NotSent
        assert "127.0.0.1" in str(error)
        assert (site.connections, other.connections) == (0, 0)


def test_without_an_address_nothing_is_called():
    """An account without a base_url can call nobody."""
    with over(Connection("")) as transport:
        assert type(refused(transport, Call("https://api.example/x"))) is NotSent


def test_nothing_is_sent_while_a_transaction_is_open():
    """Promise R3: inside a ledger transaction the door is shut."""
    with visiting(echo) as (transport, site):
        token = in_transaction.set(True)
        error = refused(transport, charge(site))
        in_transaction.reset(token)

        assert type(error) is NotSent
        assert "transaction" in str(error)
        assert site.connections == 0


def test_a_closed_transport_sends_nothing():
    """After `close`, which may come twice, every call is NotSent."""
    with visiting(echo) as (transport, site):
        transport.send(charge(site))
        transport.close()
        transport.close()

        assert type(refused(transport, charge(site))) is NotSent
        assert site.requests == 1


def test_closing_lets_a_call_under_way_finish():
    """Whoever is talking while the transport is closed hears the answer."""
    heard, go_on = Event(), Event()

    def slowly(guest: Guest) -> None:
        body = guest.hear()
        heard.set()
        go_on.wait(10)
        guest.say(answer(body or b""))

    with visiting(slowly) as (transport, site), ThreadPoolExecutor(1) as threads:
        reply = threads.submit(transport.send, charge(site))
        assert heard.wait(10)
        transport.close()
        go_on.set()

        assert reply.result(10).status == 200


def test_the_environment_has_no_say(monkeypatch, tmp_path):
    """Promise R30: no proxy, no netrc and no bundle is taken from the environment."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login jack password canary\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    heads = []

    def noting(guest: Guest) -> None:
        while (body := guest.hear()) is not None:
            heads.append(guest.head.lower())
            guest.say(answer(body))

    with visiting(noting, certificates.good()) as (transport, site):
        transport.send(charge(site))

    assert b"authorization" not in heads[0]


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_proxy_of_the_settings_is_used(tls):
    """With `proxy` the call goes through it, still verified end to end."""
    heads = []

    def proxy(guest: Guest) -> None:
        guest.hear()
        heads.append(guest.head)
        guest.say(b"HTTP/1.1 200 OK\r\n\r\n")
        guest.relay(int(guest.head.split()[1].rpartition(b":")[2]))

    with FaultServer(proxy, tls) as way, ExitStack() as stack:
        address = way.base_url.replace("://", "://jack:pass@")
        site = stack.enter_context(standing(echo, certificates.good(), proxy=address))
        with over(site.connection) as transport:
            for amount in range(3):
                said = {"amount": amount, "padding": "x" * 20_000}
                assert transport.send(charge(site, said)).json == said

        assert (site.requests, site.connections, way.connections) == (3, 1, 1)
        assert heads[0].startswith(b"CONNECT 127.0.0.1:")
        assert b"Proxy-Authorization: Basic" in heads[0]


@pytest.mark.parametrize("how", ["closes", "is silent", "never ends"])
def test_what_a_proxy_is_told_is_no_part_of_the_request(how):
    """Promise R4: CONNECT is not the request, so a proxy that fails has sent nothing."""

    def play(guest: Guest) -> None:
        guest.hear()
        if how == "closes":
            guest.say(b"HTTP/1.1 200 OK\r\n\r\n")
        elif how == "is silent":
            guest.pause()
        else:
            guest.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9999)

    with FaultServer(play) as way:
        connection = Connection(
            "https://api.example", proxy=way.base_url, timeout_s=5, connect_timeout_s=0.4
        )
        with over(connection) as transport:
            start = monotonic()

            assert type(refused(transport, Call("https://api.example/x"))) is NotSent
            assert monotonic() - start < 1.4
            assert way.requests == 1


def test_a_call_may_have_a_shorter_deadline():
    """A call's own `timeout_s` shortens the account's and never lengthens it."""

    def dripping(guest: Guest) -> None:
        guest.hear()
        guest.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99)

    for ours, own in ((30, 0.2), (0.2, 30)):
        with visiting(dripping, timeout_s=ours) as (transport, site):
            start = monotonic()

            assert "time is up" in str(refused(transport, charge(site, timeout_s=own)))
            assert 0.15 < monotonic() - start < 1.2


def test_no_time_left_is_nothing_sent():
    """A call whose time is up before it begins is not begun."""
    with visiting(echo) as (transport, site):
        assert type(refused(transport, charge(site, timeout_s=0))) is NotSent
        assert site.requests == 0


def test_an_address_that_stays_silent_ends_in_time(monkeypatch):
    """All addresses of a name together have the time for connecting, and no more."""
    with arranged("connect_timeout", b"{}") as site, over(site.connection) as transport:
        port = site.connection.origin.port
        monkeypatch.setattr(
            lines.socket, "getaddrinfo", lambda *_, **__: [_address(port) for _ in range(5)]
        )
        start = monotonic()

        assert type(refused(transport, charge(site))) is NotSent
        assert monotonic() - start < 1.4


def _address(port: int):
    return lines.socket.AF_INET, lines.socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)


DRIPS = {
    "status": (b"HTTP/1.1 200 O", b"K" * 9999),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: yyyyyyyyyyyyyyyy\r\n" * 99),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x" * 9999),
    "last body": (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 99\r\n\r\n", b"x" * 99),
    "chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n270f\r\n", b"x" * 9999),
    "trailer": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 999),
    "nothing": (b"", b""),
}


@pytest.mark.parametrize("tls", [None, certificates.good()], ids=["http", "https"])
def test_a_dripping_server_is_cut_off(tls):
    """Promise R49: 500 calls to servers that drip, each over within a second of its deadline."""
    deadline_s = 0.3

    def play(guest: Guest) -> None:
        place = json.loads(guest.hear() or b"{}")["place"]
        at_once, slowly = list(DRIPS.values())[place % len(DRIPS)]
        guest.say(at_once)
        guest.drip(slowly, pause_s=0.05)
        guest.pause()

    def late(place: int) -> float:
        start = monotonic()
        error = refused(transport, charge(site, {"place": place}))
        assert "time is up" in str(error)
        return monotonic() - start - deadline_s

    with (
        visiting(play, tls, timeout_s=deadline_s) as (transport, site),
        ThreadPoolExecutor(25) as threads,
    ):
        assert max(threads.map(late, range(250))) < 1


def test_a_server_that_does_not_read_is_cut_off():
    """A request that cannot be written out ends by its deadline as well, and may have left."""
    with visiting(lambda guest: guest.pause() and None, timeout_s=0.4) as (transport, site):
        start = monotonic()
        error = refused(transport, charge(site, {"padding": "x" * 20_000_000}))

        assert type(error) is OutcomeUnknown
        assert monotonic() - start < 1.4


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


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_passes(monkeypatch, interrupt):
    """Whoever stops the process is not turned into an outcome, and leaves no deadline behind."""

    def interrupted(*arguments):
        raise interrupt

    with visiting(echo) as (transport, site):
        with monkeypatch.context() as patched:
            patched.setattr(Session, "exchange", interrupted)
            with pytest.raises(interrupt):
                transport.send(charge(site))

        assert attempt.CURRENT.get() is None
        assert transport.send(charge(site)).status == 200


def test_without_a_watchdog_nothing_is_sent(monkeypatch):
    """Where no deadline can be kept any more (the interpreter is ending), no call begins."""

    def no_thread(*arguments):
        raise RuntimeError("can't start new thread")

    with visiting(echo) as (transport, site):
        monkeypatch.setattr(attempt, "watch", no_thread)

        assert type(refused(transport, charge(site))) is NotSent
        assert site.connections == 0


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


def test_the_reason_is_told_and_not_another_one():
    """The system's own words are in the message, and nothing of what the caller was handling."""
    with arranged("connection_refused", b"{}") as site, over(site.connection) as transport:
        try:
            raise OSError(2, "something else")
        except OSError:
            error = refused(transport, charge(site))

    assert str(error) == "charge: 127.0.0.1 was not reached, nothing was sent: Connection refused"


def test_a_bundle_that_cannot_be_read_is_refused_at_the_start():
    """A transport that could verify nobody is not made."""
    with pytest.raises(SettingsError, match="ca_bundle"):
        Transport(Connection("https://api.example", ca_bundle="/nowhere/ca.pem"))


def test_another_process_makes_its_own_connections(monkeypatch):
    """After a fork the child speaks over a connection of its own."""
    with visiting(echo) as (transport, site):
        transport.send(charge(site))
        monkeypatch.setattr(os, "getpid", lambda: -1)
        transport.send(charge(site))
        transport.send(charge(site))

        assert (site.requests, site.connections) == (3, 2)


FORK = """
import os, sys
from paycore.errors import OutcomeUnknown
from paycore.wire.connection import Connection
from paycore.wire.talk import Call
from paycore.wire.transport import Transport

transport = Transport(Connection(sys.argv[1], sandbox=True))

def call(who, timeout_s=10):
    return transport.send(Call(f"{sys.argv[1]}/{who}", {"who": who}, timeout_s=timeout_s)).json

assert call("parent") == {"who": "parent"}
child = os.fork()
who = "parent" if child else "child"
for _ in range(20):
    assert call(who) == {"who": who}
try:
    call("silence", 0.3)
except OutcomeUnknown as error:
    assert "time is up" in str(error)
if child:
    assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_speaks_for_itself():
    """Parent and child go on after a fork: each on its own line, each with its own watchdog."""

    def play(guest: Guest) -> None:
        while (body := guest.hear()) is not None:
            if b"silence" in body:
                guest.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99)
            else:
                guest.say(answer(body))

    with standing(play) as site:
        ran = subprocess.run(  # the child must not be a fork of the tests' own threads
            [sys.executable, "-c", FORK, site.base_url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert ran.returncode == 0, ran.stderr
        assert (site.requests, site.connections) == (43, 2)


def test_importing_paycore_imports_no_http_client():
    """Neither paycore nor the transport loads requests before a first call."""
    code = "import sys, paycore, paycore.wire.transport as t; sys.exit('requests' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False)

    assert ran.returncode == 0


def test_nothing_is_left_open():
    """A transport that nobody closed leaves no socket behind when it is forgotten."""
    with standing(echo) as site:
        transport = Transport(site.connection)
        transport.send(charge(site))
        del transport
        gc.collect()

        assert site.requests == 1
