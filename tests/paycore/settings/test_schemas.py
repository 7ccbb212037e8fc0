"""The names that settings may have; each value has bounds, and one spelling afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from paycore.secret import Secret
from paycore.settings.schemas import AccountSchema, TopSchema


def top(**said: Any) -> dict[str, Any]:
    return dict(TopSchema().load({"accounts": {}, **said}))


def account(**said: Any) -> dict[str, Any]:
    return dict(AccountSchema().load({"provider": "fake", **said}))


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        (["shop.example", "WWW.Shop.Example"], ["shop.example", "www.shop.example"]),
        ("shop.example, www.shop.example,", ["shop.example", "www.shop.example"]),
        (["127.0.0.1", "localhost"], ["127.0.0.1", "localhost"]),
        ([], []),
        ("", []),
        ((Secret("shop.example"),), None),
        (Secret("shop.example"), ["shop.example"]),
        ([Secret("shop.example")], ["shop.example"]),
    ],
)
def test_hosts_are_names_in_lower_case(given: Any, hosts: list[str] | None) -> None:
    """A list, or one text with commas; sealed or not."""
    if hosts is None:
        with pytest.raises(ValidationError):
            top(return_hosts=given)
    else:
        assert top(return_hosts=given)["return_hosts"] == hosts


@pytest.mark.parametrize(
    "host",
    [
        "https://shop.example",
        "shop.example/thanks",
        "shop.example:8443",
        "*.shop.example",
        "user@shop.example",
        "shop.example?",
        "sh op",
        "",
        "é.example",
        5,
        None,
    ],
)
def test_what_could_never_be_a_host_is_refused(host: Any) -> None:
    """An entry that no address ever equals would turn every payer away."""
    with pytest.raises(ValidationError, match="return_hosts"):
        top(return_hosts=[host])


@pytest.mark.parametrize("peer", ["203.0.113.0/24", "shop.example", "1.2.3", "fe80::1%eth0", "", 5])
def test_a_peer_is_an_ip_address(peer: Any) -> None:
    """A network or a name would never equal a socket's peer: every message would be suspect."""
    with pytest.raises(ValidationError, match="notify_peers"):
        account(notify_peers=[peer])


def test_peers_are_spelled_as_sockets_spell_them() -> None:
    """Two spellings of one address are one peer."""
    assert account(notify_peers="2001:DB8:0::1,203.0.113.9,::ffff:203.0.113.8")["notify_peers"] == [
        "2001:db8::1",
        "203.0.113.9",
        "203.0.113.8",
    ]


@pytest.mark.parametrize("name", ["timeout_s", "connect_timeout_s"])
@pytest.mark.parametrize(
    "seconds",
    [0, 0.09, -1, 601, 1e9, "nan", "inf", float("nan"), float("inf"), True, "x", None, []],
)
def test_seconds_have_bounds(name: str, seconds: Any) -> None:
    """Neither no time at all nor for ever, and `true` is no time."""
    with pytest.raises(ValidationError, match=name):
        account(**{name: seconds})


@pytest.mark.parametrize(("name", "longest"), [("timeout_s", 600.0), ("connect_timeout_s", 60.0)])
def test_seconds_reach_up_to_their_bounds(name: str, longest: float) -> None:
    """The bounds themselves are allowed, as numbers and as text from the environment."""
    assert account(**{name: 0.1})[name] == 0.1
    assert account(**{name: str(longest)})[name] == longest
    with pytest.raises(ValidationError):
        account(**{name: longest + 1})


@pytest.mark.parametrize(
    ("given", "taken"), [("true", True), ("0", False), ("off", False), (1, True)]
)
def test_flags_come_as_text_from_the_environment(given: Any, taken: bool) -> None:
    """What people write for yes and no."""
    assert account(pci_dss=given)["pci_dss"] is taken


@pytest.mark.parametrize("flag", ["maybe", "", 2, None, [], {}])
def test_other_flags_are_refused(flag: Any) -> None:
    """Whether raw cards may pass is never guessed."""
    with pytest.raises(ValidationError, match="pci_dss"):
        account(pci_dss=flag)


@pytest.mark.parametrize("mode", ["test", "LIVE", "", None, 1])
def test_an_account_is_live_or_a_sandbox(mode: Any) -> None:
    """A third mode would be neither safe nor real."""
    with pytest.raises(ValidationError, match="mode"):
        account(mode=mode)


def test_unknown_names_are_refused() -> None:
    """At the top by this schema; in an account by the provider's, for the core hands them on."""
    with pytest.raises(ValidationError, match="surprise"):
        top(surprise=1)
    with pytest.raises(ValidationError, match="surprise"):
        account(surprise=1)
