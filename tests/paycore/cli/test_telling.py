"""The demo on a terminal: it fits, it shows how far it is, and it leaves only its lines."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from paycore import Money
from paycore.cli.telling import Teller
from paycore.demo.books import Books, Line, Sums
from paycore.demo.play import Begun, Scene, Told
from paycore.payment import PaymentStatus
from paycore.simulators import Effect

SCENE = Scene("maple", ("CARD", "QR"), "http://127.0.0.1:4242", 3)
STEPS = [
    Told("maple", "a", "A hosted page opens", "ok", "15.00 CAD", duration_ms=12),
    Told("maple", "b", "It fails", "failed", "status", "paid", "unknown", 1502),
    Told("maple", "c", "It is left out", "skipped", "no wallet here"),
]
STRAY = Effect("void", "stray", "p-9", 700, "CAD", "2026-01-01T00:00:00Z")


def money(*minor, currency="CAD"):
    return Sums(*(Money(amount, currency) for amount in minor))


def line(name, ours, theirs):
    asked = (f"charge {ours.captured}, declined", f"charge {ours.captured}")
    return Line(f"maple-{name}", "maple", asked, PaymentStatus.PAID, ours, theirs, ours == theirs)


GOOD = line("one", money(1500, 500, 0), money(1500, 500, 0))
BAD = line("two", money(1500, 0, 0), money(3000, 0, 0))
NONE = line("three", money(0, 0, 0), money(0, 0, 0))


def told(width, books, *, terminal=True, quiet=False, steps=STEPS):
    """Tell everything to a console of this width; return what it wrote."""
    written = io.StringIO()
    console = Console(file=written, width=width, force_terminal=terminal, color_system=None)
    with Teller(console, quiet=quiet) as teller:
        for event in (SCENE, *(e for step in steps for e in (Begun("maple", step.claim), step))):
            teller.tell(event)
        teller.tell(books)
    teller.curtain(steps, [books], 1.26)
    return written.getvalue()


def lines(text):
    """Return what is left on the terminal once lines were erased, without control sequences."""
    left = [line.rpartition("\x1b[2K")[2] for line in text.split("\n")]
    return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", line) for line in left]


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal_or_the_eye(width):
    """And from 100 columns on, it stays as it is."""
    shown = lines(told(width, Books((GOOD, BAD, NONE), 4, (STRAY,))))

    assert max(map(len, shown)) <= min(width, 100)


def test_each_step_says_how_it_went():
    """Its sign, its claim, what was seen, and how long it took."""
    shown = "\n".join(lines(told(100, Books((GOOD,), 2))))

    assert re.search(r"✓  A hosted page opens +15\.00 CAD +12 ms", shown)
    assert re.search(r"✗  It fails +status +1\.5 s\n    expected paid, got unknown *\n", shown)
    assert re.search(r"–  It is left out +no wallet here *\n", shown)


def test_the_provider_stands_above_its_steps():
    """With its channels, and where it is."""
    assert "maple  CARD, QR at http://127.0.0.1:4242" in lines(told(100, Books((), 0)))


def test_both_books_stand_side_by_side():
    """What moved, less what went back; nothing where nothing moved; and what nobody asked for."""
    shown = "\n".join(lines(told(100, Books((GOOD, BAD, NONE), 4, (STRAY,)))))

    assert "side by side, in CAD" in shown
    assert re.search(r"one +charge 15\.00, declined +15\.00 - 5\.00 +15\.00 - 5\.00 +✓", shown)
    assert re.search(r"two +charge 15\.00, declined +15\.00 +30\.00 +✗", shown)
    assert re.search(r"three .* nothing +nothing +✓", shown)
    assert re.search(r"stray +nothing +nothing +void 700 minor CAD +✗", shown)


def test_several_currencies_stand_with_every_amount():
    """Only one that all share goes into the title."""
    yen = line("yen", money(1500, 0, 0, currency="JPY"), money(1500, 0, 0, currency="JPY"))
    shown = "\n".join(lines(told(100, Books((GOOD, yen), 2))))

    assert (
        "side by side\n" in shown.replace(" \n", "\n").replace("  ", " ") or "in CAD" not in shown
    )
    assert "15.00 - 5.00 CAD" in shown
    assert "1500 JPY" in shown


@pytest.mark.parametrize(
    ("steps", "books", "words"),
    [
        (STEPS[:1], Books((GOOD,), 2), ["✓ 1 steps as they should be", "in both books alike"]),
        (STEPS, Books((GOOD,), 2), ["✗ 1 steps as they should be, 1 not, 1 not for this channel"]),
        (STEPS[:1], Books((BAD,), 2), ["✗ 1 steps as they should be", "and they differ"]),
    ],
)
def test_the_last_lines_sum_it_up(steps, books, words):
    """Good only if every step and every book is."""
    shown = "\n".join(lines(told(100, books, steps=steps))[-5:])

    assert all(word in shown for word in words)
    assert "1.3 s; no process and no file is left behind" in shown


def test_a_terminal_sees_how_far_it_is():
    """A bar that is gone at the end."""
    assert "1/3" in told(100, Books((), 0))


def test_each_provider_starts_from_nothing():
    """The bar of the one before is gone."""
    written = io.StringIO()
    console = Console(file=written, width=100, force_terminal=True, color_system=None)
    with Teller(console) as teller:
        for event in (SCENE, *STEPS, replace(SCENE, steps=7), Begun("maple", "Again")):
            teller.tell(event)

    assert "0/7" in written.getvalue()


def test_a_terminal_in_ascii_sees_it_too():
    """Nothing that it could not show is written."""
    written = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=written, width=100, force_terminal=True)
    with Teller(console) as teller:
        for event in (SCENE, Begun("maple", "Again"), *STEPS):
            teller.tell(event)
    teller.curtain(STEPS, [Books((GOOD, BAD), 2)], 1)

    assert b"steps as they should be" in written.buffer.getvalue()


def test_a_pipe_sees_no_bar():
    """Only lines, without a control sequence."""
    shown = told(100, Books((GOOD,), 2), terminal=False)

    assert "A hosted page opens" in shown
    assert "\x1b" not in shown
    assert "1/3" not in shown


def test_quiet_tells_nothing_on_the_way():
    """With `--json` the steps are data, not talk."""
    shown = told(100, Books((GOOD,), 2), quiet=True)

    assert "A hosted page opens" not in shown
    assert "side by side" in shown


def test_of_a_hold_that_was_released_nothing_was_taken():
    """Neither less than nothing, nor nothing at all: it is said to be released."""
    freed = line("hold", money(0, 0, 900), money(0, 0, 900))

    assert told(100, Books((freed,), 1)).count("9.00 released") == 2
