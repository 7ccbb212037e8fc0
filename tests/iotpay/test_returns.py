"""paycore_iotpay.returns: what a browser says is parsed, never believed, and never trips us."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore_iotpay.returns import ReturnParameters, parse_return

HOSTILE = Path(__file__).parents[1] / "hostile" / "return_urls.jsonl"
RETURNS = [
    case["input"]["query"]
    for case in map(json.loads, HOSTILE.read_text(encoding="utf-8").splitlines())
    if "query" in case["input"]
]
NOTHING = ReturnParameters("", "", "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("redirect.return.pay.success", ("SUCCESS", "", "2")),
        ("redirect.return.pay.success.with-order", ("SUCCESS", "", "2")),
        ("redirect.return.pay.fail", ("FAIL", "Declined", "9")),
        ("redirect.return.pay.unknown", ("SUCCESS", "", "1")),
        ("redirect.return.addcard.success", ("SUCCESS", "", "")),
        ("redirect.return.addcard.fail", ("FAIL", "Invalid card", "")),
    ],
)
def test_return_is_parsed(name, said, messages):
    """The three parameters are found beside whatever else the address had."""
    assert parse_return(urlsplit(messages[name]["url"]).query) == said


@pytest.mark.parametrize("query", RETURNS)
def test_hostile_query_is_only_text(query):
    """Every hostile query ends in three texts, without an error."""
    assert all(isinstance(text, str) for text in parse_return(query))


@pytest.mark.parametrize("query", ["status=2&status=9", "status=2&status=2"])
def test_what_is_said_twice_is_not_said(query):
    """A repeated parameter is ignored."""
    assert parse_return(query) == NOTHING


@pytest.mark.parametrize(
    "query", ["a=" + "b" * 1_000_000, "status=2&x=" + "b" * 8192, "status=2" + "&x=1" * 100]
)
def test_flood_is_not_read(query):
    """A query past any that a browser would bring says nothing."""
    assert parse_return(query) == NOTHING


def test_bytes_that_are_no_text_are_replaced():
    """Bytes that are no UTF-8 are no error."""
    assert parse_return("status=%FF%FE&retCode=FAIL").code == "FAIL"


@given(st.text())
def test_no_text_trips_it(query):
    """Any text is a query string."""
    assert isinstance(parse_return(query), ReturnParameters)
