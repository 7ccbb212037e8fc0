"""What a page of ours needs to mount IOTPay's form."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from string import Template

import paycore


def snippet(action: paycore.MountForm, *, selector: str = "#iotpay_normal", nonce: str = "") -> str:
    """Return the HTML of the form, in an element with the id that `selector` names.

    What the form says is dispatched there as an event `iotpay`; it is the browser's word only.
    """
    name = _sound("selector", selector, "#[A-Za-z][A-Za-z0-9_-]*")[1:]
    said = {"secret": action.client_secret, "mode": action.mode.capitalize(), "id": name}
    said |= {"script": action.script_url, "nonce": nonce}
    html = Template(Path(__file__).with_name("embed.html").read_text("utf-8"))
    return html.substitute({name: escape(text) for name, text in said.items()})


def content_security_policy(action: paycore.MountForm, nonce: str) -> str:
    """Return the Content-Security-Policy of a page with the form: ours, IOTPay's, nobody else's."""
    home = "/".join(action.script_url.split("/")[:3])
    own = _sound("nonce", nonce, "[A-Za-z0-9+/_-]+={0,2}")
    return f"default-src 'self' {home}; script-src 'nonce-{own}' {home}; object-src 'none'"


def _sound(name: str, text: str, shape: str) -> str:
    if re.fullmatch(shape, text):
        return text
    raise paycore.InvalidRequest(f"{name}: want {shape}", field=name)
