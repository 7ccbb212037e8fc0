"""Hostile requests: each ends as its line says, and leaves the trace that its outcome allows.

Elsewhere: Q19, which needs processes and a ledger that they share, in `test_lasting.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import paycore
from paycore import Money, State
from paycore.errors import (
    Conflict,
    InvalidRequest,
    LedgerError,
    NotSent,
    NotSupported,
    SettingsError,
)
from paycore.ledger.memory import MemoryLedger
from paycore.report import Report
from tests.hostile.world import PAYMENTS, World, by_card, cases, params, value
from tests.stage import AMOUNT, CARD, URL, Stage, Teller

CASES = [case for case in cases("requests.jsonl") if "processes" not in case["input"]]
C0: Mapping[str, Any] = {
    "amount_minor": 1500,
    "currency": "CAD",
    "key": "k-0001",
    "order_ref": "o-1",
}
LOCAL = (InvalidRequest, NotSupported, SettingsError, LedgerError)
MOVES = ("cc_purchase", "cc_purchasewithtoken", "cc_refund", "cc_void")


def given(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of one request: those of C0 with what the case sets."""
    base = dict(C0) if case.get("base") == "C0" else {}
    own = {name: item for name, item in case.items() if name not in ("base", "set")}
    return {name: value(item) for name, item in {**base, **own, **case.get("set", {})}.items()}


def money(said: Mapping[str, Any]) -> Money | None:
    """Return the amount of a request, made as a caller would make it."""
    currency = said.get("currency", "CAD")
    if "amount" in said:
        return Money.of(said["amount"], currency)
    return Money(said["amount_minor"], currency) if "amount_minor" in said else None


def ask(world: Any, case: Mapping[str, Any] | str) -> Any:
    """Ask the gateway what a case asks, and return what it gives."""
    said = dict(C0) if case == "C0" else given(case)  # type: ignore[arg-type]
    reference = PAYMENTS.get(said.get("payment", ""), said.get("order_ref", "o-1"))
    if said.get("op") == "refund":
        return world.gateway.refund(reference, money(said), key=said["key"])
    if said.get("op") == "void":
        return world.gateway.void(reference, key=said["key"])
    more = {"description": said.get("subject"), "metadata": said.get("metadata")}
    return world.gateway.charge(reference, money(said), by_card(said), key=said["key"], **more)


def names(case: Any) -> set[str]:
    """Return which of P1 to P6 a case speaks of."""
    return set(re.findall(r"\bP[1-6]\b", repr(case)))


def world_for(case: dict[str, Any]) -> World:
    """Return a world with the payments of the case, as far as it is from a beginning."""
    told = case.get("set", {})
    world = World(**{name: told[name] for name in ("notify_url",) if name in told})
    for name in names(case):
        if "UNKNOWN" in case.get("given", ""):
            world.provider.answers.append(paycore.OutcomeUnknown("lost"))
            world.gateway.charge(PAYMENTS[name], AMOUNT, CARD)
            world.provider.calls.clear()
        else:
            world.payment(name)
    if "provider_says" in case:
        refusal = b'{"retCode":"FAIL","retMsg":"%s"}' % case["provider_says"].encode()
        world.provider.answers.append(paycore.Reply(200, refusal))
    return world


def attempt(world: Any, case: Any) -> Any:
    """Ask, and return what came of it: a value, or the error."""
    try:
        return ask(world, case)
    except paycore.PaycoreError as error:
        return error


def all_of(world: Any, case: dict[str, Any]) -> list[Any]:
    """Return what came of each request of a case, in order where there is one."""
    if "parallel" in case:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda one: attempt(world, one), case["parallel"]))
    if "seq" in case:
        return [attempt(world, one) for one in case["seq"]]
    return [attempt(world, case.get("then", case))]


def of(field: str) -> list[dict[str, Any]]:
    """Return the cases that have (or, with `!`, do not have) a member."""
    return [case for case in CASES if field in case["input"]]


SPECIAL = ("plugin_charge", "db")
ORDINARY = [
    case
    for case in CASES
    if not any(member in case["input"] for member in SPECIAL)
    and "provider" not in case["input"].get("set", {})
]


@params(ORDINARY)
def test_a_request_ends_as_its_line_says(case):
    """Refused without a trace, answered from the ledger, or run once."""
    try:
        world = world_for(case["input"])
    except SettingsError:
        assert case["expect"]["outcome"] == "REJECT_LOCAL"
        return
    before = world.books()
    came = all_of(world, case["input"])

    judge(case["expect"], world, before, came)


