"""One strict parser for all that a provider says: what it takes, and what it refuses (R28)."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paycore.errors import OutcomeUnknown, WebhookRejected
from paycore.wire.strict import MAX_BYTES, MAX_DEPTH, MAX_VALUES, parse_json
from tests.promises.noise import filled

CANARY = "canary-4d1f0c"


def refusal(raw, otherwise=OutcomeUnknown):
    """Return the message of the refusal, after checking what it may not hold."""
    with pytest.raises(otherwise) as caught:
        parse_json(raw, otherwise)

    assert caught.value.field == "body"
    assert caught.value.__context__ is None
    return str(caught.value)


def typed(value):
    """Return `value` with the type of everything in it: 1, 1.0 and True are not the same."""
    if isinstance(value, dict):
        return {name: typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return (type(value).__name__, repr(value))


def nested(depth, inner="1"):
    """Return a document `depth` deep, the object at the top included."""
    lists = depth - 1
    return f'{{"a":{"[" * lists}{inner}{"]" * lists}}}'.encode()


def outcome(raw):
    """Return `read`, or the message of the refusal."""
    try:
        parse_json(raw)
    except OutcomeUnknown as refused:
        return str(refused)
    return "read"


# What is accepted

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES)


@given(OBJECTS, st.booleans(), st.sampled_from([None, 0, 2]))
def test_every_plain_object_is_read_as_it_was_written(value, ascii_only, indent):
    """Whatever JSON can say, escaped or not, with blanks or without."""
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()

    assert typed(parse_json(raw)) == typed(value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"{}", {}),
        (b" \t\r\n{ } \n", {}),
        (b'{"a":-0}', {"a": 0}),
        (b'{"a":-9223372036854775808}', {"a": -(2**63)}),
        (b'{"a":9223372036854775807}', {"a": 2**63 - 1}),
        (b'{"a":"\\u00e9\\n\\/"}', {"a": "é\n/"}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('{"a":"\U0001f600"}'.encode(), {"a": "\U0001f600"}),
        (b'{"a":[],"b":{},"c":null,"d":true}', {"a": [], "b": {}, "c": None, "d": True}),
        (b'{"a":"[[[[{{{{,,,,"}', {"a": "[[[[{{{{,,,,"}),
        (b'{"":1}', {"": 1}),
    ],
)
def test_plain_json_is_accepted(raw, value):
    """Blanks, escapes, pairs of surrogates, empty names and the whole range of integers."""
    assert parse_json(raw) == value


@pytest.mark.parametrize("text", ["1.5", "1500.0", "-0.0", "1e3", "1E+3", "1e-999", "0.1"])
def test_fractions_stay_fractions(text):
    """1500.0 is no integer, for whoever asks for minor units to refuse."""
    value = parse_json(f'{{"a":{text}}}'.encode())["a"]

    assert typed(value) == typed(json.loads(text))
    assert isinstance(value, float)


# What is refused


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "not JSON"),
        (b" ", "not JSON"),
        (b"{", "not JSON"),
        (b'{"a":1', "not JSON"),
        (b'{"a":1,}', "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b"{a:1}", "not JSON"),
        (b'{"a":01}', "not JSON"),
        (b'{"a":+1}', "not JSON"),
        (b'{"a":.5}', "not JSON"),
        (b'{"a":1.}', "not JSON"),
        (b'{"a":0x10}', "not JSON"),
        (b'{"a":1_0}', "not JSON"),
        ('{"a":１}'.encode(), "not JSON"),
        (b'{"a":"\n"}', "not JSON"),
        (b'{"a":"\x00"}', "not JSON"),
        (b'{"a":"\\x41"}', "not JSON"),
        (b'{"a":"\\u00g0"}', "not JSON"),
        (b'{"a":"\\u 123"}', "not JSON"),
        (b'{"a":True}', "not JSON"),
        (b"{}{}", "not JSON"),
        (b"{} x", "not JSON"),
        (b"{}\x00", "not JSON"),
        (b"{} // done", "not JSON"),
        (b")]}',\n{}", "not JSON"),
        (b"<html>login</html>", "not JSON"),
        (b"amount=1&amount=1500", "not JSON"),
        (b"null", "not an object"),
        (b"[]", "not an object"),
        (b"[{}]", "not an object"),
        (b'"text"', "not an object"),
        (b"1500", "not an object"),
        (b"true", "not an object"),
    ],
)
def test_anything_but_one_object_is_refused(raw, problem):
    """Other values, broken syntax, and data before or after."""
    assert refusal(raw) == f"body: {problem}"


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_words_that_are_no_json_numbers_are_refused(name):
    """Python's own parser takes them."""
    assert refusal(f'{{"a":{name}}}'.encode()) == f"body: {name} is not JSON"


