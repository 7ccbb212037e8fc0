"""Hostile cases that need a ledger that lasts: many processes, killed ones, callbacks that fail.

Q19 and N57 to N59, each on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest

from paycore import State
from paycore.events import EventType
from paycore.ledger.durable import open_durable
from paycore.ledger.protocol import InboxState
from tests.hostile.messages import ACK, message_of
from tests.hostile.shop import sent
from tests.hostile.world import N0, PAYMENTS, World, cases, params
from tests.postgres import postgres  # noqa: F401

pytestmark = pytest.mark.thorough
ROOT = Path(__file__).parents[2]
P1 = PAYMENTS["P1"]
CROWDS = [case for case in cases("requests.jsonl") if "processes" in case["input"]]
KILLED = [case for case in cases("notifications.jsonl") if "kill" in case["input"].get("given", "")]
DEAF = [
    case for case in cases("notifications.jsonl") if "callback" in case["input"].get("given", "")
]
UNANSWERED = [case for case in KILLED if "before the ack" in case["why"]]
ANSWERED = [case for case in KILLED if "after the ack" in case["why"]]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Give the address of a ledger without any row."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'paycore.db'}"
    return request.getfixturevalue("postgres").wiped()


def started(*task: str) -> subprocess.Popen[str]:
    """Start a process of these tests."""
    command = [sys.executable, "-m", "tests.hostile.victims", *task]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def serving(url: str, point: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Give a server that dies at that point, and its port."""
    server = started("serve", url, point)
    try:
        line = server.stdout.readline()
        if not line:
            pytest.fail(server.stderr.read())
        yield server, int(line)
    finally:
        server.kill()
        server.communicate()


@contextmanager
def second_life(url: str) -> Iterator[World]:
    """Give a new gateway on that ledger; its provider knows that P1 was paid."""
    with closing(open_durable(url)) as ledger:
        world = World(ledger)
        world.provider.orders[P1] = {**N0, "mchOrderNo": P1}
        yield world


def told(port: int, case: Any) -> Any:
    """Send the case's message over HTTP."""
    message = message_of(case["input"])
    return sent(port, "POST", "/webhooks/iotpay", message.body, message.headers)


@params(CROWDS)
def test_a_crowd_with_one_key(case, url, tmp_path):
    """One is dispatched; everybody else is given the same operation, and nobody an error."""
    people, log = case["input"]["parallel"], tmp_path / "effects"
    open_durable(url).close()
    done, errors = started("crowd", url, str(log), str(people)).communicate(timeout=100)
    lines = [line.split() for line in done.splitlines()]
    given = {tuple(rest) for word, *rest in lines if word == "told"}

    assert [rest for word, *rest in lines if word == "ended"] == [["0"]] * people, errors
    assert sum(word == "told" for word, *_ in lines) == people
    assert len(given) == 1
    assert len(log.read_text().splitlines()) == case["expect"]["provider_effects"]


@pytest.mark.parametrize("point", ["kept", "applied"])
@params(UNANSWERED)
def test_killed_before_it_could_acknowledge(case, point, url, shop):
    """The provider hears nothing and sends again: one row, one transition."""
    with serving(url, point) as (server, port):
        with pytest.raises((RemoteDisconnected, ConnectionError)):
            told(port, case)
        assert server.wait(20) == -9
    with second_life(url) as world:
        copies = [row.copies for row in world.kept()]
        state = world.state(P1)
        answer = shop.receive(world, message_of(case["input"]))

        assert copies == [1]
        assert state is (State.PENDING if point == "kept" else State.SUCCEEDED)
        assert (answer.status, answer.body) == (200, ACK)
        assert [(row.state, row.copies) for row in world.kept()] == [(InboxState.APPLIED, 2)]
        assert world.state(P1) is State.SUCCEEDED
        assert world.transitions() == case["expect"]["transitions"]


@params(ANSWERED)
def test_killed_after_it_had_acknowledged(case, url):
    """Nobody will send it again; what was kept is applied by the next process."""
    with serving(url, "acknowledged") as (server, port):
        answer = told(port, case)
        server.kill()
        assert server.wait(20) == -9
    with second_life(url) as world:
        before = world.rows(), world.state(P1)
        world.clock.advance(60)
        world.gateway.reconcile(ahead=True)

        assert (answer.status, answer.body) == (200, ACK)
        assert before == ([InboxState.VERIFIED], State.PENDING)
        assert world.rows()[0].is_finished
        assert world.state(P1) is State.SUCCEEDED
        assert world.transitions() == case["expect"]["transitions"]


@params(DEAF)
def test_a_callback_that_fails_three_times(case, url, shop):
    """One event: told four times under one id, and then no more (R17)."""
    seen = []

    def fails(event):
        seen.append(event.id)
        if len(seen) <= 3:
            raise RuntimeError("not now")

    with closing(open_durable(url)) as ledger:
        world = World(ledger)
        world.payment("P1")
        world.gateway.on(EventType.PAYMENT_PAID, fails)
        answer = shop.receive(world, message_of(case["input"]))
        told = [world.gateway.deliver() for _ in range(8) if world.clock.advance(86_400) is None]
        (event,) = (e for e in ledger.events_of(P1) if e.type is EventType.PAYMENT_PAID)

        assert case["expect"]["app_events"] == "1 id, delivered 4 times, acknowledged once"
        assert (answer.status, answer.body) == (200, ACK)
        assert world.state(P1) is State.SUCCEEDED
        assert (seen, event.tries) == ([event.id] * 4, 4)
        assert sum(told) == 1
