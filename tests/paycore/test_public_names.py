"""`paycore.X`: the names that users and plugins rely on, loaded when they are first asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import paycore

SOURCE = Path(paycore.__file__).read_text(encoding="utf-8")
HEAVY = ("requests", "sqlalchemy", "marshmallow", "stevedore", "click", "rich", "pluggy")


def typed():
    """Return the names that a type checker sees, by module: the block for TYPE_CHECKING."""
    (block,) = [
        node
        for node in ast.parse(SOURCE).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        node.module: [alias.name for alias in node.names]
        for node in block.body
        if isinstance(node, ast.ImportFrom)
    }


def aliases():
    return [
        alias
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("paycore")
        for alias in node.names
    ]


def python(code):
    """Return what a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


def test_type_checkers_and_programs_see_the_same_names():
    """The imports for type checkers and the table of homes agree, module by module."""
    homes = {module: names.split() for module, names in paycore._HOMES.items()}

    assert {module: sorted(names) for module, names in typed().items()} == (
        {module: sorted(names) for module, names in homes.items()}
    )


def test_no_name_has_two_homes():
    """Else one of them would win in silence."""
    names = [name for names in paycore._HOMES.values() for name in names.split()]

    assert len(names) == len(set(names))
    assert sorted(names) == paycore.__all__


def test_type_checkers_see_the_names_as_exported():
    """`import X as X` is what makes a name public for mypy."""
    assert all(alias.asname == alias.name for alias in aliases())


@pytest.mark.parametrize("name", paycore.__all__)
def test_every_name_loads_from_its_home(name):
    """And is the very same object there."""
    home = import_module(paycore._HOME[name])

    assert getattr(paycore, name) is getattr(home, name)


def test_dir_lists_every_public_name():
    """Completion finds them before they are loaded."""
    assert set(paycore.__all__) <= set(dir(paycore))


def test_an_unknown_name_is_an_attribute_error():
    """With the name in the message, so that a slip is found at once."""
    with pytest.raises(AttributeError, match="Mony"):
        _ = paycore.Mony
    assert not hasattr(paycore, "Mony")


@pytest.mark.parametrize("name", ["_HOMES_", "__wrapped__", "__path_to__"])
def test_probing_for_special_names_loads_nothing(name):
    """Debuggers and doctest ask for odd names; they are told that there are none."""
    assert not hasattr(paycore, name)


def test_importing_paycore_loads_nothing_heavy():
    """A program that imports paycore and does not pay does not pay for it."""
    loaded = python("import sys, paycore; print(*sys.modules)")

    assert set(HEAVY) & {module.partition(".")[0] for module in loaded} == set()
    assert [module for module in loaded if module.startswith("paycore")] == ["paycore"]


def test_values_cost_no_plugin_machinery():
    """Money, payments and errors need neither network, nor database, nor plugins."""
    loaded = python("import sys, paycore; paycore.Money, paycore.Payment, paycore.Conflict; "
                    "paycore.Report, paycore.HostedPage; print(*sys.modules)")  # fmt: skip

    assert set(HEAVY) & {module.partition(".")[0] for module in loaded} == set()


def test_a_loaded_name_is_kept():
    """The second look costs a dictionary, not an import."""
    printed = python("import paycore; paycore.Money; print('Money' in vars(paycore))")

    assert printed == ["True"]
