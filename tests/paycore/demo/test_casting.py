"""Who plays: the simulators that are installed, by their own name or their providers'."""

from __future__ import annotations

import pytest

from paycore import discovery
from paycore.demo.casting import cast, simulator, simulators
from paycore.errors import SettingsError
from tests.paycore.demo.toy_shop import install

GROUP = "[paycore.simulators]\n"
EXITS = "raise SystemExit('out of order')"


def test_a_simulator_serves_its_providers(toy):
    """Found by its own name and by any provider that it serves, with its options."""
    by_name, by_provider = simulator("toy"), simulator("toy_plain")

    assert by_name == by_provider
    assert by_name.factory is toy.ToySimulator
    assert by_name.providers == ("toy", "toy_plain")
    assert by_name.options == {"shop": "whose shop it is"}
    assert by_name.distribution == "toy-pay 1.0"


@pytest.mark.parametrize(
    ("entry", "module", "problem"),
    [
        ("bad = bad_one:Nothing", "import no_such_module_here", "no_such_module_here"),
        ("bad = bad_one", EXITS, "out of order"),
        ("bad = bad_one", "assert False", "AssertionError"),
        ("bad = bad_one", "", "no simulator: no providers"),
    ],
)
def test_a_broken_simulator_harms_nobody(toy, tmp_path, monkeypatch, entry, module, problem):
    """One that cannot be loaded, or is none, says why; the others play."""
    install(tmp_path, monkeypatch, "bad", GROUP + entry, bad_one=module)
    found = simulators()

    assert problem in found["bad"].problem
    assert (found["bad"].providers, found["bad"].options) == ((), {})
    assert not found["toy"].problem
    assert any(problem in reason for reason in cast().missing)
    with pytest.raises(SettingsError, match="try pip install"):
        simulator("bad")


def test_a_simulator_that_nobody_has_is_named_with_what_to_install(toy):
    """The message lists what is there, and what would bring it."""
    with pytest.raises(SettingsError, match=r"installed: .*toy.*paycore-no-such\[simulator\]") as e:
        simulator("no_such")

    assert e.value.field == "no_such"


def test_a_provider_without_its_simulator_names_its_own_package(tmp_path, monkeypatch):
    """What to install is the extra of the package that brings the provider."""
    providers = "[paycore.providers]\nlonely = lonely_one"
    install(tmp_path, monkeypatch, "lonely-pay", providers, lonely_one="")
    with pytest.raises(SettingsError, match=r'pip install "lonely-pay\[simulator\]"'):
        simulator("lonely")


def test_the_provider_in_the_process_needs_no_simulator():
    """Nothing would be installed for `fake`."""
    with pytest.raises(SettingsError, match="needs none"):
        simulator("fake")


def test_without_a_name_everybody_plays(toy):
    """Every provider that is installed and served."""
    roles = {found.name: providers for found, providers in cast().roles}

    assert roles["toy"] == ("toy", "toy_plain")


def test_a_provider_that_is_served_and_not_installed_is_left_out(toy, monkeypatch):
    """A simulator may serve more than is there; that is said."""
    monkeypatch.setattr(toy.ToySimulator, "providers", ("toy", "absent"))
    chosen = cast()

    assert ("toy",) in [providers for _, providers in chosen.roles]
    assert "absent: no such provider installed" in chosen.missing


def test_one_provider_plays_alone(toy):
    """By a provider's name that provider, by a simulator's all of its providers."""
    assert [providers for _, providers in cast("toy_plain").roles] == [("toy_plain",)]


def test_a_simulator_of_another_name_plays_all_it_serves(toy, tmp_path, monkeypatch):
    """The name of a simulator stands for its providers."""
    install(tmp_path, monkeypatch, "alias", GROUP + "playroom = toy_simulator:ToySimulator")

    assert [providers for _, providers in cast("playroom").roles] == [("toy", "toy_plain")]


def test_with_nobody_to_play_the_reason_is_told(monkeypatch):
    """No simulator at all: what to install."""
    monkeypatch.setattr(discovery, "installed", lambda group: {})
    with pytest.raises(SettingsError, match="no simulator is installed; try pip install"):
        cast()
