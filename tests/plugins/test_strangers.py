"""A stranger's plugin is found, charged and removed again; a broken one is refused by name.

Everything is installed for real, by pip, into environments of their own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pytest_httpserver import HTTPServer

from tests.plugins.home import Home, project, wheel

KEY = "stranger-key-0123456789"
DISTRIBUTION, FILES, POINTS = project("tilly")
((MODULE, SOUND),) = FILES.items()
MARK = "@paycore.hookimpl\n"


def account(provider: str = "tilly", **more: Any) -> dict[str, Any]:
    """Return settings with one account of that provider."""
    section = {"provider": provider, "shop": "s1", "api_key": KEY, **more}
    return {"accounts": {"cards": section}}


def order(provider: str = "tilly", *things: list[Any], **more: Any) -> dict[str, Any]:
    """Return what the shop is told to do with one account of that provider."""
    return {"settings": account(provider, **more), "do": list(things)}


class Broken(NamedTuple):
    """One thing changed in a sound plugin, and what the refusal then says."""

    sound: str
    broken: str
    told: str


BROKEN = {
    "absent": Broken(
        "import paycore\n", "import paycore\nimport nowhere_at_all\n", "nowhere_at_all"
    ),
    "asserts": Broken("import paycore\n", "import paycore\nassert not paycore\n", "AssertionError"),
    "exits": Broken("import paycore\n", "import paycore\nraise SystemExit(3)\n", "SystemExit: 3"),
    "unfinished": Broken("def refund(", "def refund((", "SyntaxError"),
    "misspelt": Broken("def refund(", "def refnud(", "paycore has no hook called 'refnud'"),
    "smuggled": Broken(
        f"{MARK}def refund(",
        "@paycore.hookimpl(optionalhook=True)\ndef refnud(",
        "paycore has no hook called 'refnud'",
    ),
    "argument": Broken(
        "def refund(account: Account, request:", "def refund(acount: Account, request:", "acount"
    ),
    "unmarked": Broken(f"{MARK}def refund(", "def refund(", "'refund' is not marked with"),
    "unmarked_required": Broken(f"{MARK}def charge(", "def charge(", "'charge' is not marked"),
    "wrapper": Broken(
        f"{MARK}def refund(",
        "@paycore.hookimpl(wrapper=True)\ndef refund(",
        "hook 'refund' must not be a wrapper",
    ),
    "missing": Broken(f"{MARK}def query(", "def _query(", "the required hook 'query' is missing"),
    "silent": Broken(
        'reply = yield _call(account, "charges", {**said,', "reply = dict(**{**said,", "must talk"
    ),
    "talkative": Broken(
        "    own = paycore.load(", "    yield\n    own = paycore.load(", "not talk"
    ),
    "mute": Broken("    return paycore.Description(", "    paycore.Description(", "a Description"),
    "elsewhere": Broken("    return paycore.Description(", "    return dict(", "a Description"),
    "failing": Broken(
        "    return paycore.Description(",
        "    return 1 / 0 or dict(",
        "describe() fails: ZeroDivision",
    ),
    "major": Broken(
        'channels=("CARD",),', 'channels=("CARD",),\n        api_version="2.0",', "2.0"
    ),
    "other": Broken('name="tilly"', 'name="milly"', "it describes itself as 'milly'"),
    "tokens": Broken(
        "methods=(paycore.StoredToken,),",
        "methods=(paycore.StoredToken,), token_methods=(paycore.HostedPage,),",
        "token methods and cannot tokenize",
    ),
}


def broken_wheel(where: Path, provider: str, change: Broken, points: str = "") -> Path:
    """Write the wheel of a plugin that is sound but for one thing."""
    assert change.sound in SOUND, "the change would change nothing"
    code = SOUND.replace(change.sound, change.broken).replace('"tilly"', f'"{provider}"')
    module, points = f"stranger_{provider}", points or provider
    return wheel(
        where,
        f"stranger-{provider.replace('_', '-')}",
        {f"{module}/__init__.py": code},
        {"paycore.providers": {points: module}},
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one sound stranger, all the broken ones, and two that claim one name."""
    where = tmp_path_factory.mktemp("wheels")
    unchanged = Broken(MARK, MARK, "")
    wheels = [broken_wheel(where, provider, change) for provider, change in BROKEN.items()]
    wheels += [broken_wheel(where, name, unchanged, "twice") for name in ("one", "two")]
    wheels.append(wheel(where, DISTRIBUTION, FILES, POINTS))
    home = Home(tmp_path_factory.mktemp("home") / "env")
    home.install(*wheels)
    return home


