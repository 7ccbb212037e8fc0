"""The code in the docs runs, as it stands there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import paycore
from paycore import fake
from paycore.listeners import Listeners
from paycore.provider import Provider
from tests.docs.pages import ROOT, blocks, files, page

FAKE = {"ledger": "memory://", "accounts": {"cards": {"provider": "fake"}}}


class Stub:
    """Carries nothing, and answers as IOTPay does when it opens a page."""

    def __init__(self, connection):
        self.base_url = connection.base_url

    def send(self, call):
        opened = {"redirectUrl": f"{self.base_url}/cc/pay?key=k1"}
        answer = {"retCode": "SUCCESS", **opened, "retData": opened}
        return paycore.Reply(200, json.dumps(answer).encode())

    def close(self):
        """Nothing is held."""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of its own, in which the code of a page finds what it needs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(code: str, **names: object) -> dict[str, object]:
    space = {"__name__": "page", **names}
    exec(compile(code, "page", "exec", dont_inherit=True), space)
    return space


def laid_out(text: str, folder: Path) -> Path:
    """Write the files of a page where its tests find them, installed as pip would."""
    for name, body in files(text).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    for project in folder.glob("pyproject.toml"):
        told = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        info = folder / f"{told['name'].replace('-', '_')}-{told['version']}.dist-info"
        info.mkdir()
        lines = [f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: {told['version']}\n"]
        (info / "METADATA").write_text(lines[0], encoding="utf-8")
        for group, entries in told["entry-points"].items():
            offered = "\n".join(f"{name} = {value}" for name, value in entries.items())
            (info / "entry_points.txt").write_text(f"[{group}]\n{offered}\n", encoding="utf-8")
    return folder


def summary_of(folder: Path, *options: str) -> str:
    """Run the tests of a page in a process of their own, warnings as errors; return the sum."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PAYCORE_")}
    paths = {"PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=kept | paths,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.strip().splitlines()[-1]


def test_the_first_charge_prints_what_the_page_says(here, capsys):
    """docs/index.md: the lines run with nothing but paycore, as often as one likes."""
    for _ in "12":
        run(blocks(page("index.md"), "python")[0])

        assert capsys.readouterr().out == blocks(page("index.md"), "text")[0]
    assert list(here.iterdir()) == []


def test_the_example_of_the_readme_runs(here, monkeypatch, capsys):
    """README.md: its settings load and its lines charge, here without a network."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (here / "paycore.toml").write_text(blocks(readme, "toml")[0], encoding="utf-8")
    monkeypatch.setenv("IOTPAY_KEY", "0123456789abcdef0123456789abcdef")
    monkeypatch.setattr(paycore, "open_gateway", partial(paycore.open_gateway, sender=Stub))
    run(blocks(readme, "python")[0])

    assert "ccapi.iotpaycloud.com" in capsys.readouterr().out


def test_the_first_example_of_the_simulator_runs(here, capsys):
    """docs/simulator.md: a payer is played, and the simulator tells what really moved."""
    run(blocks(page("simulator.md"), "python")[0])

    assert "amount_minor=1500" in capsys.readouterr().out


def test_the_example_of_the_settings_loads(here, monkeypatch):
    """docs/settings.md: what stands at the top of the page opens a gateway."""
    (here / "key").write_text("0123456789abcdef0123456789abcdef\n", encoding="utf-8")
    text = blocks(page("settings.md"), "toml")[0].replace("/run/secrets/iotpay", str(here / "key"))
    (here / "paycore.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("IOTPAY_KEY", "0123456789abcdef0123456789abcdef")

    with paycore.open_gateway(sender=Stub) as gateway:
        page_ = paycore.HostedPage("https://shop.example/thanks")
        payment = gateway.charge("order-1", paycore.Money(500000, "CAD"), page_)
        assert payment.account == "cards"


def test_the_listener_hears_what_becomes_of_a_charge():
    """docs/events.md: its listener counts an operation that finished."""
    (name, code), *_ = files(page("events.md")).items()
    module = ModuleType(name.removesuffix(".py"))
    exec(compile(code, name, "exec", dont_inherit=True), vars(module))
    listeners = Listeners({module.__name__: module})
    with paycore.open_gateway(FAKE) as gateway:
        token = paycore.StoredToken("any-card")
        payment = gateway.charge("order-1", paycore.Money(1500, "CAD"), token)
    listeners.emit("operation_finished", operation=payment.charge)
    listeners.close()

    assert dict(module.ENDS) == {"charge succeeded": 1}


def test_production_reconciles_tells_and_takes_messages_in(capsys):
    """docs/production.md: what is due settles, a callback hears it, the endpoint answers."""
    scheduled, heard, endpoint = blocks(page("production.md"), "python")
    amount, clock = paycore.Money(1503, "CAD"), [datetime(2026, 1, 1, tzinfo=UTC)]
    with paycore.open_gateway(FAKE, now=lambda: clock[0]) as gateway:
        gateway.on("payment.paid", run(heard)["fulfil"])
        gateway.charge("order-1", amount, paycore.StoredToken("any-card"))
        clock[0] += timedelta(minutes=1)
        assert run(scheduled)["every_minute"](gateway) == (1, 1, 0, 0, 0)
        assert capsys.readouterr().out.startswith("payment.paid order-1")

        gateway.charge("order-2", amount, paycore.StoredToken("any-card"))
        made = fake.webhook("order-2", amount)
        request = SimpleNamespace(
            method="POST", headers=made.headers, query_string="", body=made.body, peer=made.peer
        )
        answer = run(endpoint, paycore=paycore, gateway=gateway)["webhook"](request)

        assert (answer[0], answer[2]) == (200, b"ok")
        assert capsys.readouterr().out.startswith("payment.paid order-2")


def test_the_tests_that_applications_copy_pass(here):
    """docs/testing.md: with the fake provider, with a clock, and over real HTTP."""
    folder = laid_out(page("testing.md"), here)
    written = len(list(folder.glob("test_*.py")))
    ended = summary_of(folder, "-p", "paycore_iotpay.simulator.pytest_plugin")

    assert written == 3
    assert "8 passed" in ended


def test_a_channel_of_ones_own_works_as_the_page_says(here):
    """docs/add-a-channel.md: installed, found by its entry point, and driven by a gateway."""
    folder = laid_out(page("add-a-channel.md"), here)

    assert "17 passed" in summary_of(folder, "tests")


def test_a_channel_of_a_known_provider_passes_the_contract(here, monkeypatch):
    """docs/add-a-channel.md: imported hooks and another `describe` are a whole plugin."""
    folder = laid_out(page("add-a-channel.md"), here)
    monkeypatch.syspath_prepend(folder)
    for name in ("paycore_maplepay", "paycore_maplepay_debit"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    from paycore_maplepay_debit import hooks  # only here, for this test

    provider = Provider("maplepay_debit", hooks)

    assert provider.description.channels == ("DEBIT",)
    assert {"charge", "refund", "query", "verify_webhook"} <= provider.hooks
