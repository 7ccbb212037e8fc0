"""Settings in, gateway out: every account opened, or one refusal that names what to mend."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import paycore
from paycore import bootstrap
from paycore.bootstrap import load_providers, open_gateway, open_ledger
from paycore.errors import PluginRefused, SettingsError
from paycore.ledger.memory import MemoryLedger
from paycore.settings import read
from paycore.wire.connection import Connection

PAGE = paycore.HostedPage("https://shop.example/thanks")
KEY = "CanaryKey0123456789"
IOTPAY = {
    "provider": "iotpay",
    "merchant_id": "10000701",
    "merchant_key": KEY,
    "login_name": "jack123",
}
SHOP = """
import paycore

@paycore.hookimpl
def describe():
    return paycore.Description("shop_plugin", "https://api.example/", ("X",),
        (paycore.HostedPage,), frozenset({"CAD"}))

@paycore.hookimpl
def open_account(settings):
    ACT

@paycore.hookimpl
def charge(account, request):
    yield

@paycore.hookimpl
def query(account, request):
    yield
"""
METRICS = """
import queue
from paycore.listeners import listener

heard = queue.Queue()

@listener
def operation_finished(operation):
    heard.put(operation.reference)
"""
Install = Callable[[str, str, str], None]


class Door:
    """A sender that notes how it was made and whether it was closed."""

    made: list[Door]

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.closed = 0
        self.made.append(self)

    def send(self, call: paycore.Call) -> paycore.Reply:
        raise paycore.NotSent("no network here")

    def close(self) -> None:
        self.closed += 1


class Kept(MemoryLedger):
    """A ledger that notes when it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def door() -> type[Door]:
    """A kind of sender whose makes nobody else counts."""
    return type("Door", (Door,), {"made": []})


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return what puts a distribution of one module on the path: name, group, code."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def put(name: str, group: str, code: str) -> None:
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[paycore.{group}]\n{name} = {name}\n")

    yield put
    for module in set(sys.modules) - before:
        del sys.modules[module]


def settings(*sections: dict[str, Any], **top: Any) -> dict[str, Any]:
    """Return settings with an account for each section."""
    accounts = {f"a{number}": section for number, section in enumerate(sections)}
    top = {"ledger": "memory://", **top}
    return {"return_hosts": ["shop.example"], **top, "accounts": accounts}


def test_what_comes_out_is_ready_to_charge() -> None:
    """One line of settings, and an application can be paid."""
    with open_gateway(settings({"provider": "fake"})) as gateway:
        payment = gateway.charge("o-1", paycore.Money(1500, "CAD"), PAGE)

        assert isinstance(gateway, paycore.Gateway)
        assert payment.status is paycore.PaymentStatus.AWAITING_PAYER


def test_ledger_clock_and_sender_can_be_ones_own(door: type[Door]) -> None:
    """What tests bring is used, and closed with the gateway."""
    ledger, noon = Kept(), datetime(2026, 1, 1, 12, tzinfo=UTC)
    with open_gateway(
        settings({"provider": "fake"}), ledger=ledger, now=lambda: noon, sender=door
    ) as gateway:
        gateway.charge("o-1", paycore.Money(1500, "CAD"), PAGE)
    kept = ledger.payment("o-1")

    assert kept is not None
    assert kept.created_at == noon
    assert [each.closed for each in door.made] == [1]
    assert ledger.closed == 1


def test_the_door_is_made_as_the_settings_say(door: type[Door]) -> None:
    """Addresses without their last slash, deadlines, proofs, and whether it is a sandbox."""
    sandbox = {"mode": "sandbox", "base_url": "http://127.0.0.1:8080/"}
    reached = {"timeout_s": 7, "connect_timeout_s": 2, "ca_bundle": "ca.pem"}
    opened = open_gateway(
        settings({"provider": "fake", **sandbox}, {"provider": "fake", **reached}), sender=door
    )
    first, second = (each.connection for each in door.made)

    assert first == Connection("http://127.0.0.1:8080", sandbox=True)
    assert second == Connection("https://fake.example", "ca.pem", timeout_s=7, connect_timeout_s=2)
    assert opened._wiring.accounts["a1"].timeout_s == 7