@pytest.fixture(scope="module")
def refusals(town: Home) -> dict[str, Any]:
    """What a shop is told that names each of them."""
    names = [*BROKEN, "twice", "nobody"]
    told, _ = town.shop(*(order(name) for name in names))
    return dict(zip(names, told, strict=True))


@pytest.mark.parametrize("provider", BROKEN)
def test_a_broken_stranger_is_refused_by_name(refusals: dict[str, Any], provider: str) -> None:
    """Whatever is wrong with it, the shop does not start, and is told which one and what."""
    refusal = refusals[provider]

    assert refusal["refused"] == "PluginRefused"
    assert f"'{provider}'" in refusal["told"]
    assert BROKEN[provider].told in refusal["told"]
    assert refusal["field"] == provider
    assert KEY not in refusal["told"]


def test_two_that_claim_one_name_are_refused_both(refusals: dict[str, Any]) -> None:
    """Neither wins, and both are named, so that one can be taken away."""
    told = "'twice' is claimed by stranger-one 1.0 and stranger-two 1.0; uninstall one of them"

    assert refusals["twice"] == {"refused": "PluginRefused", "told": told, "field": "twice"}


def test_a_misspelt_provider_is_told_who_is_there(refusals: dict[str, Any]) -> None:
    """Among them all that are installed, broken or not: nothing is loaded to tell."""
    assert "no installed package offers 'nobody'" in refusals["nobody"]["told"]
    assert "tilly" in refusals["nobody"]["told"]


def test_broken_strangers_harm_nobody_who_does_not_name_them(town: Home) -> None:
    """Next to all of them a sound account opens, and none of them is even imported."""
    (told,), loaded = town.shop(order("tilly", ["find", "o-1"]))
    (refusal,), others = town.shop(order("misspelt"))

    assert told == [None]
    assert "paycore_tilly" in loaded
    assert not [module for module in loaded if module.startswith("stranger_")]
    assert refusal["refused"] == "PluginRefused"
    assert [module for module in others if module.startswith("stranger_")] == ["stranger_misspelt"]


def test_a_strangers_settings_are_checked_by_its_own_schema(town: Home) -> None:
    """A name that it does not know, or one that is missing, is told with the account."""
    (surprise, missing), _ = town.shop(
        order("tilly", surprise=1), {"settings": {"accounts": {"c": {"provider": "tilly"}}}}
    )

    assert surprise["refused"] == missing["refused"] == "SettingsError"
    assert surprise["told"].startswith("accounts.cards: surprise")
    assert missing["told"].startswith("accounts.c: api_key, shop: missing")


def answer(reference: str, cents: int, status: str = "done") -> dict[str, Any]:
    """Return what Tilly says of an order."""
    return {"id": f"T-{reference}", "reference": reference, "status": status, "cents": cents}


