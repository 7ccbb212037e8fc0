"""Hostile messages and returns: each ends as its line says, through the whole gateway.

Left to others:

| id | to | why |
| --- | --- | --- |
| N57, N58 | the durable ledger | killed between commit, answer and application: needs a process |
| N59 | the durable ledger | the application's own events and their outbox come with it |
| N63 to N66 | the first plugin with a timed signature | no provider here has one |
| U04 | the web endpoint | whose session it is, only the application's front end knows |
| U16 | the web endpoint | an overlong query is refused before anybody looks for a nonce |
| U17 | the web endpoint | it is the one that builds links |
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

import paycore
from paycore import Money, State, WebhookMessage
from paycore.errors import LedgerError, SettingsError
from paycore.ledger.protocol import InboxState
from paycore_iotpay.signing import sign
from tests.hostile.world import (
    KEY,
    N0,
    PAYMENTS,
    PREVIOUS_KEY,
    SANDBOX_KEY,
    World,
    cases,
    value,
)
from tests.stage import CARD

LEFT = {"N57", "N58", "N59", "N63", "N64", "N65", "N66"}
LEFT_RETURNS = {"U04", "U16", "U17"}
CASES = [case for case in cases("notifications.jsonl") if case["id"] not in LEFT]
RETURNS = [case for case in cases("return_urls.jsonl") if case["id"] not in LEFT_RETURNS]
ACK = b"SUCCESS"
ALLOWED = "198.51.100.1"
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


def signed(fields: Mapping[str, Any], how: str, base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members with the sign that a case describes."""
    keys = {"with empty key": "", "with previous key": PREVIOUS_KEY, "the sandbox": SANDBOX_KEY}
    if how in ("absent", "literal"):
        return dict(fields)
    if how == "of base":
        return {**fields, "sign": sign(base, KEY)}
    key = next((key for words, key in keys.items() if words in how), KEY)
    whole = sign(_signable(fields), key)
    ends = {"lower case": whole.lower(), "newline": f"{whole}\n", "minus": whole[:-1]}
    return {**fields, "sign": next((end for words, end in ends.items() if words in how), whole)}


