"""Secrets and card numbers are never shown, by no path (promises R42, R43, R44)."""

from __future__ import annotations

import json
import re
import string
import traceback
import urllib.parse
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paycore import secret as secrets
from paycore.secret import MASK, Secret, beginning, has_card, mask_card, scrub
from paycore.testing.strategies import card_numbers, passes_luhn

CANARY = "canary-4d1f0c-key"


def secret():
    return Secret(CANARY)


@pytest.mark.parametrize(
    "show",
    [repr, str, format, ascii, "{:>40}".format],
    ids=["repr", "str", "format", "ascii", "padded"],
)
def test_the_mask_is_all_that_is_shown(show):
    """Neither length nor beginning shows through."""
    assert show(secret()) == MASK


def test_only_reveal_gives_the_text():
    """What was put in comes out, by the one door."""
    assert secret().reveal() == CANARY
    assert len(secret()) == len(CANARY)
    assert secret()
    assert not Secret("")


@pytest.mark.parametrize("wrong", [b"canary-key", None, 1234, ["canary-key"]], ids=repr)
def test_only_a_text_can_be_a_secret(wrong):
    """Bytes by mistake are refused here, where the traceback does not show them."""
    with pytest.raises(TypeError) as caught:
        Secret(wrong)

    innermost = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    assert "text" not in (innermost[-1].locals or {})


def test_a_secret_equals_only_a_secret():
    """The same text in another secret is equal; the text itself never is."""
    assert secret() == secret()
    assert secret() != Secret("other")
    assert secret() != CANARY
    assert secret() not in [CANARY, None, 1]


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_two_texts_can_be_compared(one, other):
    """Halves of characters and other scripts included: equal secrets are equal texts."""
    assert (Secret(one) == Secret(other)) == (one == other)
    assert Secret(one) == Secret(one)


def test_halves_of_characters_are_told_apart():
    """What cannot be encoded is compared all the same."""
    assert Secret("\ud800") != Secret("\ud801")
    assert Secret("\ud800") != Secret("?")


@pytest.mark.parametrize("name", ["text", "_Secret__other", "reveal"])
def test_a_secret_is_given_nothing(name):
    """It has no attribute that could be set beside it or over it."""
    with pytest.raises(AttributeError):
        setattr(secret(), name, "")


# Masking a card number (R44)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("4111111111111111", "411111******1111"),
        ("378282246310005", "37828******0005"),
        ("6222021234567890123", "622202*********0123"),
        ("4222222222222", "422******2222"),
        ("411111111111", "41******1111"),
        ("4111111111", "******1111"),
        ("41111111", "******11"),
        ("4111111", "******1"),
        ("411111", "******"),
        ("411", "***"),
        ("", ""),
    ],
)
def test_what_is_shown_of_each_length(number, masked):
    """As much as the rule allows, and of short numbers nothing."""
    assert mask_card(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("4111 1111 1111 1111", "411111******1111"),
        ("4111-1111-1111-1111", "411111******1111"),
        ("432567******2266", "432567******2266"),
        ("4325 67** **** 2266", "432567******2266"),
        ("432567XXXXXX2266", "432567******2266"),
        ("XXXX-XXXX-XXXX-2266", "************2266"),
        ("•••• •••• •••• 2266", "************2266"),
        ("Visa ending in 2266", "****"),
        ("card: 41111111", "******11"),
        ("４１１１１１１１１１１１１１１１", "****************"),
        ("41111111****1111", "411111******1111"),
    ],
)
def test_a_number_is_masked_however_it_is_written(number, masked):
    """Separators and words do not count; what came masked stays so; what showed more shows less."""
    assert mask_card(number) == masked


@given(st.text(st.sampled_from(string.digits + "*xX •-/ab４٤"), max_size=40))
def test_masking_what_is_masked_changes_nothing(number):
    """Once masked, always masked; whatever was masked with."""
    masked = mask_card(number)

    assert mask_card(masked) == masked
    assert set(masked) <= set(string.digits + "*")
    assert sum(shown.isdigit() for shown in masked) <= 10
    assert masked.count("*") >= min(6, len(masked))