def test_a_strangers_plugin_is_found_charged_and_removed_again(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Its whole life: unknown, installed, paid with, refunded, told, uninstalled, unknown."""
    note = json.dumps(answer("o-2", 700))
    seal = hmac.new(KEY.encode(), note.encode(), hashlib.sha256).hexdigest()
    for path, said in (
        ("/s1/charges", answer("o-1", 1500)),
        ("/s1/refunds", answer("o-1-r1", 500)),
        ("/s1/charges", answer("o-2", 700, "waiting")),
        ("/s1/find", answer("o-2", 700)),
    ):
        httpserver.expect_ordered_request(path, method="POST").respond_with_json(said)
    server = httpserver.url_for("/")
    life = order(
        "tilly",
        ["charge", "o-1", 1500],
        ["refund", "o-1", 500],
        ["charge", "o-2", 700],
        ["receive", {"Tilly-Seal": "forged"}, note],
        ["receive", {"Tilly-Seal": seal}, note],
        ["find", "o-2"],
        ["tokenize", "card-1", None],
        base_url=server,
        mode="sandbox",
    )
    home = Home(tmp_path / "env")
    before, _ = home.shop(life)
    home.install(wheel(tmp_path, DISTRIBUTION, FILES, POINTS))
    ((first, refund, second, forged, noted, found, token),), _ = home.shop(life)
    home.uninstall(DISTRIBUTION)
    after, _ = home.shop(life)

    assert (first["status"], first["paid"]) == ("paid", True)
    assert refund["state"] == "succeeded"
    assert second["status"] == "processing"
    assert (forged["status"], noted["status"]) == (401, 200)
    assert (noted["body"], found["status"]) == ("noted", "paid")
    assert token["told"] == "account 'cards': tilly cannot tokenize"
    httpserver.check_assertions()
    sent = [request.get_json() for request, _ in httpserver.log]
    assert sent[0] == {"card": "visa-1", "cents": 1500, "reference": "o-1"}
    assert sent[1] == {"charge": "T-o-1", "cents": 500, "reference": "o-1-r1"}
    assert len(sent) == 4
    assert before == after
    assert "no installed package offers 'tilly'" in after[0]["told"]
    assert not list(home.packages.glob("*tilly*"))


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[Home]:
    """A home outside the temporary folder, where stevedore uses its cache."""
    places = (Path(sys.prefix), Path("/var/tmp"), Path.home())
    where = next(p for p in places if not p.is_relative_to("/tmp") and os.access(p, os.W_OK))
    folder = Path(tempfile.mkdtemp(prefix="strangers-", dir=where))
    yield Home(folder / "env")
    shutil.rmtree(folder)


SEEN = """
import json, sys
from stevedore import ExtensionManager, _cache
from paycore import discovery
print(json.dumps({
    "cached": not _cache._c._disable_caching,
    "stevedore": sorted(e.name for e in ExtensionManager("paycore.providers").list_entry_points()),
    "paycore": sorted(discovery.installed("paycore.providers")),
}))
"""


def test_a_stale_cache_misleads_stevedore_and_not_us(lasting: Home, tmp_path: Path) -> None:
    """Installed again within two minutes, a plugin is seen as it is now, and not as it was."""
    renamed = {"paycore.providers": {"telly": "paycore_tilly"}}
    (tmp_path / "new").mkdir()
    lasting.install(wheel(tmp_path, DISTRIBUTION, FILES, POINTS))
    points = lasting.packages / "paycore_tilly-1.0.dist-info" / "entry_points.txt"
    times = {path: path.stat().st_mtime for path in (points, lasting.packages)}
    first = lasting.run(SEEN)
    lasting.install(wheel(tmp_path / "new", DISTRIBUTION, FILES, renamed))
    for path, time in times.items():  # as if hardly any time had passed
        os.utime(path, (time, time))
    second = lasting.run(SEEN)

    assert first["cached"], "the trap is not set"
    assert "tilly" in first["stevedore"]
    assert first["paycore"] == first["stevedore"]
    assert second["stevedore"] == first["stevedore"], "the trap is gone: ADR 3 may be too"
    assert set(second["paycore"]) ^ set(first["paycore"]) == {"tilly", "telly"}
    assert "telly" in second["paycore"]


LIVING = """
import json, subprocess, sys
from paycore import discovery
from paycore.errors import PluginRefused

def seen():
    try:
        return discovery.load("paycore.providers", ["tilly"])["tilly"].__name__
    except PluginRefused as refused:
        return str(refused).partition(";")[0]

def pip(*arguments):
    done = subprocess.run([sys.executable, "-m", "pip", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

told = [seen()]
pip("install", "--no-index", "--no-deps", sys.argv[1])
told.append(seen())
pip("uninstall", "--yes", sys.argv[2])
told.append(seen())
print(json.dumps(told))
"""


def test_a_living_process_sees_who_comes_and_who_goes(lasting: Home, tmp_path: Path) -> None:
    """No restart, no two minutes: what is installed now is what can be opened now."""
    absent = "no installed package offers 'tilly' in paycore.providers"
    told = lasting.run(
        LIVING, os.fspath(wheel(tmp_path, DISTRIBUTION, FILES, POINTS)), DISTRIBUTION
    )

    assert told == [absent, "paycore_tilly", absent]
