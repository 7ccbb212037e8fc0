"""Hostile messages: each ends as its line says, called and over real HTTP.

Elsewhere: N57 to N59, which need a ledger that lasts, in `test_lasting.py`; N63 to N66, which need
a signature with a time, in `test_timed.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import paycore
from paycore import Money, State, WebhookMessage
from paycore.errors import LedgerError, SettingsError
from paycore.ledger.protocol import InboxState
from tests.hostile.messages import ACK, ALLOWED, message_of, signed
from tests.hostile.world import N0, PAYMENTS, PREVIOUS_KEY, World, cases, params
from tests.stage import CARD

ELSEWHERE = ("kill -9", "callback fails")
CASES = [
    case
    for case in cases("notifications.jsonl")
    if "scheme" not in case["input"] and not case["input"].get("given", "").startswith(ELSEWHERE)
]
NAMES = {reference: name for name, reference in PAYMENTS.items()}
COLLIDING = bytes.fromhex(
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89"
    "55ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
    "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
)
"""One of two bodies with the same MD5 (Wang and Yu, 2004)."""
PARTINGS = (19, 45, 59, 83, 109, 123)
"""Where the other one has its highest bit the other way."""


def world_for(case: Mapping[str, Any]) -> World:
    """Return a world with P1 and the payment that the case speaks of."""
    said = case["input"]
    more: dict[str, Any] = {"notify_peers": [ALLOWED]} if "peer" in said else {}
    if "previous key" in said["sign"]:
        hours = 1 if "inside" in case["why"] else -1
        until = datetime.now(UTC) + timedelta(hours=hours)
        more |= {"previous_merchant_key": PREVIOUS_KEY, "previous_key_until": until}
    world = World(**more)
    name = NAMES.get(said.get("set", {}).get("mchOrderNo", PAYMENTS["P1"]))
    if name is not None and "SUBMITTING" not in said.get("given", ""):
        world.payment(name)
        if said.get("truth") == "success":
            world.provider.orders[PAYMENTS[name]]["status"] = 2
    return world


def subject(said: Mapping[str, Any]) -> str:
    """Return the reference that a case's message names."""
    named = said.get("set", {}).get("mchOrderNo")
    return named if named in NAMES else PAYMENTS["P1"]


def chosen(outcome: str, *, special: bool = False) -> list[dict[str, Any]]:
    """Return the cases of one outcome; `special` are those that are more than one message."""
    return [
        case
        for case in CASES
        if case["expect"]["outcome"] == outcome and _is_special(case["input"]) is special
    ]


def _is_special(said: Mapping[str, Any]) -> bool:
    return not said.keys().isdisjoint(
        {"times", "parallel", "given", "then", "refund_notice_for", "order", "md5_collision_pair"}
    )


DROPPED = chosen("DROP")
APPLIED = chosen("ACK_APPLY")
NOTHING_NEW = chosen("ACK_NOOP")
QUARANTINED = chosen("ACK_QUARANTINE")
BROWSED = chosen("QUERY_FIRST")
SPECIAL = [case for case in CASES if _is_special(case["input"])]


def by(member: str) -> list[dict[str, Any]]:
    return [case for case in SPECIAL if member in case["input"]]


@params(DROPPED)
def test_what_is_not_genuine_is_dropped(case, receive):
    """No acknowledgement, no row, no query; nothing changes."""
    world = world_for(case)
    before, asked = world.books(), len(world.provider.calls)
    answer = receive(world, message_of(case["input"]))

    told = case["input"].get("http")

    assert answer.status in ({told} if isinstance(told, int) else {400, 401})
    assert ACK not in answer.body
    assert (world.rows(), world.books()) == ([], before)
    assert len(world.provider.calls) == asked


@params([case for case in DROPPED if "peer" in case["input"]])
def test_a_forwarded_address_is_nobodys_word(case, receive):
    """Not even with a genuine sign: the socket's peer is not listed, so only a query decides."""
    genuine = {**case, "input": {**case["input"], "sign": "valid"}}
    world = world_for(genuine)
    told = message_of(genuine["input"])

    assert told.header("x-forwarded-for") == ALLOWED
    assert receive(world, told).body == ACK
    assert world.rows() == [InboxState.QUARANTINED]


@params([case for case in DROPPED if "empty key" in case["input"]["sign"]])
def test_an_account_without_a_key_does_not_open(case):
    """Or everybody could sign for it; blank and short keys are none."""
    for key in ("", " " * 32, "0123456789abcde"):
        with pytest.raises(SettingsError, match="merchant_key"):
            World(merchant_key=key)