def test_the_plugin_gets_its_settings_with_the_cores_filled_in(
    install: Install, door: type[Door]
) -> None:
    """Its own names as they are, secrets as `Secret`, and always the four that the core checks."""
    install("shop_plugin", "providers", SHOP.replace("ACT", "return dict(settings)"))
    section = {"provider": "shop_plugin", "merchant_key": KEY, "colour": "red", "pci_dss": True}
    gateway = open_gateway(settings(section), sender=door)

    assert gateway._wiring.accounts["a0"].handle == {
        "merchant_key": paycore.Secret(KEY),
        "colour": "red",
        "base_url": "https://api.example",
        "mode": "live",
        "notify_url": "",
        "pci_dss": True,
    }


def test_limits_are_what_the_settings_say(door: type[Door]) -> None:
    """The guard, raw cards, the sandbox and the peers are the account's own."""
    section = {"max_amount": "5000.00 CAD", "pci_dss": True, "notify_peers": ["203.0.113.9"]}
    gateway = open_gateway(
        settings({"provider": "fake", **section}, {"provider": "fake", "mode": "sandbox"}),
        sender=door,
    )
    first, second = (account.limits for account in gateway._wiring.accounts.values())

    assert first.max_amount == paycore.Money(500_000, "CAD")
    assert (first.pci_dss, first.sandbox, first.notify_peers) == (True, False, ("203.0.113.9",))
    assert (second.pci_dss, second.sandbox, second.max_amount) == (False, True, None)


@pytest.mark.parametrize(
    ("wrong", "told", "field"),
    [
        ({"merchant_key": 123456789012345678}, "merchant_key", "merchant_key"),
        ({"merchant_key": "short"}, "merchant_key", "merchant_key"),
        ({"merchant_key": [KEY]}, "merchant_key", "merchant_key"),
        ({"merchant_key": None}, "merchant_key", "merchant_key"),
        ({"merchant_id": 10000701}, "merchant_id", "merchant_id"),
        ({"surprise": 1}, "surprise", "surprise"),
        ({"mercahnt_key": KEY}, "mercahnt_key", "mercahnt_key"),
        ({"provider": "nobody"}, "'nobody'", "nobody"),
        ({"base_url": "https://api.example/v3"}, "base_url: want scheme and host", "base_url"),
        ({"base_url": "http://api.example"}, "base_url: want https", "base_url"),
        ({"mode": "sandbox", "base_url": "http://api.example"}, "base_url: want https", "base_url"),
        ({"notify_url": "http://169.254.169.254/latest"}, "notify_url: want https", "notify_url"),
        ({"notify_url": "https://127.0.0.1:8443/hook"}, "notify_url: want https", "notify_url"),
        ({"ca_bundle": "/nowhere/ca.pem"}, "ca_bundle", "ca_bundle"),
        ({"proxy": f"socks5://u:{KEY}@proxy.example"}, "proxy", "proxy"),
        ({"max_amount": "5,000.00 CAD"}, "max_amount: amount: want a plain number", "max_amount"),
        ({"max_amount": "5000.00"}, "max_amount: currency", "max_amount"),
        ({"max_amount": "5000.00 USD"}, "max_amount: iotpay does not take USD", "max_amount"),
        ({"timeout_s": 0}, "timeout_s", "timeout_s"),
    ],
)
def test_what_is_wrong_with_an_account_is_named(wrong: Any, told: str, field: str) -> None:
    """The account and the setting are in the message, and no key is; nothing was started."""
    with pytest.raises(SettingsError) as refused:
        open_gateway(settings({"provider": "fake"}, {**IOTPAY, **wrong}))

    assert told in str(refused.value)
    assert "a1" in str(refused.value) or field == "nobody"
    assert refused.value.field == field
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("raise KeyError(settings['merchant_key'].reveal())", "fails to open it: KeyError"),
        (
            "raise paycore.SettingsError('bad: ' + settings['merchant_key'].reveal())",
            "bad: [secret]",
        ),
        ("raise paycore.SettingsError('colour: want red', field='colour')", "colour: want red"),
        ("raise paycore.InvalidRequest('odd')", "odd"),
    ],
)
def test_a_plugin_that_cannot_open_an_account_is_told_with_it(
    install: Install, door: type[Door], act: str, told: str
) -> None:
    """Whatever it raises is a settings error of that account, and quotes no key."""
    install("shop_plugin", "providers", SHOP.replace("ACT", act))

    with pytest.raises(SettingsError) as refused:
        open_gateway(settings({"provider": "shop_plugin", "merchant_key": KEY}), sender=door)
    assert str(refused.value).startswith("accounts.a0: ")
    assert told in str(refused.value)
    assert KEY not in str(refused.value)
    assert refused.value.__cause__ is refused.value.__context__ is None


