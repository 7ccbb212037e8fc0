"""`paycore reconcile`: asks until nothing is due, ends cleanly, and says who is needed."""

from __future__ import annotations

import errno
import json
import os
import signal
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from paycore import LedgerError, Money, StoredToken, open_gateway
from paycore.cli import reconcile as module
from paycore.ledger.durable.ledger import DurableLedger
from paycore.reconcile import Reconciliation
from tests.paycore.cli.processes import started

TOKEN = ("--method", "token:any-card")
NONE = Reconciliation(0, 0, 0, 0, 0, 0)


@pytest.fixture
def lost(run, shop):
    """Charge two whose outcome is unknown."""
    for reference in ("o-1", "o-2"):
        run("charge", reference, "15.02", "CAD", *TOKEN)


class Scripted:
    """A gateway that says what its rounds did, and notes what it was asked."""

    _wiring = None

    def __init__(self, *rounds):
        self.rounds, self.asked = list(rounds), []

    def reconcile(self, limit=None, *, ahead=False):
        self.asked.append((limit, ahead))
        done = self.rounds.pop(0) if self.rounds else NONE
        if isinstance(done, BaseException):
            raise done
        return done

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        pass


@pytest.fixture
def script(monkeypatch):
    """Return what puts a scripted gateway in the place of the real one."""

    def scripted(*rounds):
        gateway = Scripted(*rounds)
        monkeypatch.setattr(module, "opened", lambda **_: gateway)
        monkeypatch.setattr(module, "one_round", lambda _, limit, failed: gateway.reconcile(limit))
        return gateway

    return scripted


def test_nothing_due_is_said(run, lost):
    """The plan asks later: exit code 0, and a hint."""
    done = run("reconcile")

    assert done.exit_code == 0
    assert done.stdout == "nothing is due; --ahead asks about all that is open\n"


def test_ahead_of_the_plan_all_that_is_open_is_asked_about(run, lost):
    """One JSON object; what the provider does not know stays open."""
    told = json.loads(run("reconcile", "--ahead", "--json").stdout)

    assert (told["asked"], told["settled"], told["still_open"]) == (2, 0, 2)
    assert json.loads(run("reconcile", "--ahead", "--limit", "1", "--json").stdout)["asked"] == 1


def test_steps_are_added_up_until_nothing_more_is_due(run, script):
    """Messages and events that are more than a step are finished, too."""
    full = Reconciliation(20, 15, 5, 3, 2, 0)
    gateway = script(full, Reconciliation(7, 7, 0, 1, 0, 0), Reconciliation(0, 0, 0, 9, 0, 0))
    done = run("reconcile")

    assert gateway.asked == [(20, False), (20, False), (None, False)]
    assert done.stdout == (
        "27 asked, 22 settled, 5 still open, 13 messages finished, 2 events told\n"
    )


def test_a_limit_is_kept_over_all_steps(run, script):
    """No more are asked about than was said."""
    gateway = script(Reconciliation(20, 0, 20, 0, 0, 0), Reconciliation(5, 0, 5, 0, 0, 0))
    run("reconcile", "--limit", "25")

    assert gateway.asked == [(20, False), (5, False)]


