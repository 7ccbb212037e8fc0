"""The doctor on the machine: authorities, duplicates, stevedore's cache, the clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import certifi
import pytest
from stevedore import _cache

from paycore.cli.health import machine
from paycore.settings import read
from tests.paycore.demo.toy_shop import install


def settings(**account):
    return read({"accounts": {"a": {"provider": "fake", **account}}})


def told(findings):
    return [(each.check, each.verdict) for each in findings]


def test_the_authorities_by_default_are_there():
    """certifi's, with or without settings."""
    for chosen in (None, settings()):
        (finding,) = machine.trust(chosen)

        assert finding.verdict == "ok"
        assert "certifi's bundle: " in finding.message


def test_a_bundle_of_ones_own_is_read(tmp_path):
    """A file with authorities, or a folder that will be searched when it is needed."""
    bundle = tmp_path / "ours.pem"
    bundle.write_text(Path(certifi.where()).read_text(encoding="utf-8"))

    assert told(machine.trust(settings(ca_bundle=str(bundle)))) == [("tls", "ok")]
    assert told(machine.trust(settings(ca_bundle=str(tmp_path)))) == [("tls", "ok")]


@pytest.mark.parametrize("text", [None, "", "no certificate"])
def test_a_bundle_without_an_authority_fails(tmp_path, text):
    """Absent, empty or something else: no call would ever get through."""
    bundle = tmp_path / "ours.pem"
    if text is not None:
        bundle.write_text(text)

    assert told(machine.trust(settings(ca_bundle=str(bundle)))) == [("tls", "failed")]


def test_a_bundle_that_is_read_and_holds_none_fails(monkeypatch):
    """Whatever OpenSSL says of it."""

    class Empty:
        def cert_store_stats(self):
            return {"x509_ca": 0}

    monkeypatch.setattr(machine, "trust_in", lambda bundle: Empty())
    (finding,) = machine.trust(None)

    assert (finding.verdict, finding.message) == (
        "failed",
        "certifi's bundle holds no certificate authority",
    )


@pytest.mark.parametrize(("provider", "verdict"), [("pay", "failed"), ("fake", "warning")])
def test_a_name_that_two_packages_claim(tmp_path, monkeypatch, provider, verdict):
    """It fails where it is used, and is doubtful where it is not; both are named."""
    for name in ("one", "two"):
        group = "[paycore.providers]\npay = x_one"
        install(tmp_path / name, monkeypatch, name, group, x_one="")
    (finding,) = machine.duplicates(settings(provider=provider))

    assert (finding.check, finding.verdict) == ("plugins", verdict)
    assert finding.message == "'pay' is claimed by one 1.0 and two 1.0"
    assert told(machine.duplicates(None)) == [("plugins", "warning")]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Return stevedore's cache folder, empty and of this test only."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(_cache, "_get_cache_dir", lambda: str(folder))
    return folder


def test_without_a_cache_nothing_is_stale(cache):
    """And none is made: a fresh cache would be stale after the next installation."""
    assert told(machine.cache()) == [("cache", "ok")]
    assert list(cache.iterdir()) == []


def test_a_cache_that_knows_what_is_installed_is_fine(cache):
    """As stevedore itself wrote it."""
    writer = _cache.Cache(str(cache))
    writer._disable_caching = False
    writer.get_group_all("paycore.providers")

    assert [path.suffix for path in cache.iterdir()] == [""]
    assert told(machine.cache()) == [("cache", "ok")]


def test_a_cache_that_is_behind_is_doubtful(cache):
    """Other users of stevedore would not find what was installed after it was written."""
    writer = _cache.Cache(str(cache))
    writer._disable_caching = False
    writer.get_group_all("paycore.providers")
    (path,) = cache.iterdir()
    stored = json.loads(path.read_text())
    stored["groups"]["paycore.providers"].pop()
    path.write_text(json.dumps(stored))
    (finding,) = machine.cache()

    assert finding.verdict == "warning"
    assert "paycore.providers" in finding.message
    assert "paycore.simulators" not in finding.message


def test_another_stevedore_is_not_judged(cache, monkeypatch):
    """Its inside may change: then nothing is said."""
    monkeypatch.delattr(_cache, "Cache")

    assert told(machine.cache()) == [("cache", "ok")]


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "warning"),
        (datetime(2020, 1, 1, tzinfo=UTC), "warning"),
        (datetime(2199, 1, 1, tzinfo=UTC), "warning"),
        (datetime(2098, 1, 1, tzinfo=UTC), "ok"),
        (None, "ok"),
    ],
)
def test_a_clock_that_cannot_be_right_is_doubtful(now, verdict):
    """Before paycore was installed, or far beyond."""
    assert machine.clock(now).verdict == verdict