def _signable(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a careless sender would sign: every value as its text."""
    plain = {name: item for name, item in fields.items() if item is not None}
    return {name: item if type(item) is int else str(item) for name, item in plain.items()}


def body_of(said: Mapping[str, Any]) -> bytes:
    """Return the bytes of a case's message."""
    base = dict(N0)
    fields = {**base, **{name: value(item) for name, item in said.get("set", {}).items()}}
    told = signed(fields, said["sign"], base)
    text = json.dumps(told)
    if "raw_expr" in said:
        names = {"N0_json": text, "N0_bytes": text.encode()}
        return value(f"expr:{said['raw_expr']}", **names)
    raw = said.get("raw")
    if raw is None:
        return text.encode()
    if "...N0" in raw:
        return raw.partition(",")[0].encode() + b"," + text.encode()[1:]
    return urlencode(told).encode() if raw.endswith("&...") else raw.encode()


def message_of(said: Mapping[str, Any]) -> WebhookMessage:
    """Return a case's message, with the method, the headers and the peer that it tells of."""
    http, peer = str(said.get("http", "")), said.get("peer", ALLOWED)
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    if http.startswith("Content-Encoding"):
        headers["Content-Encoding"] = http.partition(": ")[2].partition(",")[0]
    elif "/" in http:
        headers["Content-Type"] = http
    if "X-Forwarded-For" in peer:
        headers["X-Forwarded-For"] = ALLOWED
    method = "GET" if http == "GET" else "POST"
    query = urlencode({"retCode": "SUCCESS", "status": "2"}) if method == "GET" else ""
    return WebhookMessage(method, headers, query, body_of(said), peer.partition(" ")[0])


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


def rows(world: World) -> list[InboxState]:
    return [row.state for row in world.ledger.messages()]


def receive(world: World, message: WebhookMessage) -> paycore.Answer:
    return world.gateway.receive("iotpay", message)


def params(chosen: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case["id"])


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
def test_what_is_not_genuine_is_dropped(case):
    """No acknowledgement, no row, no query; nothing changes."""
    world = world_for(case)
    before, asked = world.books(), len(world.provider.calls)
    answer = receive(world, message_of(case["input"]))

    told = case["input"].get("http")

    assert answer.status in ({told} if isinstance(told, int) else {400, 401})
    assert ACK not in answer.body
    assert (rows(world), world.books()) == ([], before)
    assert len(world.provider.calls) == asked


@params([case for case in DROPPED if "empty key" in case["input"]["sign"]])
def test_an_account_without_a_key_does_not_open(case):
    """Or everybody could sign for it; blank and short keys are none."""
    for key in ("", " " * 32, "0123456789abcde"):
        with pytest.raises(SettingsError, match="merchant_key"):
            World(merchant_key=key)


@params(APPLIED)
def test_what_is_genuine_is_applied(case):
    """Stored, acknowledged, and true by the confirming query (R20)."""
    world = world_for(case)
    answer = receive(world, message_of(case["input"]))

    assert (answer.status, answer.body) == (200, case["expect"].get("body", "SUCCESS").encode())
    assert rows(world) == [InboxState.APPLIED]
    assert world.state(PAYMENTS["P1"]) is State.SUCCEEDED
    assert world.provider.count("cc_query") == 1


@params(NOTHING_NEW)
def test_what_we_know_changes_nothing(case):
    """Stored, acknowledged; the payment is as it was."""
    world = world_for(case)
    before = world.books()
    answer = receive(world, message_of(case["input"]))

    assert (answer.status, answer.body) == (200, ACK)
    assert rows(world) == [InboxState.DUPLICATE]
    assert world.books() == before


@params(QUARANTINED)
def test_what_contradicts_is_quarantined(case):
    """Stored, acknowledged, flagged; only a query changes a state, and asks what is true."""
    world = world_for(case)
    reference = subject(case["input"])
    before = world.state(reference)
    answer = receive(world, message_of(case["input"]))
    after = world.found(reference)
    truth = world.provider.orders[reference]["status"]

    assert (answer.status, answer.body) == (200, ACK)
    assert rows(world) == [InboxState.QUARANTINED]
    assert world.provider.count("cc_query") == 1
    assert after.operations[0].state is {2: State.SUCCEEDED, 9: State.DECLINED}[truth]
    if "final" in case["expect"]:
        assert case["expect"]["final"].startswith(after.operations[0].state.name)
        assert bool(after.review) is ("alert" in case["expect"]["final"])
    else:
        assert before in (State.PENDING, after.operations[0].state)


@params(BROWSED)
def test_a_browser_is_no_provider(case):
    """A neutral page; it is not told that anything succeeded."""
    world = world_for(case)
    answer = receive(world, message_of(case["input"]))

    assert (answer.status, rows(world)) == (200, [])
    assert ACK not in answer.body
    assert world.provider.count("cc_query") <= 1
    assert world.state(PAYMENTS["P1"]) is State.PENDING


@params([case for case in by("times") if case["expect"]["outcome"] == "ACK_NOOP"])
def test_the_same_message_again(case):
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
    assert [row.copies for row in world.ledger.messages()] == [2]
    assert transitions(world) == case["expect"]["transitions"]


def transitions(world: World) -> int:
    """Return how often a report of P1's success moved it: it can only the first time."""
    operation = world.found(PAYMENTS["P1"]).operations[0]
    reported = [e.reported for e in world.ledger.evidence(operation.id)]
    return int(operation.state is State.SUCCEEDED and "succeeded" in reported)


@params(by("parallel"))
def test_many_copies_at_once(case):
    """Each acknowledged; one row, one transition."""
    world, copies = world_for(case), case["input"]["parallel"]
    told = message_of(case["input"])
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: receive(world, told), range(copies)))

    assert {answer.body for answer in answers} == {ACK}
    assert [(row.state.is_finished, row.copies) for row in world.ledger.messages()] == [
        (True, copies)
    ]
    assert transitions(world) == case["expect"]["transitions"]
    assert world.provider.count("cc_query") <= 2


@params(by("then"))
def test_a_message_before_its_payment(case):
    """Parked; applied once within a minute after the payment appears."""
    world = world_for(case)
    reference = case["input"]["set"]["mchOrderNo"]
    answer = receive(world, message_of(case["input"]))
    parked = rows(world)
    world.provider.next_theirs.append(N0["payOrderId"])
    world.gateway.charge(reference, Money(1500, "CAD"), CARD)
    world.clock.advance(60)
    world.gateway.reconcile(ahead=True)

    assert (answer.body, parked) == (ACK, [InboxState.PARKED])
    assert [state.is_finished for state in rows(world)] == [True]
    assert rows(world)[0] in (InboxState.APPLIED, InboxState.DUPLICATE)
    assert world.state(reference) is State.SUCCEEDED


@params([case for case in by("given") if "SUBMITTING" in case["input"]["given"]])
def test_a_message_before_its_answer(case):
    """Parked; applied once when the dispatcher has ended."""
    world, seen = world_for(case), []

    def meanwhile() -> None:
        seen.append(receive(world, message_of(case["input"])).body)
        seen.extend(rows(world))

    world.provider.before = meanwhile
    world.provider.next_theirs.append(N0["payOrderId"])
    payment = world.gateway.charge(PAYMENTS["P1"], Money(1500, "CAD"), CARD)

    assert seen == [ACK, InboxState.PARKED]
    assert payment.paid
    assert [state.is_finished for state in rows(world)] == [True]
    assert transitions(world) == case["expect"]["transitions"]