def test_who_is_needed_is_exit_code_5(run, script):
    """A note with what to type; the data is data all the same."""
    script(Reconciliation(1, 1, 0, 0, 0, 2), Reconciliation(0, 0, 0, 0, 0, 2))
    done = run("reconcile", "--json")

    assert done.exit_code == 5
    assert json.loads(done.stdout)["needs_review"] == 2
    assert json.loads(done.stderr)["error"]["type"] == "NeedsReview"
    assert "`paycore operations --review`" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_cut_off_is_told_as_far_as_it_went(run, script, number):
    """A signal in the middle of a round: exit code 0, and nothing is left behind."""
    before = signal.getsignal(signal.SIGTERM)
    gateway = script(Reconciliation(20, 15, 5, 0, 0, 0))
    first = gateway.reconcile

    def cut(limit=None, *, ahead=False):
        if gateway.asked:
            signal.raise_signal(number)
        return first(limit, ahead=ahead)

    gateway.reconcile = cut
    done = run("reconcile")

    assert (done.exit_code, done.stderr) == (0, "ended\n")
    assert done.stdout == "20 asked, 15 settled, 5 still open\n"
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_watch_goes_on_and_waits_between(run, script, monkeypatch):
    """Each round is told, on a line of its own; Ctrl-C while it waits ends it."""
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    event = SimpleNamespace(wait=wait)
    monkeypatch.setattr(module, "threading", SimpleNamespace(Event=lambda: event))
    script()
    done = run("reconcile", "--watch", "--every", "7", "--json")

    assert waits == [7.0, 7.0, 7.0]
    assert [json.loads(line)["asked"] for line in done.stdout.splitlines()] == [0, 0, 0]
    assert done.exit_code == 0


def test_a_watch_is_silent_while_there_is_nothing_to_do(run, script, monkeypatch):
    """A line for each round that did something, and none for the others."""
    pauses = iter([None, None])
    event = SimpleNamespace(wait=lambda _: next(pauses))
    monkeypatch.setattr(module, "threading", SimpleNamespace(Event=lambda: event))
    script(NONE, NONE, Reconciliation(0, 0, 0, 1, 0, 0), NONE, KeyboardInterrupt())
    done = run("reconcile", "--watch")

    assert done.stdout == "0 asked, 0 settled, 0 still open, 1 messages finished\n"
    assert done.exit_code == 0


@pytest.mark.parametrize("words", [(), ("--ahead",), ("--json",)])
def test_a_watch_outlives_a_round_that_fails(run, script, monkeypatch, words):
    """It is told, and the next round does what it would have done."""
    pauses = iter([None, None])
    event = SimpleNamespace(wait=lambda _: next(pauses, None))
    monkeypatch.setattr(module, "threading", SimpleNamespace(Event=lambda: event))
    failed = LedgerError("ledger: the database failed: OperationalError")
    once = Reconciliation(1, 1, 0, 0, 0, 0)
    then = () if "--ahead" in words else (NONE,)
    script(once, *then, failed, once, *then, KeyboardInterrupt())
    done = run("reconcile", "--watch", *words)

    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 2
    assert done.stdout.splitlines()[0] == done.stdout.splitlines()[1]
    first, last = done.stderr.splitlines()
    assert (failed.args[0] in first, last) == (True, "ended")
    assert ("--json" not in words) or json.loads(first)["error"]["type"] == "LedgerError"


def test_without_a_watch_a_round_that_fails_is_a_failure(run, script):
    """Exit code 1: whoever runs it by the clock hears of it."""
    script(LedgerError("ledger: the database failed: OperationalError"))

    assert run("reconcile").exit_code == 1


def test_a_watch_that_nobody_reads_ends(run, script, monkeypatch):
    """A closed pipe is no round that failed."""

    def left(*_, **__):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(module, "write_json", left)
    gateway = script()
    done = run("reconcile", "--watch", "--json")

    assert (done.exit_code, len(gateway.asked)) == (1, 2)