# Scrubbing free text (R43)


def grouped(separator, *sizes):
    """Return a way to write a number in groups; without sizes, in groups of four."""

    def write(number):
        cuts = list(sizes) or [4] * 4
        parts, at = [], 0
        for size in cuts:
            parts.append(number[at : at + size])
            at += size
        return separator.join(part for part in [*parts, number[at:]] if part)

    return write


def in_digits_from(zero):
    """Return a way to write a number in another script, whose zero is `zero`."""
    return lambda number: "".join(chr(ord(zero) + int(digit)) for digit in number)


SPELLINGS = {
    "solid": str,
    "spaces": grouped(" "),
    "two spaces": grouped("  "),
    "tabs": grouped("\t"),
    "no-break spaces": grouped("\u00a0"),
    "narrow spaces": grouped("\u202f"),
    "dashes": grouped("-"),
    "spaced dashes": grouped(" - "),
    "en dashes": grouped("\u2013"),
    "minus signs": grouped("\u2212"),
    "dots": grouped("."),
    "middle dots": grouped("·"),
    "underscores": grouped("_"),
    "slashes": grouped("/"),
    "backslashes": grouped("\\"),
    "bars": grouped("|"),
    "commas": grouped(", "),
    "quoted list": grouped('", "'),
    "stars": grouped("*"),
    "brackets": lambda number: f"({number[:4]}) [{number[4:8]}] {number[8:]}",
    "newlines": grouped("\n"),
    "carriage returns": grouped("\r\n"),
    "zero width spaces": grouped("\u200b"),
    "zero width joiners everywhere": grouped("\u200d", *[1] * 18),
    "word joiners": grouped("\u2060"),
    "byte order marks": grouped("\ufeff"),
    "soft hyphens": grouped("\u00ad"),
    "direction marks": grouped("\u200e"),
    "every digit apart": grouped(" ", *[1] * 18),
    "groups of 4, 6 and 5": grouped(" ", 4, 6, 5),
    "groups of two": grouped(".", *[2] * 9),
    "uneven groups": grouped("-", 1, 7, 3),
    "fullwidth digits": in_digits_from("０"),
    "Arabic-Indic digits": in_digits_from("٠"),
    "Persian digits": in_digits_from("۰"),
    "Devanagari digits": in_digits_from("०"),
    "mathematical digits": in_digits_from("\U0001d7ce"),
    "JSON text": lambda number: json.dumps({"number": grouped(" ")(number)}),
    "JSON number": lambda number: json.dumps({"number": int(number)}),
    "JSON-escaped spaces": grouped("\\u0020"),
    "JSON-escaped wide spaces": lambda number: json.dumps(grouped("\u2003")(number)),
    "JSON-escaped newlines": lambda number: json.dumps(grouped("\n")(number)),
    "JSON twice": lambda number: json.dumps(json.dumps(grouped("\r\n")(number))),
    "JSON-escaped fullwidth digits": lambda number: json.dumps(in_digits_from("０")(number)),
    "JSON-escaped digits": lambda number: "".join(f"\\u{ord(digit):04x}" for digit in number),
    "JSON-escaped slashes": grouped("\\/"),
    "Python repr": lambda number: ascii(grouped("\u00a0")(number)),
    "URL-encoded spaces": lambda number: urllib.parse.quote(grouped(" ")(number)),
    "URL-encoded twice": lambda number: urllib.parse.quote(
        urllib.parse.quote(grouped(" ")(number))
    ),
    "URL-encoded dashes": grouped("%2D"),
    "URL-encoded no-break spaces": lambda number: urllib.parse.quote(grouped("\u00a0")(number)),
    "URL-encoded newlines": grouped("%0D%0A"),
    "URL-encoded digits": lambda number: "".join(f"%{ord(digit):02X}" for digit in number),
    "form-encoded": grouped("+"),
    "HTML spaces": grouped("&nbsp;"),
}
PLACES = {
    "alone": "{}",
    "in a sentence": "card {} was refused",
    "in quotes": '"{}"',
    "after a name": "cardNum={}&x=1",
    "after a colon": "card:{}:done",
    "in a word": "PC{}ab",
    "after an amount": "15.00 CAD for {}",
    "before an expiry": "{} exp. 12/30",
    "before a date": "{} 2026-01-01",
    "between numbers": "7 12 {} 03/28 123",
    "after an order number": "order 1001 {}",
    "in a list": "[1500, {}, 20260101, 1]",
}