@params([case for case in by("given") if "days ago" in case["input"]["given"]])
def test_a_message_again_after_a_month(case):
    """Acknowledged, and without effect (R25)."""
    world, told = world_for(case), message_of(case["input"])
    receive(world, told)
    applied = world.books()
    world.clock.advance(30 * 86_400)

    assert receive(world, told).body == ACK
    assert (world.books(), rows(world)) == (applied, [InboxState.APPLIED])


@params([case for case in by("given") if "insert fails" in case["input"]["given"]])
def test_a_message_that_cannot_be_kept(case, monkeypatch):
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
def test_a_refund_that_nobody_here_asked_for(case):
    """Quarantined; the query finds less left than we know of, and a person is asked."""
    world = World()
    reference = world.payment(case["input"]["refund_notice_for"])
    order = world.provider.orders[reference]
    order["refundable"] -= 500
    answer = receive(world, refund_notice(order, "made-in-the-console"))

    assert (answer.body, rows(world)) == (ACK, [InboxState.QUARANTINED])
    assert world.provider.count("cc_query") == 1
    assert world.found(reference).review
    with pytest.raises(paycore.Conflict):
        world.gateway.refund(reference, key="r-1")


@params(by("order"))
def test_messages_in_another_order(case):
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
        ends.append((payment.status, bool(payment.review), sorted(rows(world))))

    assert ends[0][:2] == ends[1][:2]


def colliding() -> list[bytes]:
    other = bytearray(COLLIDING)
    for place in PARTINGS:
        other[place] ^= 0x80
    return [COLLIDING, bytes(other)]


@params(by("md5_collision_pair"))
def test_two_bodies_with_one_digest(case):
    """F16: they share every signature; neither is UTF-8, so neither is read."""
    world, bodies = World(), colliding()
    answers = [receive(world, WebhookMessage("POST", {}, "", body, ALLOWED)) for body in bodies]

    assert len({hashlib.md5(body, usedforsecurity=False).digest() for body in bodies}) == 1
    assert bodies[0] != bodies[1]
    assert [answer.status for answer in answers] == [400, 400]
    assert rows(world) == []


@params(RETURNS)
def test_a_browser_that_comes_back(case):
    """Its nonce says whose; whatever else it claims, only a query changes a state."""
    said, world = case["input"], World()
    reference = world.payment(said.get("payment", "P2"))
    order = world.provider.orders[reference]
    order["status"] = {"pending": 0, "success": 2}.get(said.get("truth", ""), order["status"])
    nonce = world.found(reference).operations[0].nonce if "payment" in said else said["nonce"]
    claims = parse_qs(value(said["query"]), errors="replace")
    world.provider.calls.clear()
    if "provider_query" in said:
        world.provider.answers.append(paycore.OutcomeUnknown("timeout"))
    before, times = world.books(), said.get("times", 1)
    for _ in range(times):
        world.clock.advance(said.get("within_s", 0) / times)
        shown = world.gateway.returned(nonce)
        if "race" in said:
            receive(world, message_of({"sign": "valid"}))

    judge_return(case, world, before, reference)
    assert shown is None or shown.reference == reference
    assert not any(
        claim in repr(shown) for many in claims.values() for claim in many if len(claim) > 9
    )


def judge_return(case: Mapping[str, Any], world: World, before: object, reference: str) -> None:
    """Hold what a return did against its line."""
    asked, state = world.provider.count("cc_query"), world.state(reference)
    if case["expect"]["outcome"] == "NEUTRAL":
        assert (asked, world.books()) == (0, before)
    else:
        assert 1 <= asked <= case["expect"].get("provider_queries_max", 1)
        truth = {0: State.PENDING, 2: State.SUCCEEDED}[world.provider.orders[reference]["status"]]
        assert state in (truth, State.PENDING)
    assert state.name in case["expect"].get("final", state.name)
    if "transitions" in case["expect"]:
        assert transitions(world) == case["expect"]["transitions"]


def test_every_case_is_run_or_left_by_name():
    """None is forgotten: 69 messages and 18 returns."""
    groups = (DROPPED, APPLIED, NOTHING_NEW, QUARANTINED, BROWSED, SPECIAL)
    run = [case["id"] for group in groups for case in group]

    assert sorted([*run, *LEFT]) == [f"N{n:02}" for n in range(1, 70)]
    assert {case["id"] for case in RETURNS} | LEFT_RETURNS == {f"U{n:02}" for n in range(1, 19)}


def test_the_known_answer():
    """The fixture's own signature, as the description of the cases has it."""
    assert sign(N0, KEY) == "BED0800D44586C8E79DB77C5EAF58680"
