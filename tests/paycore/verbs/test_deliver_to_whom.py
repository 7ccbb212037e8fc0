"""Who makes a call tells what it brought about, and no other payment's events."""

from __future__ import annotations

from tests.stage import Stage, message


def broken(_event):
    raise ValueError


def test_a_charge_tells_only_of_its_own_payment():
    """What waits for others is told by whoever delivers; no caller is kept waiting by it."""
    stage = Stage()
    heard = []
    stage.charge("o-1")  # nobody hears it yet
    stage.gateway.on("payment.paid", lambda event: heard.append(event.owner))
    stage.charge("o-2")
    at_once = heard[:]

    assert at_once == ["o-2"]
    assert stage.gateway.deliver() == 1
    assert heard == ["o-2", "o-1"]


def test_what_was_not_taken_does_not_count_as_told():
    """A caller of `deliver` sees how many arrived, not how many were tried."""
    stage = Stage()
    stage.charge("o-1")
    stage.gateway.on("payment.paid", broken)

    assert stage.gateway.deliver() == 0


def test_a_message_is_evidence_of_a_message():
    """R35: what a provider told by itself stands in the books as that, not as an answer."""
    stage = Stage(description={"webhook_is_proof": True})
    stage.till.next("pending")
    stage.charge()
    stage.gateway.receive("main", message(reference="o-1"))
    (charge,) = stage.find().operations

    assert [seen.source.value for seen in stage.ledger.evidence(charge.id)] == [
        "response",
        "notification",
    ]
