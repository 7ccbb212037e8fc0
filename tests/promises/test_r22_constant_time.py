"""R22: signatures are compared as bytes in constant time, whatever type or charset they come in."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from paycore import WebhookMessage, fake
from paycore.errors import WebhookRejected
from paycore_iotpay.signing import sign, verified
from tests.hostile.world import KEY, N0
from tests.promises.mutations import ODD_TEXTS
from tests.promises.played import each
from tests.promises.proof import Proof

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = sorted(
    path for folder in ("paycore", "plugins") for path in (ROOT / folder).rglob("*.py")
)
WORDS: Final = frozenset(
    "sign signs signed signature signatures sig hmac mac hexdigest claimed".split()
)
"""What stands in the name of a thing that holds a signature."""
COMPARED: Final = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def findings(source: str) -> list[int]:
    """Return the lines of a source that compare a signature otherwise than in constant time."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Compare) and any(isinstance(op, COMPARED) for op in node.ops)
        if any(WORDS & set(name.lower().split("_")) for name in _names(node))
    ]


def _names(compared: ast.Compare) -> Iterator[str]:
    """Yield what names the values on both sides; for `in`, on the left only."""
    sides = [compared.left, *compared.comparators]
    if isinstance(compared.ops[0], (ast.In, ast.NotIn)):
        sides = sides[:1]
    for side in sides:
        yield from _named(side)


def _named(value: ast.expr) -> Iterator[str]:
    """Yield the names that a value goes by: itself, what it is taken from, what made it."""
    if isinstance(value, ast.Name):
        yield value.id
    elif isinstance(value, ast.Attribute):
        yield value.attr
        yield from _named(value.value)
    elif isinstance(value, ast.Subscript):
        yield from _spelt(value.slice)
        yield from _named(value.value)
    elif isinstance(value, ast.Call):
        yield from _named(value.func)
        if isinstance(value.func, ast.Attribute) and value.func.attr in ("get", "pop", "header"):
            yield from (name for argument in value.args[:1] for name in _spelt(argument))
    elif isinstance(value, ast.NamedExpr):
        yield from _named(value.target)
        yield from _named(value.value)


def _spelt(value: ast.expr) -> Iterator[str]:
    """Yield the words of a name that stands in quotes."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value.replace("-", "_").replace(" ", "_")


def test_r22_no_signature_is_compared_by_its_text():
    """No `==`, `!=` or `in` on a name that holds a signature, in paycore or its plugins."""
    found = {
        str(path.relative_to(ROOT)): findings(path.read_text(encoding="utf-8")) for path in SOURCES
    }

    assert len(found) > 100
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "if claimed == wanted: pass",
        "return_ = wanted != self.signature",
        "ok = fields['sign'] == wanted",
        "ok = fields.get('sign', '') == wanted",
        "ok = message.header('fake-signature') == wanted",
        "ok = wanted == sign(fields, key)",
        "ok = hmac.new(k, b, 'sha256').hexdigest() == wanted",
        "ok = claimed.upper() in (old, new)",
        "ok = (signature := made()) != wanted",
        "while not (a < b) and given_sig == b: pass",
    ],
)
def test_r22_the_lint_sees_what_it_must(line):
    """Each of these leaks, by its time, how much of a signature was right."""
    assert findings(line) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "ok = hmac.compare_digest(claimed, wanted)",
        "ok = name == 'sign'",
        "ok = 'sign' in fields",
        "ok = 'sign' not in signed",
        "ok = claimed is None or not isinstance(claimed, str)",
        "ok = assigned == design",
    ],
)
def test_r22_the_lint_leaves_the_rest_alone(line):
    """Names of members, and what is no comparison of signatures."""
    assert findings(line) == []


# Types and charsets

CHARSETS: Final = (
    "0123456789abcdefABCDEF", "gG zZ-_", "０１２ＡＢＣａｂｃ", "٠١٢٣", "\ud800\udcff\udfff",
    "\x00\n\r\t\x7f\x85", "\u200b\u202e\ufeff", "éßſKİı\ufb00", "\U0001f600\U0001d7d8",
)  # fmt: skip
GENUINE: Final = sign(N0, KEY)
SEALED: Final = fake.webhook("o-1", fake.Money(1500, "CAD"))


def odd_text(rng: Random) -> str:
    """Return a text of one or two charsets, mostly as long as a signature is."""
    alphabet = rng.choice(CHARSETS) + rng.choice(CHARSETS)
    return "".join(rng.choices(alphabet, k=rng.choice((0, 1, 31, 32, 32, 32, 33, 64, 200))))


def odd_value(rng: Random, depth: int = 0) -> Any:
    """Return a value of any type that JSON has."""
    kind = rng.randrange(8 if depth < 3 else 6)
    if kind < 2:
        return odd_text(rng)
    if kind < 6:
        numbers = (
            rng.getrandbits(70) - 2**69,
            rng.random() * 10.0 ** rng.randint(-9, 300),
            0,
            -0.0,
        )
        return rng.choice((None, True, False, rng.choice(ODD_TEXTS), *numbers))
    inner = [odd_value(rng, depth + 1) for _ in range(rng.randrange(3))]
    return inner if kind == 6 else {odd_text(rng): item for item in inner}


def odd_types(rng: Random) -> None:
    """Hand odd types to each check: all it may do is refuse by name."""
    fields = {**N0, "sign": odd_value(rng)}
    if rng.random() < 0.5:
        fields[rng.choice(tuple(N0))] = odd_value(rng)
    if rng.random() < 0.2:
        fields[odd_text(rng)] = odd_value(rng)
    ascii_only = rng.random() < 0.5
    body = json.dumps(fields, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    with pytest.raises(WebhookRejected):
        verified(body, KEY)
    with pytest.raises(WebhookRejected):
        fake.verify_webhook(None, sealed(odd_text(rng)))


def sealed(seal: str) -> WebhookMessage:
    """Return a message of the fake provider with this seal."""
    return WebhookMessage("POST", {"Fake-Signature": seal}, "", SEALED.body)


PROOFS = (
    Proof(
        "r22",
        "odd types",
        commit=20_000,
        full=100_000,
        run=each("r22", odd_types),
        batch=10_000,
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r22_every_type_and_charset_is_refused_by_name(proof):
    """In `sign`, in the other members and in headers; nothing else is raised, nothing believed."""
    proof.check()


def test_r22_either_case_is_the_same_signature():
    """Hex digits have no case; the check has nothing against genuine messages."""
    for claimed in (GENUINE, GENUINE.lower()):
        body = json.dumps({**N0, "sign": claimed}).encode()

        assert verified(body, KEY)["sign"] == claimed
    assert fake.verify_webhook(None, SEALED).report.reference == "o-1"
