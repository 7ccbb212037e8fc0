"""Several real processes on one ledger: killed, forked, and left alone by their server."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from paycore.errors import LedgerError, OutcomeUnknown
from paycore.ledger.durable import open_durable, upgrade
from paycore.payment import PaymentStatus
from paycore.states import Kind, State
from paycore.wiring import utc_now
from tests.postgres import Server
from tests.promises.crew import crew
from tests.promises.gateways import desk, opened
from tests.stage import CARD, cad

ROOT = Path(__file__).parents[4]
WORKERS = 8
CHARGES = 20


def ran(task, *said):
    """Return what a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.paycore.ledger.durable.racers", task, *said],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_kill_between_two_statements_leaves_no_half(place):
    """R36: all of a method or nothing of it, and the next process goes on."""
    open_durable(place.url).close()
    ends = [line.split() for line in ran("die_at_every_point", place.url)]
    with closing(open_durable(place.url)) as ledger:
        for kind, point, end in ends:
            owner = f"{kind}-{point}"
            charge, payment = ledger.by_key(Kind.CHARGE, owner), ledger.payment(owner)
            if kind == "reserve":
                assert (charge is None, payment is None) == (end == "9",) * 2
                continue
            told = State.SUBMITTING if end == "9" else State.SUCCEEDED
            assert (charge.state, payment.operations) == (told, (charge,))
            assert len(ledger.evidence(charge.id)) == (end != "9")

        assert sum(end == "9" for _, _, end in ends) > 8
        assert sum(end == "lived" for _, _, end in ends) == 2
        assert ledger.payment("afterwards").paid
    half = "SELECT count(*) FROM paycore_payment WHERE captured NOT IN (0, 1500)"
    assert place.run(half) == [(0,)]
    if place.kind == "sqlite":
        assert place.run("PRAGMA integrity_check") == [("ok",)]


def test_a_ledger_opened_before_a_fork_is_good_in_both(place):
    """The child leaves its parent's connections alone, and has its own."""
    open_durable(place.url).close()

    assert ran("fork", place.url) == ["0"]
    with closing(open_durable(place.url)) as ledger:
        assert all(ledger.payment(name).paid for name in ("before", "child", "parent"))


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_fork_amid_a_transaction_leaves_both_good(place, how):
    """What another thread was doing is the parent's business; the child has its own connections."""
    open_durable(place.url).close()

    assert ran("fork_amid", place.url, how) == ["0"]
    with closing(open_durable(place.url)) as ledger:
        assert all(ledger.payment(name).paid for name in ("before", "child", "parent"))


def test_a_gateway_opened_before_forks_is_good_in_all(place):
    """Threads charge meanwhile: nobody hears another's answer, and each is charged once."""
    threads = 4
    open_durable(place.url).close()
    with desk() as till:
        ends = ran("fork_gateway", place.url, till.url, str(threads))
        charged = [effect.reference for effect in till.till.effects]

    assert ends == ["0 0 0 0"]
    assert len(charged) == len(set(charged)) == 1 + threads * 10 + 4 * 5 + 4 * 2
    with closing(open_durable(place.url)) as ledger:
        assert all(ledger.payment(name).paid for name in charged)


def charges(member, ledger, till, count):
    """Charge through whatever happens, each until its outcome is told; return what was told."""
    gateway = member.kept(opened, ledger, till)
    told = {}
    for number in range(count):
        name = f"o-{member.number}-{number}"
        until = time.monotonic() + 60
        while name not in told and time.monotonic() < until:
            try:
                told[name] = gateway.charge(name, cad(1500), CARD).status
            except (LedgerError, OutcomeUnknown):  # not stored, or not stored what became of it
                time.sleep(0.05)
    return told


def opens(member, ledger, till):
    """Have a gateway."""
    member.kept(opened, ledger, till)


def falls(server, until):
    """Let a server fall over and come back, again and again; return how often."""
    times = 0
    while not until.wait(0.4):
        server.restart()
        times += 1
    return times


def test_a_server_that_falls_over_costs_nobody_money():
    """R40: pools outlive it, nothing is charged twice, nothing that was told is forgotten."""
    server, over = Server(), threading.Event()
    try:
        url = server.empty()
        upgrade(url)
        with desk() as till, ThreadPoolExecutor(1) as falling:
            crew(WORKERS).each(opens, url, till.url)
            fell = falling.submit(falls, server, over)
            try:
                runs = crew(WORKERS).each(charges, url, till.url, CHARGES)
            finally:
                over.set()
            assert fell.result() > 1
            told = {name: status for run in runs for name, status in run.items()}
            effects = [effect.reference for effect in till.till.effects]
            assert len(told) == WORKERS * CHARGES
            assert len(effects) == len(set(effects))
            later = opened(url, till.url, lambda: utc_now() + timedelta(days=1))
            with closing(later):
                later.reconcile()
                found = {name for name in told if later.find(name).paid}
                assert found == set(effects)  # whoever fell between commit and call sent nothing
                assert found >= {n for n, status in told.items() if status is PaymentStatus.PAID}
                assert len(found) > len(told) / 2
                assert later.charge("afterwards", cad(1500), CARD).paid
            assert len(till.till.effects) == len(effects) + 1
        assert set(told.values()) <= {PaymentStatus.PAID, PaymentStatus.PROCESSING}
    finally:
        server.stop()
