"""Hostile messages to a provider whose signature has a time: N63 to N66, called and over HTTP.

The provider is installed as a stranger's is, by its entry point, and knows the public names only.
"""

from __future__ import annotations

import json

import pytest

import paycore
from paycore import HostedPage, Money, State, WebhookMessage
from paycore.ledger.memory import MemoryLedger
from tests.hostile import timed
from tests.hostile.world import THANKS, cases, params

CASES = [case for case in cases("notifications.jsonl") if "scheme" in case["input"]]
KEY = "whsec-0123456789abcdef"
NOW = 1_767_225_600
BODY = json.dumps({"reference": "o-1", "cents": 1500, "paid": True}).encode()


class Bank:
    """Carries calls to a provider that says what the payer's page would."""

    def __init__(self):
        self.calls = []

    def send(self, call):
        self.calls.append(call.name)
        return paycore.Reply(200, b"{}")

    def close(self):
        """Nothing is held."""


class World:
    """A gateway over the timed provider, and one payment that waits for its payer."""

    def __init__(self):
        self.bank = Bank()
        self.ledger = MemoryLedger()
        account = {"provider": "timed", "signing_key": KEY}
        self.gateway = paycore.open_gateway(
            {
                "return_hosts": ["shop.example"],
                "accounts": {"iotpay": account},
            },
            ledger=self.ledger,
            sender=lambda connection: self.bank,
        )
        self.gateway.charge("o-1", Money(1500, "CAD"), HostedPage(THANKS))
        self.bank.calls.clear()

    @property
    def state(self):
        return self.gateway.find("o-1").operations[0].state


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Give that gateway, at a time that stands."""
    told = tmp_path / "timed-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: timed\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[paycore.providers]\ntimed = tests.hostile.timed\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(timed, "clock", lambda: NOW + 0.999)
    opened = World()
    with opened.gateway:
        yield opened


def genuine(at=NOW):
    """Return a message that its provider sent at that time."""
    return told(timed.signature(KEY, str(at), BODY), at)


def told(header, at=NOW):
    """Return a message with that list of signatures."""
    return WebhookMessage(
        "POST", {"Timed-At": str(at), "Timed-Signature": header}, "", BODY, "127.0.0.1"
    )


def message_of(said):
    """Return the message of a case."""
    if "timestamp" in said:
        return genuine(NOW + int(said["timestamp"].removeprefix("now")))
    if "10001" in said["header"]:
        return told(f"{'v1,x ' * 10_000}{timed.signature(KEY, str(NOW), BODY)}")
    return told("v1")


@params(CASES)
def test_what_is_out_of_time_or_shape_is_dropped(case, world, receive):
    """400 or 401, no row, no query, nothing changes; and the genuine one is taken after it."""
    answer = receive(world, message_of(case["input"]))

    assert case["expect"]["outcome"] == "DROP"
    assert answer.status in (400, 401)
    assert b"noted" not in answer.body
    assert (world.state, world.bank.calls) == (State.PENDING, [])
    assert world.ledger.messages() == ()
    assert receive(world, genuine()).body == b"noted"
    assert world.state is State.SUCCEEDED


@pytest.mark.parametrize("offset", [-300, 0, 300])
def test_what_is_within_its_time_is_applied(offset, world, receive):
    """The tolerance has two sides, both of 300 s."""
    assert receive(world, genuine(NOW + offset)).status == 200
    assert world.state is State.SUCCEEDED


@pytest.mark.parametrize("others", [15, 16])
def test_sixteen_signatures_are_looked_at(others, world, receive):
    """The genuine one may be the last of them."""
    header = f"{'v1,x ' * others}{timed.signature(KEY, str(NOW), BODY)}"

    assert (receive(world, told(header)).status == 200) is (others == 15)


@pytest.mark.parametrize("at", ["", "-1", "+1", "1e9", "٣", "9" * 5000, "NaN", " 1767225600"])
def test_a_time_that_is_none_is_dropped(at, world):
    """Signed or not, and whatever Python would make of it."""
    header = timed.signature(KEY, at, BODY)

    assert world.gateway.receive("iotpay", told(header, at)).status == 400
    assert world.state is State.PENDING


def test_a_genuine_message_again_after_its_time_has_no_second_effect(world, receive):
    """R25: whoever recorded it cannot use it, within its time or after."""
    receive(world, genuine())
    before = world.gateway.find("o-1")
    answers = [receive(world, genuine()).status, receive(world, genuine(NOW - 301)).status]

    assert answers == [200, 401]
    assert world.gateway.find("o-1") == before
