"""paycore_iotpay.embed: a page can mount the form, and nothing that comes from outside escapes."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore_iotpay.embed import content_security_policy, snippet

ACTION = paycore.MountForm("https://ccapi.iotpaycloud.com/cc/iotpaycc.js", "3f5a" * 16, "pay")


class Seen(HTMLParser):
    """What a browser would make of it: tags with their attributes, and the text of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and data.strip():
            self.scripts.append(data)


def test_snippet_mounts_the_form():
    """The page gets the placeholder, IOTPay's own script, and one that mounts the form there."""
    seen = Seen(snippet(ACTION, nonce="abc123=="))

    assert seen.tags == [
        ("div", {"id": "iotpay_normal", "data-secret": "3f5a" * 16, "data-mode": "Pay"}),
        ("script", {"src": ACTION.script_url, "nonce": "abc123=="}),
        ("script", {"nonce": "abc123=="}),
    ]
    assert '.mount("#iotpay_normal"' in seen.scripts[0]
    assert "Iotpay(place.dataset.secret, place.dataset.mode)" in seen.scripts[0]


def test_storing_a_card_has_its_own_mode():
    """A form that stores a card is opened as IOTPay's script wants it: Add."""
    adding = paycore.MountForm(ACTION.script_url, ACTION.client_secret, "add")

    assert 'data-mode="Add"' in snippet(adding)


def test_place_may_be_chosen():
    """The form goes where the selector says."""
    seen = Seen(snippet(ACTION, selector="#pay-here"))

    assert seen.tags[0][1]["id"] == "pay-here"
    assert '.mount("#pay-here"' in seen.scripts[0]


def test_secret_is_not_in_the_script():
    """Scripts are the same for every payer: the secret is data beside them."""
    assert Seen(snippet(ACTION)).scripts == Seen(snippet(FOREIGN)).scripts


FOREIGN = paycore.MountForm(
    'https://x.example/"></script><script>alert(1)</script>', "</script>'\"<&>\u2028${x}$y", "pay"
)


def test_foreign_text_stays_text():
    """Whatever stands in an action, the page has the same three elements, and the text intact."""
    seen = Seen(snippet(FOREIGN, nonce='"><b>'))

    assert [tag for tag, _ in seen.tags] == ["div", "script", "script"]
    assert seen.tags[0][1]["data-secret"] == FOREIGN.client_secret
    assert seen.tags[1][1] == {"src": FOREIGN.script_url, "nonce": '"><b>'}


@given(st.text(), st.text())
def test_no_text_adds_an_element(secret, nonce):
    """No secret and no nonce ever becomes markup."""
    seen = Seen(snippet(paycore.MountForm(ACTION.script_url, secret), nonce=nonce))

    assert [tag for tag, _ in seen.tags] == ["div", "script", "script"]


@pytest.mark.parametrize(
    "selector", ["", "pay", ".pay", "#", "#1", "#a b", '#a"', "#a\n", "#a>b", "#a');alert('"]
)
def test_selector_is_an_id(selector):
    """Anything but `#id` is refused: it would stand in a script."""
    with pytest.raises(paycore.InvalidRequest, match="selector"):
        snippet(ACTION, selector=selector)


def test_policy_allows_the_form_and_no_more():
    """Scripts run by the nonce or from IOTPay; everything else is ours or IOTPay's."""
    policy = content_security_policy(ACTION, "abc+/123==")
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    assert parts["default-src"] == "'self' https://ccapi.iotpaycloud.com"
    assert parts["script-src"] == "'nonce-abc+/123==' https://ccapi.iotpaycloud.com"
    assert parts["object-src"] == "'none'"
    assert "unsafe" not in parts["script-src"]


@pytest.mark.parametrize("nonce", ["", "a b", "a;b", "a'", "a\r\nSet-Cookie: x", "a\n", "é"])
def test_policy_takes_no_odd_nonce(nonce):
    """A nonce goes into a header: what is no Base64 is refused."""
    with pytest.raises(paycore.InvalidRequest, match="nonce"):
        content_security_policy(ACTION, nonce)
