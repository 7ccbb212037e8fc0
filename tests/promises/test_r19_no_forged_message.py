"""R19: without a valid signature nothing changes, and nothing but `WebhookRejected` is raised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Final

import pytest

from paycore import Money, Report, State, fake
from paycore.errors import WebhookRejected
from tests.promises.doors import ACKNOWLEDGED, REFUSED, Doors
from tests.promises.forging import SIGNED, TOLD, Meaning, Tried, meaning, posted, tried
from tests.promises.played import each_on
from tests.promises.proof import Proof

Claim = tuple[str | None, Money | None, State]
_STATES: Final = (State.SUCCEEDED, State.SUCCEEDED, State.DECLINED, State.SUCCEEDED)


def _genuine() -> Mapping[Meaning | None, Claim]:
    """Return what the genuine messages mean, and what a report of each must say."""
    found: dict[Meaning | None, Claim] = {}
    for said, state in zip(SIGNED, _STATES, strict=True):
        amount = Money(int(said["amount"]), "CAD")
        body = json.dumps(said).encode()
        found[meaning("iotpay", posted(body))] = said["mchOrderNo"], amount, state
    for message in TOLD:
        told = json.loads(message.body)
        amount = Money(told["amount_minor"], "CAD")
        found[meaning("fake", message)] = told["reference"], amount, State.SUCCEEDED
    return found


GENUINE: Final = _genuine()


def forged(doors: Doors, rng: Random) -> None:
    """Send in one message, to the plugin's own check and to the gateway, and see what they say."""
    one = tried(rng)
    touched, asked = doors.ledger.touched, len(doors.provider.calls)
    report = _believed(doors, one)
    answer = doors.gateway.receive(one.account, one.message)
    acknowledged = answer.body in ACKNOWLEDGED
    if report is not None and not one.has_key:
        claim = report.reference, report.amount, report.state
        assert GENUINE.get(meaning(one.account, one.message)) == claim, "a forgery was believed"
    assert answer.status in {200, *REFUSED}, f"answered {answer.status}"
    assert report is not None or not acknowledged, "a forgery was acknowledged"
    if acknowledged:
        assert doors.states()[:2] == [State.PENDING] * 2, "a weak signature moved a payment"
    else:
        assert doors.ledger.touched == touched, "the ledger was asked or told something"
        assert len(doors.provider.calls) == asked, "the provider was asked"


def _believed(doors: Doors, one: Tried) -> Report | None:
    """Return what the plugin makes of it, if anything; all else that it raises is a fault."""
    try:
        return doors.verified(one.account, one.message)
    except WebhookRejected:
        return None


PROOFS = (
    Proof(
        "r19",
        "fuzzed messages",
        commit=100_000,
        full=1_000_000,
        run=each_on("r19", Doors, forged),
        batch=20_000,
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r19_nothing_forged_is_believed(proof):
    """Whatever comes in: refused by name, or it says just what the provider signed."""
    proof.check()


@pytest.mark.parametrize("reference", ["a\u200b", "a\n", "x" * 256])
def test_r19_an_odd_reference_is_refused_by_name(reference):
    """A sealed message may hold nonsense too; what comes out of the check is the named error."""
    message = fake.webhook(reference, Money(1500, "CAD"))

    with pytest.raises(WebhookRejected):
        Doors().verified("fake", message)


def test_r19_the_forger_is_no_fool():
    """The messages are worth trying: most are nearly genuine, and some of each kind get through."""
    doors, rng, believed = Doors(), Random(19), []
    for _ in range(3000):
        one = tried(rng)
        report = _believed(doors, one)
        if report is not None:
            believed.append((one.account, one.has_key, report.state))

    assert {account for account, _, _ in believed} == {"iotpay", "unionpay", "fake"}
    assert {has_key for _, has_key, _ in believed} == {True, False}
    assert {state for _, _, state in believed} >= {State.SUCCEEDED, State.DECLINED, State.UNKNOWN}
    assert 150 < len(believed) < 1500
