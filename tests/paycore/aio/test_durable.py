"""AsyncGateway on real databases: many tasks, one effect for each payment, whoever is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest

import paycore
from paycore.aio import opening
from paycore.ledger.durable.schema import upgrade
from paycore.states import State
from paycore.wiring import utc_now
from tests.faults import standing
from tests.postgres import postgres  # noqa: F401
from tests.promises.databases import Place

AMOUNT = paycore.Money(1500, "CAD")
CARD = paycore.StoredToken("visa-1")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Give a place without any row, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return Place("sqlite", f"sqlite:///{tmp_path / 'paycore.db'}")
    return Place("postgresql", request.getfixturevalue("postgres").wiped())


def settings(place) -> dict[str, object]:
    return {"ledger": place.url, "accounts": {"cards": {"provider": "fake"}}}


def iotpay(place, base_url: str, **more: object) -> dict[str, object]:
    account = {
        "provider": "iotpay",
        "mode": "sandbox",
        "base_url": base_url,
        "merchant_id": "10000701",
        "merchant_key": "k" * 32,
        "login_name": "jack123",
        **more,
    }
    return {"ledger": place.url, "accounts": {"cards": account}}


def prepared(place) -> None:
    """Make the schema, where paycore does not make it by itself."""
    if place.kind == "postgresql":
        upgrade(place.url)


def test_many_tasks_charge_each_payment_once(place):
    """Five tasks for each payment: one operation each; part of it goes back, and no cent more."""

    async def play() -> None:
        async with paycore.open_async_gateway(settings(place)) as gateway:
            names = [f"o-{number}" for number in range(8)] * 5
            charged = await asyncio.gather(
                *(gateway.charge(name, AMOUNT, CARD) for name in names), return_exceptions=True
            )
            assert all(isinstance(each, paycore.Payment) for each in charged), charged
            refunds = await asyncio.gather(
                *(
                    gateway.refund(name, paycore.Money(400, "CAD"), key=f"r-{number}-{name}")
                    for number in range(5)
                    for name in names[:8]
                ),
                return_exceptions=True,
            )
            given = [each for each in refunds if isinstance(each, paycore.Refund)]
            assert len(given) == 8 * 3
            for name in names[:8]:
                payment = await gateway.find(name)
                assert payment.paid
                assert payment.refundable == paycore.Money(300, "CAD")
                assert len([o for o in payment.operations if not o.kind.gives_back]) == 1

    prepared(place)
    asyncio.run(play())


def test_tasks_that_are_cancelled_leave_nothing_behind(place):
    """Whenever a task is cancelled, what it began is in the ledger, and can be asked about."""

    async def play() -> int:
        cancelled = 0
        async with paycore.open_async_gateway(settings(place)) as gateway:
            for number in range(24):
                task = asyncio.create_task(gateway.charge(f"o-{number}", AMOUNT, CARD))
                await asyncio.sleep(number * 0.0007)
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError:
                    cancelled += 1
                payment = await gateway.find(f"o-{number}")
                states = [o.state for o in payment.operations] if payment else []
                assert not {State.SUBMITTING, State.RESERVED}.intersection(states)
            for number in range(24):
                found = await gateway.find(f"o-{number}")
                if found is None or found.status is paycore.PaymentStatus.NEW:
                    assert (await gateway.charge(f"o-{number}", AMOUNT, CARD)).paid
                else:
                    assert found.paid
        return cancelled

    prepared(place)
    assert asyncio.run(play()) > 0


VICTIM = """
    import asyncio, sys, paycore
    settings = {
        "ledger": sys.argv[1],
        "accounts": {"cards": {
            "provider": "iotpay", "mode": "sandbox", "base_url": sys.argv[2],
            "merchant_id": "10000701", "merchant_key": "k" * 32, "login_name": "jack123",
        }},
    }
    async def main():
        async with paycore.open_async_gateway(settings) as gateway:
            await asyncio.gather(*(
                gateway.charge(f"o-{n}", paycore.Money(1500, "CAD"), paycore.StoredToken("card"))
                for n in range(10)
            ))
    asyncio.run(main())
"""


def test_a_process_that_is_killed_leaves_all_it_began(place):
    """Ten charges under way, signal 9: ten operations stand in the ledger, and become UNKNOWN."""

    def silent(guest) -> None:
        guest.hear()
        guest.pause()

    prepared(place)
    with standing(silent) as site:
        script = [sys.executable, "-c", textwrap.dedent(VICTIM), place.url, site.base_url]
        with subprocess.Popen(script) as victim:
            while site.requests < 10 and victim.poll() is None:
                asyncio.run(asyncio.sleep(0.05))
            os.kill(victim.pid, signal.SIGKILL)
        assert victim.returncode == -signal.SIGKILL
        assert site.requests == 10

    later = iotpay(place, site.base_url, timeout_s=1)
    with paycore.open_gateway(later, now=lambda: utc_now() + timedelta(hours=1)) as gateway:
        found = [gateway.find(f"o-{number}") for number in range(10)]
        assert all(each.status is paycore.PaymentStatus.PROCESSING for each in found)
        gateway.reconcile()
        found = [gateway.find(f"o-{number}") for number in range(10)]
        assert all(each.status is paycore.PaymentStatus.UNKNOWN for each in found)


@pytest.mark.parametrize("seen", [1, 5, 12])
def test_closed_under_its_calls_nothing_is_left_under_way(place, seen):
    """Each charge ends in a Payment or in NotSent, and the ledger says the same of it."""

    def silent(guest) -> None:
        guest.hear()
        guest.pause()

    async def play(site) -> list[object]:
        gateway = paycore.open_async_gateway(iotpay(place, site.base_url))
        names = [f"o-{number}" for number in range(12)]
        tasks = [asyncio.create_task(gateway.charge(name, AMOUNT, CARD)) for name in names]
        while site.requests < seen:
            await asyncio.sleep(0.001)
        await asyncio.wait_for(gateway.close(), 30)
        return await asyncio.gather(*tasks, return_exceptions=True)

    prepared(place)
    with standing(silent) as site:
        ended = asyncio.run(play(site))
        asked = site.requests
    told = [e.charge.state if isinstance(e, paycore.Payment) else type(e) for e in ended]
    assert set(told) <= {State.UNKNOWN, paycore.NotSent}, ended
    assert told.count(State.UNKNOWN) >= asked >= seen
    with paycore.open_gateway(settings(place)) as gateway:
        found = [gateway.find(f"o-{number}") for number in range(12)]
        states = [each.operations[0].state if each else State.NOT_SENT for each in found]
    assert states == [each if each is State.UNKNOWN else State.NOT_SENT for each in told]


@pytest.mark.parametrize("missing", ["aiohttp", "greenlet"])
def test_a_missing_extra_is_told(monkeypatch, missing):
    """The error says what to type."""
    real = opening.find_spec
    monkeypatch.setattr(opening, "find_spec", lambda n: None if n == missing else real(n))
    with pytest.raises(paycore.SettingsError, match=rf"{missing} .*pip install 'paycore\[async\]'"):
        paycore.open_async_gateway({"ledger": "memory://"})
