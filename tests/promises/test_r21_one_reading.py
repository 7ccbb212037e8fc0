"""R21: what we accept was signed with one meaning: two messages never share a signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

import pytest

from paycore.errors import WebhookRejected
from paycore_iotpay.signing import sign, verified
from tests.promises.forging import meaning, posted
from tests.promises.mutations import changed
from tests.promises.played import each
from tests.promises.proof import Proof

KEY: Final = "paycoreTestKey0000000000000000A1"
NAMES: Final = (
    "a", "b", "c", "a1", "a2", "a10", "D", "key", "amount", "status", "mchId", "é", "b-1", "b.",
)  # fmt: skip
VALUES: Final = (
    "1", "0", "1500", "b", "a1", "CAD", "x y", "é", "e\u0301", "\U0001f600", "k", "\uff06b\uff1d1",
    1, 0, -5, 1500, 2**63 - 1,
)  # fmt: skip
MARKED: Final = ("b&c", "b=c", "&", "=", "a&b=1", "=1", "b&", "c\nd")
"""What a provider may sign and we do not accept; as names and as values."""
LIKE: Final[Mapping[str, Any]] = {
    "True": True, "False": False, "1.5": 1.5, "1500.0": 1500.0, "None": None, "[]": [], "{}": {},
    "['a']": ["a"], "1": 1, "-5": -5,
}  # fmt: skip
"""What texts look like once they are written out as a careless signer does."""
Said = Mapping[str, Any]


def _sorted(by: Callable[[tuple[str, str]], object]) -> Callable[[Said], str]:
    """Return how another party signs that sorts its members so."""

    def signed(said: Said) -> str:
        pairs = sorted(((name, str(value)) for name, value in said.items()), key=by)
        text = "".join(f"{name}={value}&" for name, value in pairs)
        md5 = hashlib.md5(f"{text}key={KEY}".encode(), usedforsecurity=False)
        return md5.hexdigest().upper()

    return signed


SIGNERS: Final[tuple[Callable[[Said], str], ...]] = (
    lambda said: sign(said, KEY),
    _sorted(lambda pair: pair),
    _sorted(lambda pair: (f"{pair[0]}={pair[1]}&".lower(), pair[0])),
)
"""The three orders in which members are known to be signed."""


def drawn(rng: Random) -> dict[str, Any]:
    """Return a few members, as a provider may send them; some of them not as we take them."""
    names = rng.sample(NAMES, rng.randint(1, 5))
    found: dict[str, Any] = {name: rng.choice(VALUES) for name in names}
    if rng.random() < 0.4:
        found[rng.choice(NAMES[:2])] = rng.choice(tuple(LIKE))
    if rng.random() < 0.4:
        found[rng.choice((*NAMES[:3], *MARKED))] = rng.choice(MARKED)
    return found


def retyped(rng: Random, said: Said) -> dict[str, Any]:
    """Return the members with every text as what it looks like."""
    return {name: LIKE.get(str(value), value) for name, value in said.items()}


def reread(rng: Random, said: Said) -> dict[str, Any]:
    """Return other members that join to the same text: its borders moved, its marks kept."""
    text = "&".join(f"{name}={value}" for name, value in sorted(said.items()))
    first, *pieces = text.split("&")
    parts = [first]
    for piece in pieces:
        if "=" in piece and "=" in parts[-1] and rng.random() < 0.6:
            parts.append(piece)
        else:
            parts[-1] += f"&{piece}"
    found = {}
    for part in parts:
        at = rng.choice([at for at, mark in enumerate(part) if mark == "="])
        found[part[:at]] = part[at + 1 :]
    return found


def paired(rng: Random) -> None:
    """Put the signature of one message under another; it may prove both where they say the same."""
    one = drawn(rng)
    ways = (reread(rng, one), changed(rng, one, 2), retyped(rng, one), drawn(rng))
    check(one, rng.choices(ways, (5, 3, 2, 1))[0], rng.choice(SIGNERS))


def check(one: Said, other: Said, signer: Callable[[Said], str]) -> None:
    """Raise if one signature proves two messages that we would accept and that differ."""
    bodies = [json.dumps({**said, "sign": signer(one)}).encode() for said in (other, one)]
    if all(map(_is_accepted, bodies)):
        told, signed = (meaning("iotpay", posted(body)) for body in bodies)
        assert told == signed, f"{one!r} and {other!r} share a signature"


def _is_accepted(body: bytes) -> bool:
    try:
        return bool(verified(body, KEY))
    except WebhookRejected:
        return False


PROOFS = (
    Proof(
        "r21",
        "pairs of messages",
        commit=100_000,
        full=1_000_000,
        run=each("r21", paired),
        batch=50_000,
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r21_no_two_messages_share_a_signature(proof):
    """However a forger moves the borders between members, names and types."""
    proof.check()


def test_r21_the_pairs_are_worth_trying():
    """Half of them join to one text and say two things; and what is plain is accepted."""
    rng = Random(21)
    same = accepted = 0
    for _ in range(500):
        one = drawn(rng)
        same += one != reread(rng, one)
        for signer in SIGNERS:
            accepted += _is_accepted(json.dumps({**one, "sign": signer(one)}).encode())

    assert same > 200
    assert 3 * 200 < accepted < 3 * 450


@pytest.mark.parametrize("signer", SIGNERS)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "1", "b": "2"}, {"a": "1&b=2"}),
        ({"a=b": "c"}, {"a": "b=c"}),
        ({"param2": "p", "status": 2}, {"param2": "p&status=2"}),
        ({"amount": 1500, "authNum": "A1"}, {"amount": "1500&authNum=A1", "authNum": ""}),
        ({"mchOrderNo": "o-2&mchOrderNo=o-1"}, {"mchOrderNo": "o-1"}),
        ({"a": "True"}, {"a": True}),
        ({"a": "1.0"}, {"a": 1.0}),
        ({"a": "None", "b": 1}, {"a": None, "b": 1}),
        ({"a": "['b']"}, {"a": ["b"]}),
        ({"a": "{}"}, {"a": {}}),
        ({"a": "1\n"}, {"a": "1"}),
        ({"a": "\u00e9"}, {"a": "e\u0301"}),
    ],
    ids=str,
)
def test_r21_objects_that_join_to_one_text(one, other, signer):
    """F15: of two that share a signature, one at least is refused."""
    check(one, other, signer)
