"""A transport across forks, imports and interrupts."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paycore.wire import attempt
from paycore.wire.session import Session
from paycore.wire.transport import Transport
from tests.fault_server import Guest, answer
from tests.faults import standing
from tests.visits import charge, echo, visiting

ROOT = Path(__file__).resolve().parents[3]


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
    call("silence", 1.5)
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