@pytest.mark.parametrize(
    "number",
    ["1e999", "-1e999", "1E400", "-1E400", "1e309", "9" * 400 + ".0", "1e" + "9" * 1000],
    ids=lambda number: number[:8],
)
def test_a_number_too_large_to_be_one_is_refused(number):
    """It would be infinite, and infinity is not a number that anyone can have meant."""
    raw = f'{{"a":[{{"b":{number}}}]}}'.encode()

    assert refusal(raw) == "body: a number is too large to be one"
    assert math.isinf(json.loads(raw)["a"][0]["b"])


@pytest.mark.parametrize(
    "number",
    ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "1" + "0" * 19,
     "-1" + "0" * 19, "9" * 5000, "-" + "9" * 5000, "9" * 250_000],
    ids=lambda number: f"{number[:8]} {len(number)}",
)  # fmt: skip
def test_an_integer_outside_64_bits_is_refused(number):
    """One beyond either end, and numbers too long for Python to read; in linear time."""
    assert refusal(f'{{"a":{number}}}'.encode()) == "body: an integer is outside 64 bits"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"b":2,"a":3}',
        b'{"x":[{"a":1,"a":2}]}',
        b'{"a":1,"\\u0061":2}',
        b'{"":1,"":2}',
        b'{"status":9,"status":2}',
    ],
)
def test_a_repeated_name_is_refused(raw):
    """At any depth and in any spelling: which of the two was meant, nobody can know."""
    assert refusal(raw) == "body: a name is repeated"


@pytest.mark.parametrize(
    "text",
    [
        '{"a":"\\ud800"}',
        '{"a":"\\udc00"}',
        '{"a":"\\ude00\\ud83d"}',
        '{"a":"\\ud83dx\\ude00"}',
        '{"\\ud800":1}',
        '{"a":[{"b":["\\uDFFF"]}]}',
        '{"a":[{"\\uDFFF":1}]}',
    ],
)
def test_half_a_character_is_refused(text):
    """In values and names, at any depth: it parses, and then breaks whoever encodes it."""
    assert refusal(text.encode()) == "body: holds a lone surrogate"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b'\xef\xbb\xbf{"a":1}', "starts with a byte order mark"),
        ('{"a":1}'.encode("utf-16"), "not UTF-8"),
        ('{"a":1}'.encode("utf-16-le"), "not JSON"),
        ('{"a":1}'.encode("utf-16-be"), "not JSON"),
        ('{"a":1}'.encode("utf-32"), "not UTF-8"),
        ('{"a":"é"}'.encode("latin-1"), "not UTF-8"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a":"\xc0\x80"}', "not UTF-8"),
        (b'{"a":"\xf4\x90\x80\x80"}', "not UTF-8"),
        (b'{"a":"\xe2\x82"}', "not UTF-8"),
        (b' \xef\xbb\xbf{"a":1}', "not JSON"),
    ],
)
def test_only_utf8_without_a_mark_is_read(raw, problem):
    """Python's own parser guesses UTF-16 and UTF-32."""
    assert refusal(raw) == f"body: {problem}"


# Limits


def test_256_kib_are_read_and_not_a_byte_more():
    """Blanks count as well as text."""
    text = b'{"a":"' + b"x" * (MAX_BYTES - 8) + b'"}'

    assert len(text) == MAX_BYTES == 262_144
    assert parse_json(text) == {"a": "x" * (MAX_BYTES - 8)}
    assert refusal(text + b" ") == "body: over 256 KiB"
    assert refusal(b" " * 50_000_000) == "body: over 256 KiB"


def test_32_levels_are_read_and_not_one_more():
    """The object at the top is the first."""
    assert MAX_DEPTH == 32
    assert parse_json(nested(32)) == json.loads(nested(32))
    assert parse_json(nested(31, "[],[],{}")) == json.loads(nested(31, "[],[],{}"))
    assert refusal(nested(32, "[],[],{}")) == "body: nested over 32 deep"
    assert refusal(nested(33)) == "body: nested over 32 deep"
    assert refusal(b'{"a":' * 33 + b"1" + b"}" * 33) == "body: nested over 32 deep"


