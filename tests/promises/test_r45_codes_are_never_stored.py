"""R45: no security code is ever stored, nor the signature of a request that carried one.

With the key known, a thousand guesses recover the code from the signature: both go, or neither.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import partial

import pytest

from paycore.ledger.durable.tables import metadata
from tests.promises.canaries import day
from tests.promises.databases import DATABASES
from tests.promises.proof import Proof
from tests.promises.remains import Left

NAMES = re.compile(
    r"cv[cvnd]\d?|csc|cid|cavv|(card|security|verification)_?(code|value)|pin|"
    r"sign|signature|sig|track_?\d?|payload|body|request",
    re.IGNORECASE,
)
"""What a column, or a member of a value that is stored, must never be called."""
_MEMBER = re.compile(rb'\\*"([A-Za-z0-9_]+)\\*":')


def named(left: Left) -> set[str]:
    """Return the names of all members of all JSON values in the tables."""
    tables = (held for name, held in left.places.items() if name.startswith("table "))
    return {name.decode() for held in tables for name in _MEMBER.findall(held)}


def found(left: Left) -> Iterator[str]:
    """Give every code and signature that lies anywhere, each with its place."""
    code = re.compile(rf"(?<![0-9A-Za-z]){left.plants.code}(?![0-9A-Za-z])".encode())
    for name, held in left.places.items():
        if name != "database files" and code.search(held):  # its pages hold numbers of their own
            yield f"{name}: the code"
        for sign in left.plants.signs:
            digest = bytes.fromhex(sign)
            ways = sign.encode(), sign.lower().encode(), digest, base64.b64encode(digest)
            yield from (f"{name}: the signature {sign}" for way in ways if way in held)


def days(kind: str, first: int, count: int) -> None:
    """Work so many days, and search what each leaves."""
    for number in range(first, first + count):
        left = day(kind, number)
        hits = [*found(left), *(name for name in named(left) if NAMES.fullmatch(name))]

        assert len(left.plants.signs) >= 8
        assert not hits, f"day {number} on {kind}: {hits}"


PROOFS = tuple(
    Proof("r45", "days", 1, 50, partial(days, kind), batch=5, where=kind) for kind in DATABASES
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r45_no_code_and_no_signature_is_stored(proof):
    """0 hits after a day of cards, refusals, faults and crashes."""
    proof.check()


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
def test_r45_no_column_is_made_for_one(table):
    """The schema has no place for a code, a signature, or a request to send again."""
    assert [column.name for column in table.columns if NAMES.fullmatch(column.name)] == []


@pytest.mark.parametrize(
    "name", ["cvv", "CVC2", "security_code", "cardCode", "sign", "signature", "track2", "payload"]
)
def test_r45_such_a_column_would_be_found(name):
    """By any name that it goes by."""
    assert NAMES.fullmatch(name)


@pytest.mark.parametrize("kind", DATABASES)
def test_r45_what_is_searched_is_there(kind):
    """Members of stored values are found, and a signature in a table would be."""
    left = day(kind, 0)
    where = "table paycore_evidence"
    spoilt = {**left.places, where: left.places[where] + left.plants.signs[0].encode()}

    assert {"status", "cardNum"} <= named(left)
    assert len(list(found(Left(left.plants, spoilt)))) == 1