def visible(text):
    """Return the digits of `text`, whatever hides between them."""
    undone = urllib.parse.unquote(urllib.parse.unquote(text))
    for escaped in range(10):
        undone = undone.replace(f"\\u{ord('0') + escaped:04x}", str(escaped))
        undone = undone.replace(f"\\u{ord('０') + escaped:04x}", str(escaped))
    return "".join(str(int(c)) for c in undone if c.isdecimal())


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_card_number_is_masked_in_every_spelling(spell, place):
    """Planted anywhere in a text, in any of these spellings, no number can be read any more."""
    for number in ("4111111111111111", "378282246310005", "6222021234567890128"):
        text = place.format(spell(number))
        shown = scrub(text)

        assert number not in visible(shown)
        assert len(visible(shown)) <= len(visible(text)) - 6
        assert has_card(text)


@given(card_numbers(), st.sampled_from(sorted(SPELLINGS)), st.sampled_from(sorted(PLACES)))
def test_any_card_number_is_masked_in_every_spelling(number, spelling, place):
    """Whatever the number and its length, from 13 to 19 digits."""
    text = PLACES[place].format(SPELLINGS[spelling](number))

    assert number not in visible(scrub(text))


@given(card_numbers(), st.sampled_from(sorted(SPELLINGS)), st.integers(0, 1_450), st.booleans())
def test_no_half_of_a_number_stays_where_a_text_is_cut(number, spelling, place, long):
    """Wherever it stands in a long text, in the cut as well."""
    text = "x" * place + SPELLINGS[spelling](number) + "x" * (5_000 if long else 0)
    shown = beginning(text)

    assert len(shown) <= 300
    assert len(visible(shown)) <= 10
    assert shown == (scrub(text)[: len(shown)] if long else scrub(text)[:300])


@given(st.text(), st.integers(0, 40))
def test_the_beginning_of_a_short_text_is_the_text(text, longest):
    """As far as it may be shown, scrubbed."""
    assert beginning(text, longest) == scrub(text)[:longest]


def test_only_the_beginning_is_read():
    """However long a stranger made it."""
    with mock.patch.object(secrets, "scrub", side_effect=scrub) as read:
        beginning("4 " * 1_000_000, 40)

    assert [len(call.args[0]) for call in read.call_args_list] == [1_140]


@given(st.integers(13, 19), st.randoms(use_true_random=False))
def test_every_number_that_passes_luhn_is_masked(size, dice):
    """Whatever it begins with: the promise knows no issuers."""
    body = "".join(dice.choices(string.digits, k=size - 1))
    number = next(body + check for check in string.digits if passes_luhn(body + check))

    assert scrub(f"id {number}.") == f"id {mask_card(number)}."


@pytest.mark.parametrize("size", [12, 20])
def test_shorter_and_longer_numbers_are_left_alone(size):
    """12 or 20 digits in one run are no card number."""
    body = "4" * (size - 1)
    number = next(body + check for check in string.digits if passes_luhn(body + check))

    assert scrub(number) == number
    assert not has_card(number)


def test_a_number_inside_a_longer_run_of_digits_is_none():
    """What stands unseparated between other digits is an id: most long ids would be masked else."""
    assert scrub("PC20260101000000000000000001") == "PC20260101000000000000000001"
    assert scrub("9994111111111111111999") == "9994111111111111111999"


