"""`paycore export`: every operation once, for other programs; progress is no data."""

from __future__ import annotations

import csv
import io
import json
from contextlib import contextmanager

import pytest

from paycore.cli import export
from paycore.cli.export import COLUMNS

SINCE = ("--since", "2026-01-01")


@pytest.fixture
def some(run, shop):
    """Charge three times: paid, declined, unknown; refund a part."""
    for reference, amount in (("o-1", "15.00"), ("o-2", "15.01"), ("o,3", "15.02")):
        run("charge", reference, amount, "CAD", "--method", "token:any-card")
    run("refund", "o-1", "5.00", "CAD", "--key", "r-1")


def test_csv_has_a_head_and_a_row_for_each(run, some):
    """Whole minor units; a comma in a name is no other cell."""
    done = run("export", *SINCE, "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))

    assert done.exit_code == 0
    assert tuple(rows[0]) == COLUMNS
    assert [row["owner"] for row in rows] == ["o-1", "o-2", "o,3", "o-1"]
    assert [row["amount_minor"] for row in rows] == ["1500", "1501", "1502", "500"]
    assert [row["decline_code"] for row in rows] == ["", "card_declined", "", ""]
    assert rows[0]["instrument"] == "411111******1111"
    assert {row["late"] for row in rows} == {"false"}
    assert done.stderr == "4 operations written\n"


@pytest.mark.parametrize("words", [("--jsonl",), ("--json",)])
def test_json_has_a_line_for_each(run, some, words):
    """In the shapes of all of paycore."""
    lines = run("export", *SINCE, *words).stdout.splitlines()
    told = [json.loads(line) for line in lines]

    assert [each["state"] for each in told] == ["succeeded", "declined", "unknown", "succeeded"]
    assert told[0]["amount"] == {"amount_minor": 1500, "currency": "CAD"}


def test_progress_is_shown_beside_the_data(run, some, monkeypatch):
    """On stderr, now and then."""
    told = []

    @contextmanager
    def progress(what, *, quiet):
        yield told.append

    monkeypatch.setattr(export, "progress", progress)
    monkeypatch.setattr(export, "_EVERY", 3)
    done = run("export", *SINCE, "--jsonl")

    assert told == ["3 operations"]
    assert len(done.stdout.splitlines()) == 4


def test_what_is_older_is_left_out(run, some):
    """Nothing changed since tomorrow: the head stands alone."""
    done = run("export", "--since", "2999-01-01", "--csv")

    assert done.stdout == ",".join(COLUMNS) + "\n"
    assert done.stderr == "0 operations written\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--csv",), "--since"),
        ((*SINCE,), "--csv or --jsonl?"),
        (("--since", "soon", "--csv"), "such as 2026-01-31"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(run, shop, words, problem):
    """Exit code 2, and no data."""
    failed = run("export", *words)

    assert (failed.exit_code, failed.stdout) == (2, "")
    assert problem in failed.stderr


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_a_formula(run, shop, first):
    """What a spreadsheet would run is quoted, in CSV only; numbers stay numbers."""
    key = f"{first}HYPERLINK(1)"
    written = export._cell(key)
    if key.isprintable():
        run("charge", "o-1", "15.00", "CAD", "--method", "token:any-card", f"--key={key}")
        (row,) = csv.DictReader(io.StringIO(run("export", *SINCE, "--csv").stdout))
        (told,) = map(json.loads, run("export", *SINCE, "--jsonl").stdout.splitlines())
        assert (row["key"], told["key"]) == (written, key)

    assert written == f"'{key}"
    assert [export._cell(plain) for plain in ("o-1", "", -5, None)] == ["o-1", "", -5, ""]