@params(APPLIED)
def test_what_is_genuine_is_applied(case, receive):
    """Stored, acknowledged, and true by the confirming query (R20)."""
    world = world_for(case)
    answer = receive(world, message_of(case["input"]))

    assert (answer.status, answer.body) == (200, case["expect"].get("body", "SUCCESS").encode())
    assert world.rows() == [InboxState.APPLIED]
    assert world.state(PAYMENTS["P1"]) is State.SUCCEEDED
    assert world.provider.count("cc_query") == 1
    assert (world.transitions(), world.app_events()) == (1, 1)


@params(NOTHING_NEW)
def test_what_we_know_changes_nothing(case, receive):
    """Stored, acknowledged; the payment is as it was."""
    world = world_for(case)
    before = world.books()
    answer = receive(world, message_of(case["input"]))

    assert (answer.status, answer.body) == (200, ACK)
    assert world.rows() == [InboxState.DUPLICATE]
    assert world.books() == before


@params(QUARANTINED)
def test_what_contradicts_is_quarantined(case, receive):
    """Stored, acknowledged, flagged; only a query changes a state, and asks what is true."""
    world = world_for(case)
    reference = subject(case["input"])
    before = world.state(reference)
    answer = receive(world, message_of(case["input"]))
    after = world.found(reference)
    truth = world.provider.orders[reference]["status"]

    assert (answer.status, answer.body) == (200, ACK)
    assert world.rows() == [InboxState.QUARANTINED]
    assert world.provider.count("cc_query") == 1
    assert after.operations[0].state is {2: State.SUCCEEDED, 9: State.DECLINED}[truth]
    if "final" in case["expect"]:
        assert case["expect"]["final"].startswith(after.operations[0].state.name)
        assert bool(after.review) is ("alert" in case["expect"]["final"])
    else:
        assert before in (State.PENDING, after.operations[0].state)


@params(BROWSED)
def test_a_browser_is_no_provider(case, receive):
    """A neutral page; it is not told that anything succeeded."""
    world = world_for(case)
    answer = receive(world, message_of(case["input"]))

    assert (answer.status, world.rows()) == (200, [])
    assert ACK not in answer.body
    assert world.provider.count("cc_query") <= 1
    assert world.state(PAYMENTS["P1"]) is State.PENDING


@params([case for case in by("times") if case["expect"]["outcome"] == "ACK_NOOP"])
def test_the_same_message_again(case, receive):
    """Byte for byte or written anew: acknowledged, and nothing new."""
    world = world_for(case)
    first = message_of(case["input"])
    again = first
    if "re-serialised" in str(case["input"]["times"]):
        members = dict(reversed(json.loads(first.body).items()))
        again = replace(first, body=json.dumps(members, indent=2).encode())
    answers = [receive(world, first)]
    applied = world.books()
    answers.append(receive(world, again))

    assert [answer.body for answer in answers] == [ACK, ACK]
    assert world.books() == applied
    assert [row.copies for row in world.kept()] == [2]
    assert world.transitions() == case["expect"]["transitions"]


@params(by("parallel"))
def test_many_copies_at_once(case, receive):
    """Each acknowledged; one row, one transition."""
    world, copies = world_for(case), case["input"]["parallel"]
    told = message_of(case["input"])
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: receive(world, told), range(copies)))

    assert {answer.body for answer in answers} == {ACK}
    assert [(row.state.is_finished, row.copies) for row in world.kept()] == [(True, copies)]
    assert world.transitions() == case["expect"]["transitions"]
    assert world.app_events() == case["expect"]["app_events"]
    assert world.provider.count("cc_query") <= 2


@params(by("then"))
def test_a_message_before_its_payment(case, receive):
    """Parked; applied once within a minute after the payment appears."""
    world = world_for(case)
    reference = case["input"]["set"]["mchOrderNo"]
    answer = receive(world, message_of(case["input"]))
    parked = world.rows()
    world.provider.next_theirs.append(N0["payOrderId"])
    world.gateway.charge(reference, Money(1500, "CAD"), CARD)
    world.clock.advance(60)
    world.gateway.reconcile(ahead=True)

    assert (answer.body, parked) == (ACK, [InboxState.PARKED])
    assert [state.is_finished for state in world.rows()] == [True]
    assert world.rows()[0] in (InboxState.APPLIED, InboxState.DUPLICATE)
    assert world.state(reference) is State.SUCCEEDED


