"""Nothing that comes between a provider's answer and its reader makes "nothing moved" of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from paycore import Gateway, LedgerError, Money, StoredToken, open_gateway
from paycore.cli import moving
from paycore.cli.moving import query_first
from tests.paycore.cli.processes import SETTINGS, Silent, started, typed

BACK = "https://shop.example/thanks"
PAGE = ("charge", "o-1", "15.00", "CAD", "--return-url", BACK)
TOKEN = ("--method", "token:any-card")
CHARGE = ("charge", "o-1", "15.00", "CAD", *TOKEN)
VERBS = {
    "charge": ("charge", "new", "15.00", "CAD", *TOKEN),
    "capture": ("capture", "held", "--key", "c-1"),
    "refund": ("refund", "paid", "5.00", "CAD", "--key", "r-1"),
    "void": ("void", "paid", "--key", "v-1"),
    "tokenize": ("tokenize", "card-7", "--return-url", BACK),
}


@pytest.fixture
def some(shop):
    """Charge one that is paid and one that is only held."""
    with open_gateway("paycore.toml") as gateway:
        gateway.charge("paid", Money(1500, "CAD"), StoredToken("any-card"))
        gateway.charge("held", Money(1500, "CAD"), StoredToken("any-card"), capture=False)
    return shop


def full():
    """Return a file that takes nothing: the disk is full."""
    return open("/dev/full", "w")


def left():
    """Return a pipe whose reader left."""
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w")


@pytest.mark.parametrize("output", [full, left])
@pytest.mark.parametrize("words", [*VERBS.values(), (*CHARGE, "--json")], ids=[*VERBS, "json"])
def test_an_outcome_that_cannot_be_written_is_exit_code_3(some, words, output):
    """A full disk, or `| true`: the money moved, and stderr says what to type."""
    with output() as out:
        more = {"capture_output": False, "stdout": out, "stderr": subprocess.PIPE}
        done = typed(*words, cwd=some, **more)

    assert done.returncode == 3, done.stderr
    what = f"{words[1]}: the provider was asked, and what came of it cannot be told: "
    assert what + {full: "No space left on device", left: "Broken pipe"}[output] in done.stderr
    assert f"`paycore query {words[1]}`" in done.stderr
    assert done.stderr.count("\n") == 1
    assert ("--json" in words) is done.stderr.startswith('{"error": {"type": "OutcomeUnknown"')
    with open_gateway("paycore.toml") as gateway:
        told = gateway.books.history(words[1])
        assert any(each.what == "evidence" for each in told.moments)


@pytest.mark.parametrize(("amount", "code"), [("15.00", 0), ("15.01", 4), ("15.02", 3)])
def test_what_cannot_be_said_besides_changes_no_exit_code(shop, amount, code):
    """Talk on a full disk: the data was written, and the exit code says the rest."""
    with full() as nowhere:
        more = {"capture_output": False, "stdout": subprocess.PIPE, "stderr": nowhere}
        done = typed("charge", "o-1", amount, "CAD", *TOKEN, "--json", cwd=shop, **more)

    assert done.returncode == code
    assert json.loads(done.stdout)["reference"] == "o-1"


def test_both_on_a_full_disk_is_exit_code_3(shop):
    """Nobody can be told anything, but for the number."""
    with full() as nowhere:
        more = {"capture_output": False, "stdout": nowhere, "stderr": nowhere}

        assert typed(*CHARGE, cwd=shop, **more).returncode == 3


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (KeyboardInterrupt(), "interrupted, the outcome is unknown"),
        (OSError(5, "Input/output error"), "Input/output error"),
        (LedgerError("ledger: it cannot be closed"), "LedgerError"),
        (RuntimeError("a bug"), "RuntimeError"),
        (SystemExit(1), "SystemExit"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("where", ["close", "judge", "write"])
def test_whatever_comes_after_the_provider_was_asked_is_unknown(
    run, shop, monkeypatch, error, word, where
):
    """While the gateway closes, while the outcome is written: exit code 3 in any case."""

    def fail(*_, **__):
        raise error

    if where == "close":
        monkeypatch.setattr(Gateway, "__exit__", fail)
    else:
        name = {"judge": "_judged", "write": "write_json"}[where]
        monkeypatch.setattr(moving, name, fail)
    done = run(*CHARGE, "--json")

    assert done.exit_code == 3
    assert word in json.loads(done.stderr)["error"]["message"]
    assert "`paycore query o-1`" in done.stderr


@pytest.mark.parametrize("error", [RuntimeError("a bug"), OSError(28, "full"), SystemExit(1)])
def test_a_bug_while_the_provider_is_asked_is_unknown(run, shop, monkeypatch, error):
    """No traceback, and no exit code 1."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(Gateway, "charge", fail)

    assert run(*CHARGE).exit_code == 3


def test_what_is_refused_first_is_exit_code_1(run, shop, monkeypatch):
    """Nothing was asked: settings that are wrong, an amount that is too much."""
    run(*CHARGE)
    refused = run("refund", "o-1", "99.00", "CAD", "--key", "r-1")
    (shop / "paycore.toml").write_text('ledger = "mysql://h/db"\n[accounts.a]\nprovider = "fake"\n')

    assert refused.exit_code == 1
    assert run(*CHARGE).exit_code == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_charge_that_is_interrupted_is_unknown_and_never_lost(tmp_path, number):
    """Cut off while the provider has the whole request: exit code 3, UNKNOWN; never sent again."""
    with Silent() as server:
        settings = SETTINGS.format(folder=tmp_path, base_url=server.base_url)
        (tmp_path / "paycore.toml").write_text(settings)
        with started(*PAGE, cwd=tmp_path) as process:
            assert server.asked.wait(30)
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
        again = typed(*PAGE, cwd=tmp_path)
        requests = server.requests
    found = typed("find", "o-1", "--json", cwd=tmp_path)
    (attempt,) = json.loads(found.stdout)["operations"]

    assert (process.returncode, out) == (3, "")
    assert err.startswith("error: o-1: interrupted, the outcome is unknown; money may have moved")
    assert "`paycore query o-1` or `paycore reconcile`" in err
    assert err.count("\n") == 1
    assert (found.returncode, attempt["state"]) == (3, "unknown")
    assert (again.returncode, requests) == (3, 1)


@pytest.mark.parametrize("fails", [False, True])
def test_what_listened_before_to_sigterm_listens_again(run, shop, monkeypatch, fails):
    """Whether it went well or not."""
    before, seen = signal.getsignal(signal.SIGTERM), []

    def charge(gateway, *_, **__):
        seen.append(signal.getsignal(signal.SIGTERM))
        raise KeyboardInterrupt if fails else LedgerError("o-1: no")

    monkeypatch.setattr(Gateway, "charge", charge)

    assert run(*CHARGE).exit_code == (3 if fails else 1)
    assert seen == [signal.default_int_handler]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_reference_with_blanks_is_quoted_for_the_shell():
    """What is told can be typed as it stands."""
    assert "`paycore query 'order 1'`" in query_first("order 1")