def test_a_number_that_fails_luhn_is_left_alone():
    """One digit off is another number, and probably an id."""
    assert scrub("4111111111111112") == "4111111111111112"
    assert not has_card("4111111111111112")


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01 00:00:00",
        "2026-01-01T00:00:00.123456Z",
        "order-1001",
        "192.168.100.200",
        "15.00 CAD",
        "+1 416 555 0100",
        "550e8400-e29b-41d4-a716-446655440000",
        '{"amount": 1500, "currency": "CAD"}',
        "",
    ],
)
def test_what_is_no_card_number_stays_readable(text):
    """Times, amounts, addresses and short references are evidence."""
    assert scrub(text) == text


def test_no_time_of_a_day_is_taken_for_a_number():
    """A colon is what keeps date and time apart."""
    for second in range(0, 86_400, 7):
        text = f"2026-01-01 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"

        assert scrub(text) == text


def test_only_the_number_is_masked():
    """What stands around it stays, digit for digit."""
    assert (
        scrub("7 refused 4111 1111 1111 1111, 4 left")
        == f"7 refused {mask_card('4111111111111111')}, 4 left"
    )


def completed(write):
    """Return what `write` makes of the digit with which it passes Luhn's check."""
    return next(write(digit) for digit in string.digits if passes_luhn(write(digit)))


def test_overlapping_numbers_are_masked_as_one():
    """Where two readings share digits, no half of either stays visible."""
    first = completed(lambda digit: f"41234{digit}11111111")[:6]
    last = completed(lambda digit: f"11111111765432{digit}")[8:]

    assert scrub(f"a {first} 11111111 {last} b") == f"a {mask_card(first + '1' * 8 + last)} b"


def test_nineteen_digits_apart_are_masked_as_one():
    """The longest number in the most groups; no part of this one passes by itself."""
    number = "4401058207896381603"

    assert scrub(" ".join(number)) == mask_card(number)


def test_neighbouring_numbers_are_masked_each():
    """Two cards in a row are two."""
    one, other = "4111111111111111", "5555555555554444"

    assert scrub(f"{one} {other}") == f"{mask_card(one)} {mask_card(other)}"


@given(st.text(max_size=60))
@example("\\u004")
@example("%2")
@example("\\ud83d\\ude00" * 3)
@example("%25252525")
def test_any_text_can_be_scrubbed(text):
    """Half an escape, half a character: whatever it is, what is no number stays as it is."""
    assert scrub(text) == text or mask_card(text).count("*") >= 6


@given(st.text(string.ascii_letters + string.punctuation + " é€", max_size=200))
def test_text_without_digits_is_untouched(text):
    """Nothing to hide, nothing hidden."""
    assert scrub(text) == text


@given(st.text(string.ascii_letters, min_size=1), st.text("-. /é\n"), st.text("-. /é\n"))
def test_known_secrets_are_masked(key, before, after):
    """A secret that we hold is masked in what a stranger tells us, wherever it stands."""
    assert scrub(f"{before}{key}{after}", Secret(key), Secret("")) == f"{before}{MASK}{after}"


def test_two_known_secrets_are_masked():
    """Each of them."""
    assert scrub("a=key-one&b=key-two", Secret("key-one"), Secret("key-two")) == (
        f"a={MASK}&b={MASK}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "1767225600000",
        "1767225600123",
        "20260101123000",
        "20260101000001",
        "0000000000000",
        "0000-0000-0000-0000",
        "1234567890123456",
    ],
)
def test_times_and_counters_are_not_taken_for_cards(text):
    """Metadata is refused for what begins as cards do, never for a time in milliseconds."""
    assert not has_card(text)


@pytest.mark.parametrize("start", ["202601011230000", "176722560000000", "000000000000000"])
def test_not_even_where_they_pass_luhns_check(start):
    """One in ten does; a shop that sends them must not fail once in ten times."""
    number = completed(lambda digit: start + digit)

    assert scrub(number) == mask_card(number)
    assert not has_card(number)