def judge(expect: Mapping[str, Any], world: World, before: object, came: list[Any]) -> None:
    """Hold what came of a case against the table of outcomes."""
    sent = world.provider.count(*MOVES)
    outcome, last = expect["outcome"], came[-1]
    if outcome == "REJECT_LOCAL":
        assert isinstance(last, LOCAL)
        assert (sent, world.books()) == (0, before)
    elif outcome == "CONFLICT":
        assert isinstance(last, Conflict)
        assert sent == len(came) - 1
    elif outcome == "REPLAY":
        assert last == came[0]
        assert sent == 1
    elif outcome == "ACCEPT":
        done = [each for each in came if not isinstance(each, paycore.PaycoreError)]
        assert sent == len(done) >= 1
        assert all(isinstance(each, (*LOCAL, Conflict)) for each in came if each not in done)
    else:
        assert last.state is State[outcome]
    assert len(world.provider.effects) == expect.get(
        "provider_effects", len(world.provider.effects)
    )
    if "wire_rule" in expect:
        RULES[expect["wire_rule"]]([said for _, said in world.provider.calls])


def as_given(said: list[Any]) -> None:
    """What was signed is checked by the provider of these tests on every call."""
    assert said[0]["subject"] == "Bread & Butter = 2"


def cut(said: list[Any]) -> None:
    assert said[0]["subject"] == "x" * 64


def short(said: list[Any]) -> None:
    assert all(0 < len(each["mchOrderNo"]) <= 30 and each["mchOrderNo"].isascii() for each in said)


def different(said: list[Any]) -> None:
    short(said)
    assert len({each["mchOrderNo"] for each in said}) == len(said) == 2


RULES = {
    "sent and signed as given; the signature verifies": as_given,
    "cut to 64 characters before signing": cut,
    "mchOrderNo is made by the core, at most 30 ASCII characters, stored before sending": short,
    "two different mchOrderNo values": different,
}


@params([case for case in CASES if "provider" in case["input"].get("set", {})])
def test_a_provider_of_other_currencies(case):
    """What is whole in its own minor units goes out as that."""
    stage = Stage(description={"currencies": frozenset({"KWD"})})
    ask(stage, case["input"])

    assert [effect.minor for effect in stage.till.effects] == [case["expect"]["wire_amount"]]


class Rogue(Teller):
    """A plugin whose charge is described by a sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        told = re.fullmatch(
            r"(returns|raises) (\w+)(?: with amount_minor (\d+))?( before any byte)?.*", sentence
        )
        assert told is not None
        self.verb, self.what, self.minor, self.early = told.groups()

    @paycore.hookimpl
    def charge(self, account, request):
        if self.early:
            self.act(request)
        said = {"reference": request.reference, "amount": request.amount.minor, "currency": "CAD"}
        yield paycore.Call(f"{URL}/charge", said)
        return self.act(request)

    def act(self, request):
        if self.verb == "raises":
            raise {"RuntimeError": RuntimeError, "NotSent": NotSent}[self.what]("as told")
        if self.what == "None":
            return None
        return Report(request.reference, State[self.what], Money(int(self.minor), "CAD"))


@params(of("plugin_charge"))
def test_a_bad_plugin(case):
    """Its result is no proof; a contradiction is reviewed."""
    sentence = case["input"]["plugin_charge"]
    stage = Stage(plugin=Rogue(sentence))
    came = attempt(stage, "C0")
    operation = stage.find().operations[0]

    assert operation.state is State[case["expect"]["outcome"]]
    assert isinstance(came, NotSent) is (operation.state is State.NOT_SENT)
    assert bool(operation.review) is ("amount_minor" in sentence)
    assert len(stage.till.effects) == (operation.state is not State.NOT_SENT)


class Full(MemoryLedger):
    """A ledger whose disk is full."""

    def reserve(self, intent, now):
        raise LedgerError("the disk is full")


@params(of("db"))
def test_no_durable_intent_no_byte(case):
    """The commit of the intent fails."""
    stage = Stage(ledger=Full())
    came = attempt(stage, "C0")

    assert isinstance(came, LOCAL)
    assert (stage.till.calls, stage.till.effects) == ([], [])
    assert stage.gateway.find("o-1") is None
