"""What the checks rest on: the closed list of faults, the line that breaks, altered answers."""

from __future__ import annotations

import json
import subprocess
import sys
from random import Random

import pytest

from paycore.errors import NotSent, OutcomeUnknown
from paycore.money import Money
from paycore.testing import conformance
from paycore.testing.conformance import FAULTS, altering, counting, fuzz
from paycore.testing.conformance.asking import reference
from paycore.testing.conformance.line import PLAYS, SLOW, Line
from paycore.testing.conformance.stage import Stage
from paycore.wire.connection import Connection
from paycore.wire.talk import Call, Reply
from paycore.wire.transport import Transport
from tests import faults
from tests.paycore.testing.conformance.cases import CASE, PAID, told

GOOD = b'{"amount":1537,"currency":"CAD"}'


def test_the_faults_are_the_closed_list_of_twenty():
    """The kit's own list, and what each proves, is the one that our own tests go by."""
    assert {fault.name: fault.state for fault in FAULTS} == faults.FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_leaves_nothing_that_strict_json_takes(fault):
    """It raises what the transport would raise, or answers with what is nearly right."""
    with pytest.raises((NotSent, OutcomeUnknown)):
        _ = fault.strike(Reply(200, GOOD)).json


@pytest.mark.parametrize("fault", [*PLAYS])
def test_the_line_breaks_as_it_is_told(fault):
    """Over real HTTP: something is heard, and nothing comes back that can be believed."""
    with Line(fault, GOOD) as line:
        connection = Connection(line.base_url, sandbox=True, timeout_s=0.5)
        transport = Transport(connection)
        with pytest.raises(OutcomeUnknown):
            _ = transport.send(Call(f"{line.base_url}/x", {"a": 1})).json
        transport.close()

        assert line.requests == 1


def test_the_faults_of_a_line_are_among_the_twenty():
    """No other names: a report says one thing in one way."""
    assert PLAYS.keys() < {fault.name for fault in FAULTS}
    assert PLAYS.keys() > SLOW


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ({"a": 1537}, {"a": 1538}),
        ({"a": "1537"}, {"a": "1538"}),
        ({"a": ["15.37"]}, {"a": ["15.38"]}),
        ({"a": 15.37}, {"a": 15.38}),
        ({"a": True, "b": 15370}, None),
    ],
)
def test_an_amount_is_altered_however_it_is_written(said, becomes):
    """In minor units or with decimals, as text or as number; nothing else is touched."""
    change = altering.another_amount(Money(1537, "CAD"))
    body = altering.altered(json.dumps(said).encode(), change)

    assert (None if body is None else json.loads(body)) == becomes


@pytest.mark.parametrize("code", ["CAD", "USD", "JPY", "KWD", "CLF"])
def test_another_currency_has_as_many_decimals(code):
    """So that the amount beside it stays one that could be meant."""
    other = altering.altered(json.dumps({"c": code}).encode(), altering.another_currency(code))

    assert other is not None
    assert json.loads(other)["c"] != code


def test_a_simulator_may_tell_what_a_call_asks_for():
    """Where amounts are said in a way of their own, and the case does not read them."""

    class Counting:
        def asked(self, call: Call) -> Money:
            return Money(int(call.payload["tenths"]) // 10, "CAD")

    with Stage(CASE) as stage:
        stage.simulator = Counting()  # type: ignore[assignment]
        calls = (Call("https://a.example/charges", {"tenths": 15370}),)

        assert counting._says(stage, calls, Money(1537, "CAD"))
        assert not counting._says(stage, calls, Money(15370, "CAD"))


def test_what_is_not_json_is_not_altered():
    """A form or XML is left to the checks of bytes."""
    assert altering.altered(b"a=b", altering.unheard("a")) is None


def test_references_differ_and_are_taken_by_the_provider():
    """Every number has its own, of declared letters and no longer than declared."""
    with Stage(CASE) as stage:
        made = [reference(stage, number) for number in range(1, 2000)]
        naming = stage.account(lambda call: Reply(200, b"")).naming

    assert len(set(made)) == len(made)
    assert all(naming.allows(each) for each in made)


def test_fuzz_alters_nearly_always_and_is_the_same_every_time():
    """A seed stands for its messages, and few of them are the genuine one."""
    genuine = told(PAID)
    one, two = ([fuzz.altered(rng, genuine) for _ in range(300)] for rng in (Random(1), Random(1)))

    assert one == two
    assert sum(each == genuine for each in one) < 60


def test_the_plugin_for_pytest_loads_nothing_of_the_kit():
    """Every run of pytest imports it: it must cost nothing."""
    asked = (
        "import sys, paycore.testing.conformance.pytest_plugin as plugin;"
        "print([m for m in sys.modules if m.startswith('paycore.')])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True)

    loaded = ["paycore.testing", "paycore.testing.conformance"]
    assert done.stdout.strip() == str([*loaded, "paycore.testing.conformance.pytest_plugin"])


def test_every_public_name_is_there():
    """Loaded when it is asked for; what is not there is an AttributeError."""
    assert all(hasattr(conformance, name) for name in conformance.__all__)
    assert not hasattr(conformance, "Verdicts")