@params([case for case in by("given") if "SUBMITTING" in case["input"]["given"]])
def test_a_message_before_its_answer(case, receive):
    """Parked; applied once when the dispatcher has ended."""
    world, seen = world_for(case), []

    def meanwhile() -> None:
        seen.append(receive(world, message_of(case["input"])).body)
        seen.extend(world.rows())

    world.provider.before = meanwhile
    world.provider.next_theirs.append(N0["payOrderId"])
    payment = world.gateway.charge(PAYMENTS["P1"], Money(1500, "CAD"), CARD)

    assert seen == [ACK, InboxState.PARKED]
    assert payment.paid
    assert [state.is_finished for state in world.rows()] == [True]
    assert world.transitions() == case["expect"]["transitions"]


@params([case for case in by("given") if "days ago" in case["input"]["given"]])
def test_a_message_again_after_a_month(case, receive):
    """Acknowledged, and without effect (R25)."""
    world, told = world_for(case), message_of(case["input"])
    receive(world, told)
    applied = world.books()
    world.heard.clear()
    world.clock.advance(30 * 86_400)

    assert receive(world, told).body == ACK
    assert (world.books(), world.rows()) == (applied, [InboxState.APPLIED])
    assert world.app_events() == case["expect"]["app_events"]


@params([case for case in by("given") if "insert fails" in case["input"]["given"]])
def test_a_message_that_cannot_be_kept(case, monkeypatch, receive):
    """No acknowledgement: it comes again."""
    world = world_for(case)

    def keep(*_: Any) -> None:
        raise LedgerError("the database is down")

    monkeypatch.setattr(world.ledger, "keep", keep)
    answer = receive(world, message_of(case["input"]))

    assert answer.status == case["input"]["http"] == 503
    assert ACK not in answer.body
    assert world.state(PAYMENTS["P1"]) is State.PENDING


def refund_notice(of: Mapping[str, Any], reference: str) -> WebhookMessage:
    """Return a genuine notice that 500 of a payment were refunded."""
    fields = {**N0, "payType": "refund", "originalOrderId": of["payOrderId"], "amount": 500}
    fields |= {"payOrderId": "RP20260101000000000000000001", "mchOrderNo": reference}
    told = signed({**fields, "refundable": 0}, "valid", N0)
    return WebhookMessage("POST", {}, "", json.dumps(told).encode(), ALLOWED)


@params(by("refund_notice_for"))
def test_a_refund_that_nobody_here_asked_for(case, receive):
    """Quarantined; the query finds less left than we know of, and a person is asked."""
    world = World()
    reference = world.payment(case["input"]["refund_notice_for"])
    order = world.provider.orders[reference]
    order["refundable"] -= 500
    answer = receive(world, refund_notice(order, "made-in-the-console"))

    assert (answer.body, world.rows()) == (ACK, [InboxState.QUARANTINED])
    assert world.provider.count("cc_query") == 1
    assert world.found(reference).review
    with pytest.raises(paycore.Conflict):
        world.gateway.refund(reference, key="r-1")


@params(by("order"))
def test_messages_in_another_order(case, receive):
    """The end is that of the right order."""
    ends = []
    for step in (1, -1):
        world = World()
        reference = world.payment("P1")
        order = world.provider.orders[reference]
        order["refundable"] -= 500
        notices = {
            "refund success of P1": refund_notice(order, "made-in-the-console"),
            "charge success of P1": message_of({"sign": case["input"]["sign"]}),
        }
        for name in case["input"]["order"][::step]:
            assert receive(world, notices[name]).body == ACK
            world.clock.advance(60)
        for _ in range(2):
            world.gateway.reconcile(ahead=True)
            world.clock.advance(60)
        payment = world.found(reference)
        ends.append((payment.status, bool(payment.review), sorted(world.rows())))

    assert ends[0][:2] == ends[1][:2]


def colliding() -> list[bytes]:
    other = bytearray(COLLIDING)
    for place in PARTINGS:
        other[place] ^= 0x80
    return [COLLIDING, bytes(other)]


@params(by("md5_collision_pair"))
def test_two_bodies_with_one_digest(case, receive):
    """F16: they share every signature; neither is UTF-8, so neither is read."""
    world, bodies = World(), colliding()
    answers = [receive(world, WebhookMessage("POST", {}, "", body, ALLOWED)) for body in bodies]

    assert len({hashlib.md5(body, usedforsecurity=False).digest() for body in bodies}) == 1
    assert bodies[0] != bodies[1]
    assert [answer.status for answer in answers] == [400, 400]
    assert world.rows() == []


def test_the_known_answer():
    """The fixture's own signature, as the description of the cases has it."""
    assert signed(N0, "valid", N0)["sign"] == "BED0800D44586C8E79DB77C5EAF58680"
