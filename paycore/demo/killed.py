"""A process is killed with signal 9 while it charges; the next one finds what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any, Final

from paycore.bootstrap import open_gateway
from paycore.demo.act import Act, Skipped, expect
from paycore.demo.trouble import LOST
from paycore.methods import StoredToken, Wallet
from paycore.money import Money
from paycore.payment import PaymentStatus
from paycore.plain import plain
from paycore.wiring import utc_now

MINOR: Final = 6600
PATIENCE_S: Final = 30.0
"""How long the other process may take to start, and its charge to arrive."""
_LATER: Final = timedelta(minutes=10)
"""Past the lease of whoever was killed."""


def killed(act: Act) -> str:
    """Let another process charge, and kill it when the money has moved and no answer came yet."""
    method = act.direct
    try:
        act.simulator.fault(LOST)
    except ValueError:
        raise Skipped("the simulator cannot lose an answer") from None
    said: dict[str, Any] = {
        "settings": act.settings,
        "provider": act.provider,
        "reference": act.ref("killed"),
    }
    said |= {"amount": plain(act.money(MINOR)), "method": _plain(method)}
    before = len(act.simulator.effects())
    act.endpoint.away = True
    try:
        with _started(said) as victim:
            try:
                moved = _moved(act, before, victim)
            finally:
                victim.kill()
                victim.wait()
        act.simulator.settle()
    finally:
        act.endpoint.away = False
    expect("money moved before it was killed", True, moved)
    expect("status", PaymentStatus.PROCESSING, act.found("killed").status)
    return "signal 9; what it sent stands in the ledger"


def restarted(act: Act) -> str:
    """Start again on the same ledger, some minutes later: asked, found, finished, once."""
    with open_gateway(act.settings, now=_some_minutes_later) as gateway:
        gateway.reconcile()
        payment = gateway.find(act.ref("killed"))
    expect("status", PaymentStatus.PAID, payment.status if payment else None)
    expect("effects at the provider", 1, len(act.effects("killed")))
    return "one effect, found and finished"


def charge(said: dict[str, Any]) -> None:
    """Charge as told: this is what the process does that is killed."""
    amount = {"minor": said["amount"]["amount_minor"], "currency": said["amount"]["currency"]}
    kind, fields = said["method"]
    accounts = {
        name: {**each, "timeout_s": 60} for name, each in said["settings"]["accounts"].items()
    }
    with open_gateway({**said["settings"], "accounts": accounts}) as gateway:
        gateway.charge(
            said["reference"],
            Money(**amount),
            (StoredToken if kind == "token" else Wallet)(*fields),
            account=said["provider"],
        )


def _plain(method: Any) -> tuple[str, list[str]]:
    if isinstance(method, StoredToken):
        return "token", [method.token]
    return "wallet", [method.kind, method.data]


def _started(said: dict[str, Any]) -> subprocess.Popen[str]:
    """Start a process that charges; what it is told has keys in it, so it hears it by its ear."""
    victim = subprocess.Popen(
        [sys.executable, "-m", "paycore.demo.killed"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert victim.stdin is not None
    victim.stdin.write(json.dumps(said))
    victim.stdin.close()
    return victim


def _moved(act: Act, before: int, victim: subprocess.Popen[str]) -> bool:
    """Wait until the charge arrived at the provider; return whether it did."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and victim.poll() is None:
        if len(act.simulator.effects()) > before:
            return True
        time.sleep(0.01)
    return False


def _some_minutes_later() -> datetime:
    return utc_now() + _LATER


if __name__ == "__main__":
    charge(json.load(sys.stdin))