@pytest.mark.parametrize("width", [1, 40])
def test_brackets_in_a_text_are_no_levels(width):
    """Neither plain ones nor those behind escaped quotes and backslashes."""
    for odd in ("[" * 99, '\\"' + "[" * 99, "\\\\" + "{" * 99, "\\\\\\" + '"[' * 99, "]" * 99):
        raw = json.dumps({"a": [[odd]] * width, odd: odd}).encode()

        assert parse_json(raw) == json.loads(raw)


def test_many_brackets_side_by_side_are_no_levels():
    """Depth counts, not number."""
    raw = json.dumps({"a": [[[], {}]] * 1000}).encode()

    assert parse_json(raw) == json.loads(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"a":"' + b"[" * 40 + b'"' + b"[" * 100_000,
        b"]" * 1000 + b"[" * 100_000,
    ],
    ids=lambda raw: f"{raw[:12]!r}",
)
def test_deep_nesting_is_refused_before_it_hurts(raw):
    """100,000 levels: a named error, and no RecursionError on the way."""
    assert refusal(raw) in ("body: nested over 32 deep", "body: not JSON")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 33 + b'"' + b'\\"' * 125_000,
        b"[" * 33 + b'"' * 250_000,
        b"[" * 33 + b"\\" * 250_000,
        b'{"a":"' + b'\\"' * 125_000,
        filled(b'{"a":"', b"\\u0041", b'"}'),
        filled(b'{"a":', b"1", b".5}"),
        filled(b'{"a":1.', b"1", b"}"),
        filled(b'{"a":1e', b"1", b"}"),
        filled(b'{"a":-', b"1", b"}"),
        filled(b"", b" ", b""),
        filled(b"", b'"', b""),
    ],
    ids=lambda raw: f"{raw[:12]!r}...",
)
def test_what_a_pattern_could_trip_over_is_read_in_linear_time(raw):
    """256 KiB of quotes, backslashes, digits or blanks end in a value or in the named error."""
    assert outcome(raw) in {"read", "body: not JSON", "body: nested over 32 deep",
                            "body: an integer is outside 64 bits",
                            "body: a number is too large to be one"}  # fmt: skip


def test_10_000_values_are_read_and_no_flood():
    """What would cost much more memory than bytes is refused first."""
    ones = b",".join([b"1"] * (MAX_VALUES - 1))
    read = parse_json(b'{"a":[' + ones + b"]}")

    assert len(read["a"]) == MAX_VALUES - 1
    assert refusal(b'{"a":[1,1,' + ones + b"]}") == "body: over 10,000 values"
    assert parse_json(json.dumps({"a": "," * 100_000}).encode()) == {"a": "," * 100_000}


# Noise


@given(st.binary(max_size=200))
def test_noise_ends_in_a_value_or_the_named_error(raw):
    """Any bytes at all, and nothing but OutcomeUnknown out of them."""
    assert outcome(raw) == "read" or outcome(raw).startswith("body: ")


@given(st.text(max_size=40))
@example("\\")
@example('"')
def test_any_text_survives_as_a_value(text):
    """What can be encoded is read back; what cannot is refused."""
    raw = json.dumps({"a": text, text: 1}).encode()
    if any("\ud800" <= character <= "\udfff" for character in text):
        assert refusal(raw) == "body: holds a lone surrogate"
    else:
        assert parse_json(raw)["a"] == (1 if text == "a" else text)


# The error


def test_the_caller_names_the_error():
    """A webhook that is no JSON is rejected; an answer that is none leaves the outcome unknown."""
    assert refusal(b"[]", WebhookRejected) == "body: not an object"
    with pytest.raises(OutcomeUnknown):
        parse_json(b"[]")


@pytest.mark.parametrize(
    "raw", [b'{"a":"%s"', b'{"%s":1,"%s":1}', b'["%s"]', b'{"a":%s}', b"\xff%s"]
)
def test_a_refusal_never_quotes_the_body(raw):
    """It may hold a card number."""
    document = raw.replace(b"%s", CANARY.encode())

    assert CANARY not in refusal(document)