@pytest.mark.parametrize(
    "number",
    [
        "4222222222222", "4012888888881881", "5555555555554444", "2223003122003222",
        "378282246310005", "371449635398431", "30569309025904", "36227206271667",
        "3530111333300000", "6011111111111117", "6200000000000005", "6759649826438453",
        "6331101999990016", "8171999927660000", "4000000000000000006",
    ],
)  # fmt: skip
def test_the_cards_of_every_scheme_are_known(number):
    """Public test numbers of all the schemes, from 13 to 19 digits."""
    assert has_card(number)
    assert scrub(number) == mask_card(number)


def scrubbed_slowly(text):
    """Scrub as the rule reads: every group to every other, with nothing skipped."""
    escape = (
        r"\\u([0-9a-fA-F]{4})|(?:%(?:25)*|\\x)(?:([0-7][0-9a-fA-F])|[89a-fA-F][0-9a-fA-F])"
        r"|\\[nrt]|&nbsp;"
    )
    flat = re.sub(
        escape,
        lambda m: (chr(int(m[1] or m[2], 16)) if m[1] or m[2] else " ").ljust(len(m[0]), "\0"),
        text,
    )
    spans: list[tuple[int, int]] = []
    for run in re.finditer(r"\d\0*+(?:(?:[^\w:]|_){0,8}+\d\0*+){12,}+", flat):
        places = [place.span() for place in re.finditer(r"\d\0*", run[0])]
        for first, (begun, _) in enumerate(places):
            for last in range(first + 12, min(first + 19, len(places))):
                opens = first == 0 or places[first - 1][1] != begun
                closes = last + 1 == len(places) or places[last][1] != places[last + 1][0]
                digits = [str(int(run[0][at])) for at, _ in places[first : last + 1]]
                if opens and closes and passes_luhn("".join(digits)):
                    spans.append((run.start() + begun, run.start() + places[last][1]))
    hidden = sorted({at for start, end in spans for at in range(start, end)})
    gaps = [at for at in hidden if at - 1 not in hidden]
    shown, at = "", 0
    for start in gaps:
        end = next(at for at in range(start, len(flat) + 1) if at not in hidden)
        number = "".join(str(int(c)) for c in flat[start:end] if c.isdecimal())
        shown, at = shown + text[at:start] + mask_card(number), end
    return shown + text[at:]


pieces = st.one_of(
    st.tuples(st.sampled_from(sorted(SPELLINGS)), card_numbers()).map(
        lambda drawn: SPELLINGS[drawn[0]](drawn[1])
    ),
    st.text("0123456789", min_size=1, max_size=40),
    st.text("０１٢۳४5", min_size=1, max_size=40),
    st.text("0123456789 -_.:/%\\x&\n", max_size=20),
    st.sampled_from(["", " ", "a", "%32", "\\u0035", "\\n", "&nbsp;", ":", "4111", "1" * 20]),
    st.text(max_size=5),
)


@given(st.lists(pieces, max_size=4).map("".join))
@example("4222222222222")
@example("422222222222")
@example("4" * 20)
@example("1" * 20 + " 4111111111111111")
@example("%34" * 13)
def test_what_is_skipped_could_not_match(text):
    """Short texts, texts without digits and long numbers are passed over, and nothing else is."""
    assert scrub(text) == scrubbed_slowly(text)


def test_a_text_of_another_kind_comes_back_as_a_plain_one():
    """Short or long: what is shown has no ways of its own."""

    class Own(str):
        __slots__ = ()

    assert type(scrub(Own("short"))) is str
    assert type(scrub(Own("long enough for a number"))) is str


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 131_072,
        "1" * 262_144,
        "4111-" * 52_428,
        "\\u0034" * 43_690,
        "1%" * 131_072,
        "%25" * 87_381,
        "1" + "_" * 262_143,
        "\\" * 262_144,
        "１" * 100_000,
    ],
    ids=lambda text: repr(text[:8]),
)
@pytest.mark.timeout(100)
def test_a_hostile_text_is_scrubbed_in_linear_time(text):
    """256 KiB of what a pattern could trip over take no longer than their length."""
    assert len(scrub(text)) <= len(text)