def test_a_watch_whose_news_cannot_be_written_goes_on(run, script, monkeypatch):
    """A full disk, a closed output: what is open is asked about all the same; a note says so."""
    errors = [OSError(number, os.strerror(number)) for number in (errno.ENOSPC, errno.EBADF)]
    errors.append(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    monkeypatch.setattr(module, "write_json", lambda *_, **__: raised(errors.pop(0)))
    gateway = script()
    done = run("reconcile", "--watch", "--json", "--every", "0.1")

    assert (done.exit_code, len(gateway.asked)) == (1, 6)
    assert [json.loads(line)["error"]["type"] for line in done.stderr.splitlines()[:2]] == [
        "Untold",
        "Untold",
    ]


def raised(error):
    """Raise it."""
    raise error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_real_watch_ends_with_exit_code_0(run, lost, tmp_path, number):
    """A process of its own, told to end while it waits."""
    with started("reconcile", "--watch", "--json", cwd=tmp_path) as process:
        first = json.loads(process.stdout.readline())
        process.send_signal(number)
        out, err = process.communicate(timeout=30)

    assert set(first) == {each.name for each in fields(Reconciliation)}
    assert (process.returncode, out, err) == (0, "", "ended\n")


@pytest.fixture
def due(shop):
    """Charge 25 whose outcome is unknown, half an hour ago; return their ids."""
    then = datetime.now(UTC) - timedelta(minutes=30)
    with open_gateway("paycore.toml", now=lambda: then) as gateway:
        for number in range(25):
            gateway.charge(f"o-{number}", Money(1502, "CAD"), StoredToken("any-card"))
        return [each.id for each in gateway.books.operations()]


@pytest.fixture
def claims(monkeypatch):
    """Return a list of whom a ledger was to note a question about, and whom it refuses."""
    tried, refused = [], set()
    real = DurableLedger.claim_check

    def claim_check(ledger, operation, *more):
        tried.append(operation)
        if operation in refused:
            raise LedgerError("ledger: the database failed: OperationalError (READONLY)")
        return real(ledger, operation, *more)

    monkeypatch.setattr(DurableLedger, "claim_check", claim_check)
    return tried, refused


@pytest.mark.parametrize("words", [(), ("--json",), ("--ahead",), ("--limit", "25")])
def test_a_ledger_that_cannot_be_written_ends_it(run, due, claims, words):
    """A full disk, a standby: each is tried once, nobody was asked, and exit code 1 says so."""
    tried, refused = claims
    refused.update(due)
    done = run("reconcile", *words)

    assert done.exit_code == 1
    assert sorted(tried) == sorted(due)
    assert "25 operations could not be asked about" in done.stderr
    assert "`paycore doctor`" in done.stderr
    if "--json" in words:
        told = json.loads(done.stdout)
        assert (told["asked"], told["still_open"], told["not_asked"]) == (0, 0, 25)
        assert json.loads(done.stderr)["error"]["type"] == "LedgerError"
    else:
        assert done.stdout == "0 asked, 0 settled, 0 still open, 25 not asked about\n"


@pytest.mark.parametrize("many", [1, 20])
def test_who_cannot_be_asked_about_stops_no_other(run, due, claims, many):
    """Whether it is one or a whole step of those that are due longest: the others are asked."""
    tried, refused = claims
    with open_gateway("paycore.toml") as gateway:
        refused.update(each.id for each in gateway._wiring.ledger.due(gateway._wiring.now(), many))
    done = run("reconcile", "--json")

    assert done.exit_code == 1
    assert sorted(tried) == sorted(due)
    told = json.loads(done.stdout)
    assert (told["asked"], told["not_asked"]) == (25 - many, many)
    assert f"{many} operation" in done.stderr


def test_a_limit_counts_those_who_cannot_be_asked_about(run, due, claims):
    """No more are tried than was said."""
    tried, refused = claims
    refused.update(due)

    assert run("reconcile", "--limit", "22").exit_code == 1
    assert len(set(tried)) == len(tried) == 22


def test_a_watch_outlives_a_ledger_that_cannot_be_written(run, due, claims, monkeypatch):
    """It is told, and once there is room again the next round asks."""
    tried, refused = claims
    refused.update(due)

    def wait(_):
        if not refused:
            raise KeyboardInterrupt
        refused.clear()

    event = SimpleNamespace(wait=wait)
    monkeypatch.setattr(module, "threading", SimpleNamespace(Event=lambda: event))
    done = run("reconcile", "--watch", "--json")

    assert done.exit_code == 0
    assert [json.loads(line)["asked"] for line in done.stdout.splitlines()] == [0, 25]
    assert len(tried) == 50


@pytest.mark.parametrize("words", [("--limit", "0"), ("--every", "0"), ("--every", "soon")])
def test_what_makes_no_sense_is_a_usage_error(run, shop, words):
    """Exit code 2."""
    assert run("reconcile", *words).exit_code == 2
