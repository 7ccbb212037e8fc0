"""Payers who come back with hostile addresses: each ends as its line says, called and over HTTP.

U04, U16 and U17 are about what stands in front of the gateway: a session, a server, a host name.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import pytest

import paycore
from paycore import State
from tests.hostile.messages import message_of
from tests.hostile.shop import NEUTRAL
from tests.hostile.world import World, cases, params, value

CASES = cases("return_urls.jsonl")
FRONT = [case for case in CASES if case["id"] in {"U04", "U16", "U17"}]
TRUTHS = {"pending": 0, "success": 2}


def world_for(said: Mapping[str, Any]) -> tuple[World, str]:
    """Return a world, and the reference of the payment whose payer comes back."""
    world = World()
    reference = world.payment(said.get("payment", "P2"))
    order = world.provider.orders[reference]
    order["status"] = TRUTHS.get(said.get("truth", ""), order["status"])
    world.provider.calls.clear()
    world.clock.advance(60)  # nobody was asked just now: what is not asked is not to be asked
    if "provider_query" in said:
        world.provider.answers.append(paycore.OutcomeUnknown("timeout"))
    return world, reference


def nonce_of(world: World, reference: str) -> str:
    """Return what stands in the address that this payer's browser was given."""
    return world.found(reference).operations[0].nonce


def query_of(said: Mapping[str, Any]) -> str:
    """Return the query string of a case, without a nonce."""
    return value(f"expr:{said['query_expr']}") if "query_expr" in said else said["query"]


def judge(case: Mapping[str, Any], world: World, before: object, reference: str) -> None:
    """Hold what a return did against its line."""
    expect = case["expect"]
    asked, state = world.provider.count("cc_query"), world.state(reference)
    if expect["outcome"] == "NEUTRAL":
        assert (asked, world.books()) == (0, before)
    else:
        raced = "race" in case["input"]  # then the notification may ask for itself, too
        assert 1 <= asked <= expect.get("provider_queries_max", 1) + raced
        truth = {0: State.PENDING, 2: State.SUCCEEDED}[world.provider.orders[reference]["status"]]
        assert state in (truth, State.PENDING)
        assert state is truth or "provider_query" in case["input"]
    assert state.name in expect.get("final", state.name)
    if "transitions" in expect:
        assert world.transitions() == expect["transitions"]
        assert world.app_events() == expect["app_events"]


def run(case: Mapping[str, Any], world: World, visit: Any, receive: Any) -> list[Any]:
    """Come back as often as the case says, and return what was shown."""
    said, shown = case["input"], []
    times = said.get("times", 1)
    for _ in range(times):
        world.clock.advance(said.get("within_s", 0) / times)
        if "race" not in said:
            shown.append(visit())
            continue
        with ThreadPoolExecutor(2) as pool:
            told = pool.submit(receive, world, message_of({"sign": "valid"}))
            shown.append(pool.submit(visit).result())
            told.result()
    return shown


@params([case for case in CASES if case not in FRONT])
def test_a_browser_that_comes_back(case):
    """Its nonce says whose; whatever else it claims, only a query changes a state."""
    said = case["input"]
    world, reference = world_for(said)
    nonce = nonce_of(world, reference) if "payment" in said else said["nonce"]
    before = world.books()
    shown = run(
        case,
        world,
        lambda: world.gateway.returned(nonce),
        lambda world, told: world.gateway.receive("iotpay", told),
    )

    judge(case, world, before, reference)
    assert all(each is None or each.reference == reference for each in shown)


@params([case for case in CASES if case not in FRONT])
def test_a_browser_that_comes_back_over_http(case, shop):
    """The same through a server: the page and its headers say nothing of what was claimed."""
    said = case["input"]
    world, reference = world_for(said)
    shop.gateway, nonce = world.gateway, nonce_of(world, reference)
    shop.sessions = {"payer": {nonce}}
    carried = f"&paycore={nonce}" if "payment" in said else ""
    before = world.books()
    shown = run(case, world, lambda: shop.visit(f"{said['query']}{carried}", "payer"), shop.receive)

    judge(case, world, before, reference)
    word = "paid" if world.found(reference).paid else "checking"
    page = f'<p>{word}</p><a href="https://shop.example/orders/{reference}">Your order</a>'
    assert {each.status for each in shown} == {200}
    assert shown[-1].body == (page.encode() if carried else NEUTRAL.body)
    assert_nothing_claimed(said["query"], shown[-1])


def assert_nothing_claimed(query: str, seen: Any) -> None:
    """Look for every name and every value of a query in the whole answer."""
    names = {"Date", "Server", "Content-Type", "Content-Length", "Connection"}
    whole = repr((sorted(seen.headers.items()), seen.body))
    claims = [each for many in parse_qs(query, errors="replace").values() for each in many]

    assert seen.headers.keys() <= names
    assert not any(claim in whole for claim in claims if len(claim) > 3)


@params([case for case in FRONT if "session_of" in case["input"]])
def test_a_nonce_of_somebody_else(case, shop):
    """Nothing about the other payment is shown, and nobody is asked about it."""
    world, reference = world_for(case["input"])
    shop.gateway, nonce = world.gateway, nonce_of(world, reference)
    shop.sessions = {"payer-a": set(), "payer-b": {nonce}}
    before = world.books()
    seen = shop.visit(f"{case['input']['query']}&paycore={nonce}", "payer-a")

    assert (seen.status, seen.body) == (200, NEUTRAL.body)
    judge(case, world, before, reference)
    assert reference.encode() in shop.visit(f"paycore={nonce}", "payer-b").body


@pytest.mark.parametrize("length", [1_000_000, 60_000], ids=["server", "application"])
@params([case for case in FRONT if "query_expr" in case["input"]])
def test_an_address_without_end(case, length, shop):
    """The server refuses what is longer than a line, the page what is longer than a nonce needs."""
    world, reference = world_for(case["input"])
    shop.gateway, nonce = world.gateway, nonce_of(world, reference)
    shop.sessions = {"payer": {nonce}}
    before, query = world.books(), f"paycore={nonce}&{query_of(case['input'])[:length]}"
    seen = shop.visit(query, "payer")

    assert seen.status == (414 if length == 1_000_000 else 200)
    assert reference.encode() not in seen.body
    judge(case, world, before, reference)


@params([case for case in FRONT if "headers" in case["input"]])
def test_another_host_name(case, shop):
    """It gets into no link, and who comes under it is not known."""
    world, reference = world_for(case["input"])
    shop.gateway, nonce = world.gateway, nonce_of(world, reference)
    shop.sessions = {"payer": {nonce}}
    host = case["input"]["headers"]["Host"]
    before = world.books()
    seen = shop.visit(f"{case['input']['query']}&paycore={nonce}", "payer", host)

    assert (seen.status, seen.body) == (200, NEUTRAL.body)
    assert host not in repr(seen)
    judge(case, world, before, reference)
    assert b'href="https://shop.example/' in shop.visit(f"paycore={nonce}", "payer").body
