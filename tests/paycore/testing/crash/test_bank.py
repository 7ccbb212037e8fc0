"""The bank executes what reaches it whole, and outlives whoever asked."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from paycore.testing.crash.bank import Bank

ORDER = {"reference": "c1x", "amount": 1500, "currency": "CAD"}


@pytest.fixture
def bank():
    """Give a bank that listens."""
    with Bank() as bank:
        yield bank


def asked(bank, path, said):
    with closing(HTTPConnection(urlsplit(bank.url).netloc, timeout=20)) as line:
        line.request("POST", path, json.dumps(said))
        return json.loads(line.getresponse().read())


def test_it_is_naive(bank):
    """What is said twice moves twice: only so does it show."""
    for _ in range(2):
        assert asked(bank, "/weak/charge", ORDER)["status"] == "paid"

    assert [effect.minor for effect in bank.world.effects] == [1500, 1500]


def test_it_says_what_it_knows(bank):
    """And that it knows nothing."""
    assert asked(bank, "/weak/query", ORDER) == {"absent": True}
    asked(bank, "/weak/charge", ORDER)
    assert asked(bank, "/weak/query", ORDER)["status"] == "paid"
    assert asked(bank, "/strong/query", ORDER) == {"absent": True}


def test_a_page_waits_for_its_payer(bank):
    """Paid once, it takes nothing more."""
    assert asked(bank, "/weak/charge", {**ORDER, "back": "page"})["status"] == "waiting"
    bank.pay("weak", "c1x")
    bank.pay("weak", "c1x")

    assert len(bank.world.effects) == 1
    assert asked(bank, "/weak/query", ORDER)["status"] == "paid"


def test_it_settles_late_and_refuses_then(bank):
    """A void is taken for a month, and refused afterwards."""
    asked(bank, "/weak/charge", ORDER)
    bank.clock.advance(86_400 * 29)
    assert asked(bank, "/weak/void", {**ORDER, "reference": "c1x-v1", "of": "c1x"})
    bank.clock.advance(86_400 * 2)
    late = asked(bank, "/weak/void", {**ORDER, "reference": "c1x-v2", "of": "c1x"})

    assert late == {"refused": "settled"}
    assert [effect.kind for effect in bank.world.effects] == ["charge", "void"]


def test_half_an_order_is_none(bank):
    """Whoever is killed in the middle of a word has said nothing."""
    parts = urlsplit(bank.url)
    with closing(socket.create_connection((parts.hostname, parts.port), timeout=20)) as line:
        line.sendall(b"POST /weak/charge HTTP/1.1\r\nContent-Length: 99\r\n\r\n{")
        line.shutdown(socket.SHUT_WR)

        assert line.recv(100) == b""
    assert bank.world.orders == {}


def test_messages_are_kept_until_they_are_acknowledged(bank):
    """A stranger's comes first, and is written once; a stored card sends none."""
    asked(bank, "/weak/charge", ORDER)
    asked(bank, "/weak/token", {"reference": "t", "back": "page"})
    bank.pay("weak", "t")
    for _ in range(2):
        bank.invent("weak", "stranger")
    letters = bank.letters()

    assert [letter.fields["reference"] for letter in letters] == ["stranger", "c1x"]
    letters[0].acknowledged += 1
    assert bank.letters() == letters[1:]


def test_it_forgets_all_but_the_time(bank):
    """For the next run."""
    asked(bank, "/weak/charge", ORDER)
    bank.clock.advance(60)
    bank.forget()

    assert (bank.world.effects, bank.world.orders, bank.letters()) == ([], {}, [])
    assert bank.clock.elapsed == 60
