"""docs/simulator.md says what the simulator does."""

import re
from pathlib import Path

import pytest

from paycore_iotpay.simulator import IotpaySimulator
from paycore_iotpay.simulator.cards import TEST_CARDS
from paycore_iotpay.simulator.faults import KINDS
from paycore_iotpay.simulator.openapi import CONTROL, document

PAGE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text("utf-8")
ROWS = [
    [c.strip() for c in line.strip("|").split("|")] for line in PAGE.splitlines() if "|" in line
]


def test_every_fault_and_no_other():
    """The table of kinds is the dial's list, in its order, with its words."""
    documented = [row for row in ROWS if re.fullmatch(r"`(before|after|notification)`", row[1])]

    assert documented == [
        [f"`{kind}`", f"`{moment}`", what] for kind, (moment, what) in KINDS.items()
    ]


@pytest.mark.parametrize("path", document()["paths"])
def test_every_address(path):
    """Each is named once, at least."""
    assert f"`{path}`" in PAGE or any(f"`{method} {path}`" in PAGE for method in ("GET", "POST"))


@pytest.mark.parametrize("name", CONTROL)
def test_every_member_of_a_control_body(name):
    """Each row of the control table has the body's and the answer's names."""
    (row,) = [row for row in ROWS if row[0] == f"`{CONTROL[name].method} /_simulator/{name}`"]

    assert re.findall(r'"(\w+)":', row[1]) == list(CONTROL[name].body)
    assert set(re.findall(r'"(\w+)"', row[2])) >= set(CONTROL[name].answers)


def test_every_test_card():
    """With its channel and what it does."""
    documented = {(row[0], row[1], row[2]) for row in ROWS if len(row) == 3}

    assert {
        (f"`{number}`", f"`{on}`", f"`{does}`") for number, on, does in TEST_CARDS
    } <= documented


@pytest.mark.parametrize("option", IotpaySimulator.options)
def test_every_option(option):
    """By its name."""
    assert f"`{option}`" in PAGE
