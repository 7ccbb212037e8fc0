"""R28: what our parser accepts, two other parsers read alike, value by value; and it costs little.

The others: `json` without its accelerator, which is other code than ours runs on, and `orjson`.
"""

from __future__ import annotations

import json
import json.decoder
import json.scanner
import tracemalloc
from random import Random
from typing import Any, Final, NoReturn

import orjson
import pytest

from paycore.errors import OutcomeUnknown
from paycore.wire.strict import MAX_BYTES, parse_json
from tests.promises.mutations import ODD_NAMES, ODD_TEXTS, ODD_VALUES, changed
from tests.promises.noise import PIECES, damaged, doubled, encoded, filled, noise, pieces, written
from tests.promises.played import each
from tests.promises.proof import Proof

MOST_BYTES: Final = 4 * 2**20
"""How much memory one document may cost."""
DIGITS: Final = "0123456789" * 3 + "--+..eE"
ESCAPES: Final = (
    "\\n", "\\/", "\\\\", '\\"', "\\b", "\\u0000", "\\u00e9", "\\uD83D\\uDE00", "\\ud83d",
    "\\uDE00", "\\u12", "\\x41", "\\", '"', "\n", "\t", "\x7f", "\x80", "é", "\u2028",
    "\U0001f600", "a", "[",
)  # fmt: skip


class Plain(json.JSONDecoder):
    """The standard parser without its accelerator, and without its leniency."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_once, parse_constant=_refused)
        self.parse_string = json.decoder.py_scanstring
        self.scan_once = json.scanner.py_make_scanner(self)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is repeated")
    return found


def _refused(word: str) -> NoReturn:
    raise ValueError(word)


PLAIN: Final = Plain()


def document(rng: Random) -> bytes:
    """Return a document that is nearly JSON, or just JSON."""
    way = rng.randrange(10)
    if way == 0:
        return noise(rng)
    if way == 1:
        return f'{{"a":{"".join(pieces(rng))}}}'.encode("utf-8", "surrogatepass")
    if way == 2:
        return f'{{"a":[1,{_number(rng)},{rng.choice(PIECES)}]}}'.encode()
    if way == 3:
        return f'{{"a":{_number(rng)},"b":{_number(rng)}}}'.encode()
    if way == 4:
        return f'{{"{_text(rng)}":"{_text(rng)}"}}'.encode()
    members = changed(rng, _members(rng), 2)
    text = written(rng, members)
    if way == 5:
        text = doubled(rng, text, members)
    body = encoded(rng, text) if way < 8 else text.encode("utf-8", "surrogatepass")
    return damaged(rng, body) if way in (6, 9) else body


def _members(rng: Random, depth: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = {"": 0, "a": 1, "b": "c"} if depth == 0 else {}
    for _ in range(rng.randrange(5)):
        value = rng.choice(ODD_VALUES)
        if rng.random() < 0.3 and depth < 4:
            value = rng.choice((_members(rng, depth + 1), [_members(rng, depth + 1), value]))
        elif rng.random() < 0.3:
            value = rng.uniform(-1, 1) * 10.0 ** rng.randint(-300, 300)
        found[rng.choice((*ODD_NAMES, *ODD_TEXTS))] = value
    return found


def _number(rng: Random) -> str:
    """Return what may be a number: of any length, near the ends of what is one, or none."""
    if rng.random() < 0.3:
        near = rng.choice((2**63, -(2**63), 2**53, 2**64, 0)) + rng.randint(-2, 2)
        return rng.choice(("", "-")) + str(near) + rng.choice(("", "", ".0", "e0", "E-1"))
    text = "".join(rng.choices(DIGITS, k=rng.choice((1, 2, 4, 8, 17, 30, 60))))
    return text if rng.random() < 0.5 else f"{rng.choice('-123456789')}{text}"


def _text(rng: Random) -> str:
    """Return what may stand between quotes, or end them."""
    return "".join(rng.choices(ESCAPES, k=rng.randrange(7)))


def agreed(raw: bytes) -> bool:
    """Check that others read what ours accepts, and read the same; return whether it did.

    As they are written down by `repr`, 1, 1.0, True and -0.0 are four values.
    """
    try:
        ours = repr(parse_json(raw))
    except OutcomeUnknown:
        return False
    text = raw.decode("utf-8")
    assert ours == repr(PLAIN.decode(text)), f"json reads {raw!r} otherwise"
    assert ours == repr(orjson.loads(raw)), f"orjson reads {raw!r} otherwise"
    return True


PROOFS = (
    Proof(
        "r28",
        "documents",
        commit=100_000,
        full=1_000_000,
        run=each("r28", lambda rng: agreed(document(rng))),
        batch=20_000,
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r28_where_ours_accepts_all_agree(proof):
    """Pieces of JSON, odd numbers and texts, broken documents: read alike, or refused by name."""
    proof.check()


def test_r28_the_documents_are_worth_reading():
    """A good part of them is accepted, and a good part is not."""
    rng = Random(28)
    accepted = sum(agreed(document(rng)) for _ in range(2000))

    assert 400 < accepted < 1600


def test_r28_the_other_parsers_are_no_stricter():
    """They read what ours refuses: the strictness is ours."""
    for raw in (
        b"[]",
        b'{"a":9223372036854775808}',
        b'{"a":1e308,"b":[' + b"[" * 40 + b"]" * 41 + b"}",
    ):
        assert not agreed(raw)
        assert repr(PLAIN.decode(raw.decode()))
        assert repr(orjson.loads(raw))


# What a document costs

NAMES: Final = b",".join(b'"%x":{"%x":1}' % (number, number + 99_999) for number in range(4_990))
WIDE: Final = "\U0001f600".encode()


def cost(raw: bytes) -> int:
    """Return how many bytes of memory reading a document takes at the most, read or refused."""
    tracemalloc.start()
    try:
        parse_json(raw)
    except OutcomeUnknown:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize(
    "raw",
    [
        filled(b'{"a":[', b"[],", b"1]}"),
        filled(b'{"a":[', b"{},", b"1]}"),
        filled(b'{"a":[', b'{"":1},', b"1]}"),
        filled(b'{"a":[', b"1.5,", b"1]}"),
        filled(b'{"a":[', b"300,", b"1]}"),
        filled(b'{"a":"' + WIDE, b"x", b'"}'),
        filled(b'{"a":["' + WIDE + b'"', b',{"":"\xc3\xa9"}', b"]}"),
        filled(b'{"a":["' + WIDE + b'",', b"[]," * 9_000, b"1]}", 28_000),
        filled(b'{"' + WIDE + b'":"', b"x", b'",' + NAMES + b"}"),
        b"{" + NAMES + b"," + NAMES + b"}",
    ],
    ids=lambda raw: f"{raw[:12]!r}...",
)
def test_r28_the_worst_documents_cost_under_4_mib(raw):
    """The worst of 256 KiB: small lists and objects, wide characters, many names, all at once."""
    assert len(raw) <= MAX_BYTES
    assert 0 < cost(raw) < MOST_BYTES


def test_r28_a_sample_of_documents_costs_under_4_mib():
    """What is drawn here, repeated until it is as large as a document may be."""
    rng = Random(28)
    for _ in range(60):
        members = written(rng, _members(rng)).encode("utf-8", "surrogatepass")

        assert cost(filled(b'{"a":[', members + b",", b"1]}")) < MOST_BYTES
        assert cost(document(rng)) < MOST_BYTES
