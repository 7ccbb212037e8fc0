"""Only whole, plain answers of the 200s and 400s are heard."""

from __future__ import annotations

import io

import pytest
from urllib3 import HTTPResponse

from paycore.errors import OutcomeUnknown
from paycore.wire.hearing import heard
from paycore.wire.strict import MAX_BYTES

HEARD = [200, 201, 299, 400, 401, 404, 407, 425, 429, 499]
UNHEARD = [100, 101, 103, 199, 300, 301, 302, 303, 304, 307, 308, 399, 500, 502, 503, 599, 600, 999]


def raw(body: bytes = b"{}", status: int = 200, **headers: str) -> HTTPResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPResponse(
        io.BytesIO(body),
        {"Content-Length": str(len(body)), **named},
        status,
        preload_content=False,
        decode_content=False,
    )


@pytest.mark.parametrize("status", HEARD)
def test_an_answer_of_the_200s_and_400s_is_heard(status):
    """Status, body and headers come back as they are, header names in lower case."""
    reply = heard(raw(b'{"a": 1}', status, X_Request_ID="7"), "charge")

    assert reply.status == status
    assert reply.body == b'{"a": 1}'
    assert reply.headers == {"content-length": "8", "x-request-id": "7"}


@pytest.mark.parametrize("status", UNHEARD)
def test_other_statuses_are_unknown(status):
    """Redirects, server errors and what nobody knows are UNKNOWN; call and status are named."""
    with pytest.raises(OutcomeUnknown, match=f"charge.*{status}") as caught:
        heard(raw(b"canary", status), "charge")

    assert "canary" not in str(caught.value)


def test_no_content_is_an_answer():
    """An empty answer is whole."""
    assert heard(raw(b"", 204), "charge").body == b""


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "identity, gzip", "deflate", "x"])
def test_an_encoding_is_not_taken_off(encoding):
    """We asked for identity; an answer in another encoding is not opened."""
    with pytest.raises(OutcomeUnknown):
        heard(raw(Content_Encoding=encoding), "charge")


@pytest.mark.parametrize("encoding", ["identity", " Identity ", ""])
def test_identity_is_no_encoding(encoding):
    """An answer that says it is as it is, is."""
    assert heard(raw(Content_Encoding=encoding), "charge").body == b"{}"


def test_the_longest_answer_is_heard():
    """256 KiB are heard; one byte more is not, and no more than that is read."""
    assert len(heard(raw(b" " * MAX_BYTES), "charge").body) == MAX_BYTES

    longer = raw(b" " * (MAX_BYTES * 2))
    with pytest.raises(OutcomeUnknown):
        heard(longer, "charge")

    assert longer.tell() == MAX_BYTES + 1


def test_an_answer_must_say_where_it_ends():
    """Without length or chunks a broken line would look like the end."""
    endless = HTTPResponse(io.BytesIO(b"{}"), {}, 200, preload_content=False)

    with pytest.raises(OutcomeUnknown, match="ends"):
        heard(endless, "charge")


def test_repeated_headers_are_joined():
    """A header that comes twice is heard twice, in one value."""
    answer = raw()
    answer.headers.add("Via", "a")
    answer.headers.add("Via", "b")

    assert heard(answer, "charge").headers["via"] == "a, b"
