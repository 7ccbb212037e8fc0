"""Only what the settings name is loaded; what goes wrong is told by name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from stevedore import NamedExtensionManager
from stevedore.extension import ExtensionManager

from paycore.discovery import LISTENERS, PROVIDERS, installed, load
from paycore.errors import PluginRefused

GROUP = "paycore.test_group"
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return what puts a distribution on the path: name, entry points, its module's code."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def put(name: str, points: str = "", code: str = "", where: Path = tmp_path) -> Path:
        module = name.replace("-", "_")
        (where / f"{module}.py").write_text(code, encoding="utf-8")
        info = where / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{points}\n", encoding="utf-8")
        return info

    yield put
    for module in set(sys.modules) - before:
        del sys.modules[module]


def test_a_name_is_found_and_loaded(install: Install) -> None:
    """What an entry point names comes back under its name."""
    install("first-shop", "one = first_shop", "WORTH = 1")
    install("second-shop", "two = second_shop:WORTH", "WORTH = 2")

    loaded = load(GROUP, ["two", "one", "two"])
    assert loaded["one"].WORTH == 1
    assert loaded["two"] == 2
    assert list(loaded) == ["one", "two"]
    assert installed(GROUP) == {"one": ["first-shop 1.0"], "two": ["second-shop 1.0"]}


def test_what_nobody_names_is_not_loaded(install: Install) -> None:
    """A broken stranger, and two that quarrel about a name, harm nobody who does not use them."""
    install("good", "good = good_shop_module")
    install("good-shop-module", "", "WORTH = 1")
    install("bad", "bad = bad", "raise SystemExit('go away')")
    install("claims-one", "both = claims_one")
    install("claims-two", "both = claims_two")

    assert load(GROUP, ["good"])["good"].WORTH == 1
    assert load(GROUP, []) == {}
    assert not {"bad", "claims_one", "claims_two"} & sys.modules.keys()
    assert sorted(installed(GROUP)["both"]) == ["claims-one 1.0", "claims-two 1.0"]


@pytest.mark.parametrize(
    ("code", "point", "told"),
    [
        ("raise RuntimeError('no\\n  luck')", "bad = bad_shop", "RuntimeError: no luck"),
        ("import not_there_at_all", "bad = bad_shop", "No module named 'not_there_at_all'"),
        ("def broken(:", "bad = bad_shop", "SyntaxError"),
        ("assert 1 == 2", "bad = bad_shop", "AssertionError"),  # stevedore lets these pass
        ("raise SystemExit(3)", "bad = bad_shop", "SystemExit: 3"),
        ("raise BaseException('odd')", "bad = bad_shop", "BaseException: odd"),
        ("raise ValueError('4111111111111111')", "bad = bad_shop", "411111******1111"),
        ("raise ValueError('x' * 5000)", "bad = bad_shop", "ValueError: xxx"),
        ("", "bad = bad_shop:missing", "missing"),
        ("", "bad = not_there_at_all", "not_there_at_all"),
        ("", "bad = not a module", "bad"),
    ],
)
def test_what_cannot_be_loaded_is_named(install: Install, code: str, point: str, told: str) -> None:
    """Whatever a plugin does when it is imported, the refusal names it and its distribution."""
    install("bad-shop", point, code)

    with pytest.raises(PluginRefused) as refused:
        load(GROUP, ["bad"])
    assert str(refused.value).startswith("'bad' of bad-shop 1.0 cannot be loaded: ")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400
    assert refused.value.field == "bad"


def test_who_interrupts_is_obeyed(install: Install) -> None:
    """Ctrl-C while a plugin is imported ends the program, as everywhere."""
    install("slow-shop", "slow = slow_shop", "raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        load(GROUP, ["slow"])


def test_a_name_claimed_twice_is_refused_with_both(install: Install) -> None:
    """Alone, stevedore would let the last one win, and say nothing."""
    install("first-shop", "cards = first_shop")
    install("second-shop", "cards = second_shop")

    with pytest.raises(PluginRefused) as refused:
        load(GROUP, ["cards"])
    assert str(refused.value) == (
        "'cards' is claimed by first-shop 1.0 and second-shop 1.0; uninstall one of them"
    )
    assert refused.value.field == "cards"
    assert "first_shop" not in sys.modules


def test_a_name_that_nobody_offers_is_refused_with_those_there_are(install: Install) -> None:
    """A misspelt provider is told what is installed."""
    install("first-shop", "cards = first_shop\nunionpay = first_shop")

    with pytest.raises(
        PluginRefused,
        match=f"no installed package offers 'crads' in {GROUP}; installed: cards, unionpay",
    ):
        load(GROUP, ["crads"])
    with pytest.raises(PluginRefused, match="installed: none"):
        load("paycore.empty_group", ["crads"])


def test_a_distribution_found_twice_is_one(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed again further down the path, in whatever spelling, it does not claim twice."""
    lower = tmp_path / "lower"
    lower.mkdir()
    install("Shop.Plugin", "cards = shop_module", where=tmp_path)
    install("shop-module", "", "WORTH = 'upper'")
    monkeypatch.setattr(sys, "path", [*sys.path, os.fspath(lower)])
    install("shop_plugin", "cards = shop_module", where=lower)

    assert load(GROUP, ["cards"])["cards"].WORTH == "upper"
    assert installed(GROUP) == {"cards": ["Shop.Plugin 1.0"]}


def test_an_unreadable_distribution_harms_nobody(install: Install) -> None:
    """A package whose metadata is damaged is as if it were not there."""
    (install("damaged", "x = damaged") / "entry_points.txt").write_bytes(b"[x]\n\xff\xfe\n=")
    (install("headless", "y = headless") / "METADATA").unlink()
    install("good-shop", "good = good_shop", "WORTH = 1")

    assert load(GROUP, ["good"])["good"].WORTH == 1
    assert "x" not in installed(GROUP)


def test_an_entry_without_a_distribution_is_told_by_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever makes entry points by hand is named by what they point to."""
    loose = metadata.EntryPoint("cards", "somewhere:thing", GROUP)

    class Loose:
        name = "loose"
        entry_points = metadata.EntryPoints([loose])

    monkeypatch.setattr(metadata, "distributions", lambda: [Loose()])

    assert installed(GROUP) == {"cards": ["somewhere:thing"]}


def test_our_own_providers_are_there() -> None:
    """The fake provider comes with the core, the others by their own distributions."""
    offered = installed(PROVIDERS)

    assert offered["fake"][0].startswith("paycore ")
    assert offered["iotpay"][0].startswith("paycore-iotpay ")
    assert offered["iotpay_unionpay"][0].startswith("paycore-iotpay-unionpay ")
    assert load(LISTENERS, []) == {}


def test_what_is_overridden_of_stevedore_is_still_there() -> None:
    """ADR 3 goes around the cache by one method; renamed, it would let the cache back in."""
    assert NamedExtensionManager.list_entry_points is ExtensionManager.list_entry_points