def test_what_was_opened_before_a_refusal_is_closed(
    door: type[Door], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway that does not start leaves nothing open but what the caller brought."""
    mine, ours = Kept(), Kept()
    monkeypatch.setattr(bootstrap, "open_ledger", lambda *_: ours)
    wrong = settings({"provider": "fake"}, {"provider": "fake", "base_url": "nowhere"})
    for ledger in (None, mine):
        with pytest.raises(SettingsError, match=r"accounts\.a1: base_url"):
            open_gateway(wrong, ledger=ledger, sender=door)

    assert [each.closed for each in door.made] == [1, 1]
    assert (ours.closed, mine.closed) == (1, 0)


def test_the_ledger_is_the_one_that_is_named() -> None:
    """memory:// forgets; what nobody knows is refused rather than replaced by it."""
    assert isinstance(open_ledger(read(settings({"provider": "fake"}))), MemoryLedger)
    with pytest.raises(SettingsError, match=r"ledger: want memory://, sqlite:///") as refused:
        open_gateway(settings({"provider": "fake"}, ledger=f"mysql://u:{KEY}@db/x"))
    assert refused.value.field == "ledger"
    assert KEY not in str(refused.value)


def test_listeners_are_found_by_name_and_told(install: Install) -> None:
    """A package's listener hears of every operation that is finished."""
    install("shop_metrics", "listeners", METRICS)
    with open_gateway(settings({"provider": "fake"}, listeners=["shop_metrics"])) as gateway:
        gateway.charge("o-1", paycore.Money(1500, "CAD"), PAGE)

    assert sys.modules["shop_metrics"].heard.get_nowait() == "o-1"


@pytest.mark.parametrize(
    ("code", "named", "told"),
    [
        (METRICS.replace("operation_finished", "operation_finnished"), "shop_metrics", "finnished"),
        ("1 / 0", "shop_metrics", "cannot be loaded: ZeroDivisionError"),
        (METRICS, "shop_metrix", "no installed package offers 'shop_metrix'"),
    ],
)
def test_a_listener_that_cannot_listen_is_refused(
    install: Install, code: str, named: str, told: str
) -> None:
    """By name, at the start; and one that nobody names harms nobody."""
    install("shop_metrics", "listeners", code)
    open_gateway(settings({"provider": "fake"})).close()

    with pytest.raises(PluginRefused) as refused:
        open_gateway(settings({"provider": "fake"}, listeners=[named]))
    assert told in str(refused.value)
    assert named in str(refused.value)


def test_providers_come_checked() -> None:
    """Each is behind its own relay, under the name that was asked for."""
    providers = load_providers({"fake", "iotpay"})

    assert {name: each.description.name for name, each in providers.items()} == {
        "fake": "fake",
        "iotpay": "iotpay",
    }
    with pytest.raises(PluginRefused, match="'nobody'"):
        load_providers({"fake", "nobody"})


def test_two_accounts_of_one_provider_share_it(door: type[Door]) -> None:
    """The plugin is checked once; each account has a handle and a door of its own."""
    accounts = open_gateway(
        settings({"provider": "fake"}, {"provider": "fake"}), sender=door
    )._wiring.accounts

    assert accounts["a0"].provider is accounts["a1"].provider
    assert accounts["a0"].handle is not accounts["a1"].handle
    assert accounts["a0"].sender is not accounts["a1"].sender
