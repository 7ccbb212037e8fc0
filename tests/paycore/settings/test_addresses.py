"""An account talks to, and is called at, addresses that mean what they seem to mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.errors import SettingsError
from paycore.settings.addresses import check_addresses

CASES = Path(__file__).parents[2] / "hostile" / "requests.jsonl"
HOSTILE = {
    case["id"]: case["input"]["set"]["notify_url"]
    for case in map(json.loads, CASES.read_text(encoding="utf-8").splitlines())
    if "notify_url" in case["input"].get("set", {})
}


@pytest.mark.parametrize("url", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_addresses_are_refused(url: str) -> None:
    """Q36, Q37: no messages to link-local addresses or to loopback while money is real."""
    with pytest.raises(SettingsError, match="notify_url: want https") as refused:
        check_addresses("https://api.example", url, sandbox=False)
    assert refused.value.field == "notify_url"
    assert HOSTILE.keys() == {"Q36", "Q37"}


@pytest.mark.parametrize(
    ("base_url", "sandbox"),
    [
        ("https://api.example", False),
        ("https://api.example:8443", False),
        ("https://10.0.0.1", False),  # a gateway of one's own is no secret to oneself
        ("http://127.0.0.1:8080", True),
        ("http://localhost:1", True),
        ("http://[::1]:8080", True),
        ("https://api.example", True),
    ],
)
def test_sound_addresses_pass(base_url: str, sandbox: bool) -> None:
    """Anywhere by https; plain http to loopback, in a sandbox."""
    check_addresses(base_url, "", sandbox=sandbox)
    check_addresses(base_url, "https://shop.example/hook?a=b", sandbox=sandbox)

    with pytest.raises(SettingsError):
        check_addresses(base_url + "/", "", sandbox=sandbox)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example",
        "https://",
        "https://api.example/v1",
        "https://api.example?x=1",
        "https://api.example#x",
        "https://user:word@api.example",
        "https://api.example\\@evil.example",
        "ftp://api.example",
        "https://api.exa mple",
        "https://api.example:port",
    ],
)
def test_a_base_url_is_scheme_and_host(base_url: str) -> None:
    """More than that would be lost, or lead elsewhere."""
    with pytest.raises(SettingsError, match="base_url: want scheme and host only") as refused:
        check_addresses(base_url, "", sandbox=True)
    assert refused.value.field == "base_url"


@pytest.mark.parametrize(
    ("base_url", "sandbox"),
    [
        ("http://api.example", False),
        ("http://api.example", True),
        ("http://127.0.0.1", False),
        ("http://localhost", False),
        ("http://10.0.0.1", True),
        ("http://127.0.0.1.evil.example", True),
    ],
)
def test_plain_http_stays_on_loopback_in_a_sandbox(base_url: str, sandbox: bool) -> None:
    """Every other way would put keys and cards on a wire that anyone can read."""
    with pytest.raises(SettingsError, match="base_url: want https"):
        check_addresses(base_url, "", sandbox=sandbox)


@given(st.text() | st.text("htps:/.@[]127localhost%#?\\").map("https://".__add__), st.booleans())
def test_any_text_is_taken_or_refused(text: str, sandbox: bool) -> None:
    """No address crashes the start."""
    for base_url, notify_url in ((text, ""), ("https://api.example", text)):
        field: str | None = "base_url"
        try:
            check_addresses(base_url, notify_url, sandbox=sandbox)
        except SettingsError as error:
            field = error.field

        assert field in ("base_url", "notify_url")
