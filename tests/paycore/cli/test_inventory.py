"""What is installed, as data: everything is tried, and one bad part spoils no other."""

from __future__ import annotations

import pytest

from paycore.cli.inventory import inventory
from tests.paycore.demo.toy_shop import install

GROUPS = """
[paycore.providers]
half = half_one
[paycore.listeners]
ear = ear_one
deaf = no_such_module_here
[paycore.engines]
motor = ear_one
[paycore.commands]
say = say_one:say
mute = ear_one
demo = say_one:say
"""
SAY = "import click\nsay = click.Command('say')"


@pytest.fixture
def found(toy, tmp_path, monkeypatch):
    """Return the inventory, by kind and name, with good and bad parts installed."""
    install(tmp_path, monkeypatch, "many", GROUPS, half_one="", ear_one="", say_one=SAY)
    return {kind: {part.name: part for part in parts} for kind, parts in inventory().items()}


def test_a_provider_says_what_it_can_do(found):
    """Its package, its channels, methods, hooks and contract; currencies are counted."""
    toy = found["providers"]["toy"]

    assert (toy.distribution, toy.version, toy.ok, toy.problem) == ("toy-pay", "1.0", True, "")
    assert toy.channels == ("TOY",)
    assert toy.methods == ("hosted_page", "embedded_form", "stored_token", "wallet")
    assert toy.token_methods == ("hosted_page",)
    assert toy.currencies == 2
    assert toy.contract == "1.0"
    assert set(toy.hooks) >= {"describe", "verify_webhook", "void"}
    assert "refund" not in found["providers"]["toy_plain"].hooks


def test_a_provider_that_breaks_the_contract_says_why(found):
    """It is listed with its package, and can do nothing."""
    half = found["providers"]["half"]

    assert not half.ok
    assert "'describe' is missing" in half.problem
    assert (half.distribution, half.channels, half.hooks) == ("many", (), ())


def test_simulators_say_whom_they_serve(found):
    """By the name of each provider."""
    assert found["simulators"]["toy"].providers == ("toy", "toy_plain")


@pytest.mark.parametrize(
    ("kind", "name", "good"),
    [
        ("listeners", "ear", True),
        ("listeners", "deaf", False),
        ("engines", "motor", True),
        ("commands", "say", True),
        ("commands", "mute", False),
        ("commands", "demo", False),
    ],
)
def test_other_parts_are_tried_too(found, kind, name, good):
    """What cannot be loaded, or is not what it should be, says why."""
    part = found[kind][name]

    assert part.ok is good
    assert bool(part.problem) is not good


def test_a_name_that_two_packages_claim_names_both(tmp_path, monkeypatch):
    """Neither is used."""
    for name in ("one", "two"):
        install(tmp_path / name, monkeypatch, name, "[paycore.listeners]\near = x_one", x_one="")
    (ear,) = inventory()["listeners"]

    assert (ear.ok, ear.distribution, ear.version) == (False, "one 1.0 and two 1.0", "")
    assert "claimed by" in ear.problem
