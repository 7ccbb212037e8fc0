"""A call becomes one exact request, to one origin, with headers that nobody can bend."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.errors import NotSent
from paycore.secret import Secret
from paycore.wire import requesting
from paycore.wire.connection import Origin
from paycore.wire.requesting import OURS, Requests, user_agent
from paycore.wire.talk import Call

URL = "https://api.example/v3/charge"


@pytest.fixture(scope="module")
def requests() -> Requests:
    return Requests(Origin("https", "api.example", 443))


def test_a_post_carries_json(requests):
    """A payload leaves as compact JSON, with its length, and with nothing that says who we are."""
    request = requests.of(Call(URL, {"name": "é"}, headers={"X-Key": "k"}))

    assert request.method == "POST"
    assert request.url == URL
    assert request.body == '{"name":"é"}'.encode()
    assert dict(request.headers) == {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json;charset=UTF-8",
        "Content-Length": "13",
        "User-Agent": user_agent(),
        "X-Key": "k",
    }


def test_a_post_carries_a_form(requests):
    """With `encoding="form"` the payload is a form in UTF-8."""
    request = requests.of(Call(URL, {"name": "é b", "amount": 1500}, encoding="form"))

    assert request.body == b"name=%C3%A9+b&amount=1500"
    assert request.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert request.headers["Content-Length"] == str(len(request.body))


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("url", "whole"),
    [(URL, f"{URL}?id=a+b%26"), (f"{URL}?v=1", f"{URL}?v=1&id=a+b%26")],
)
def test_a_payload_goes_into_the_query(requests, method, url, whole):
    """GET and DELETE have no body: their payload extends the query."""
    request = requests.of(Call(url, {"id": "a b&"}, method=method))

    assert request.url == whole
    assert request.body is None
    assert "Content-Type" not in request.headers


def test_a_get_without_payload_has_no_query(requests):
    """Nothing to say adds nothing."""
    assert requests.of(Call(URL, method="GET")).url == URL


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://evil.example/v3/charge", "evil.example"),
        ("http://api.example/v3/charge", "api.example"),
        ("https://api.example:8443/v3/charge", "api.example"),
        ("https://api.example.evil.example/", "api.example.evil.example"),
        ("https://api.example@evil.example/", "in doubt"),
        ("https://api.example\\@evil.example/", "in doubt"),
        ("/v3/charge", "in doubt"),
    ],
)
def test_another_origin_is_never_called(requests, url, host):
    """Another scheme, host or port gets nothing; the error names the host."""
    with pytest.raises(NotSent, match=host):
        requests.of(Call(url, {"a": "canary"}))


@pytest.mark.parametrize("name", [*OURS, "Host", "CONTENT-LENGTH"])
def test_some_headers_are_ours(requests, name):
    """What decides who is spoken to, and where a message ends, is not the plugin's to say."""
    with pytest.raises(NotSent, match=name):
        requests.of(Call(URL, headers={name: "canary"}))


@pytest.mark.parametrize(
    "call",
    [
        Call(URL, {"a": Secret("canary")}),
        Call(URL, {"a": Secret("canary")}, method="GET"),
        Call(URL, {"a": Secret("canary")}, encoding="form"),
        Call(URL, headers={"X-Key": "canary\r\nHost: evil.example"}),
        Call(URL, headers={"X-Key": 7}),  # type: ignore[dict-item]
    ],
    ids=["json", "query", "form", "header", "header type"],
)
def test_what_cannot_be_said_is_not_sent(requests, call):
    """A payload or header that cannot be said exactly is refused, and quoted nowhere."""
    with pytest.raises(NotSent) as caught:
        requests.of(call)

    assert "canary" not in f"{caught.value!r} {caught.value.__context__!r}"


def test_a_plugin_may_choose_its_content_type(requests):
    """Content-Type and Accept are defaults, in whatever case they are written."""
    request = requests.of(Call(URL, headers={"content-type": "text/json", "accept": "*/*"}))

    assert request.headers["Content-Type"] == "text/json"
    assert request.headers["Accept"] == "*/*"


@given(st.lists(st.dictionaries(st.text("ab"), st.integers()), min_size=2, max_size=4))
def test_requests_of_one_template_do_not_share(payloads):
    """However often an address is called, each request keeps its own body and length."""
    maker = Requests(Origin("https", "api.example", 443))
    made = [maker.of(Call(URL, payload)) for payload in payloads]
    again = [maker.of(Call(URL, payload)) for payload in payloads]

    assert [(r.body, r.headers) for r in made] == [(r.body, r.headers) for r in again]
    assert all(int(r.headers["Content-Length"]) == len(r.body) for r in made)


def test_an_address_is_prepared_once(monkeypatch):
    """The second call to an address, with the same headers, prepares nothing anew."""
    prepared = []
    real = requesting.Request

    def counting(*arguments):
        prepared.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(requesting, "Request", counting)
    maker = Requests(Origin("https", "api.example", 443))
    for amount in range(5):
        maker.of(Call(URL, {"amount": amount}))
        maker.of(Call(URL, {"amount": amount}, headers={"X-Key": "k"}))

    assert len(prepared) == 2


def test_we_introduce_ourselves_by_name_and_version(monkeypatch):
    """The user agent is static; a paycore that is not installed says version 0."""
    assert user_agent().startswith("paycore/")

    def missing(name):
        raise requesting.PackageNotFoundError(name)

    monkeypatch.setattr(requesting, "version", missing)

    assert user_agent.__wrapped__() == "paycore/0"
