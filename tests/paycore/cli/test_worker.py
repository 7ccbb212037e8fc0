"""`paycore worker`: whose gateway it takes, what it hands to the engine, and how it ends."""

from __future__ import annotations

import json
import signal
from importlib import import_module

import pytest

import paycore
from paycore.engines.inline import Inline
from paycore.work import Work, WorkKind
from tests.paycore.cli.processes import started

APP = """
import paycore

heard = []
accounts = {"cards": {"provider": "fake"}}
gateway = paycore.open_gateway({"ledger": "sqlite:///app.db", "accounts": accounts})
gateway.on("payment.paid", heard.append)

def made():
    return gateway

class holder:
    gateway = gateway

nothing = 42
def other():
    return None
def broken():
    return 1 / 0
def leaves():
    raise SystemExit
"""


@pytest.fixture
def ran(monkeypatch):
    """Give a list of what the engine does then, and one of how it was run."""
    runs, then = [], []

    def run(self, do, sweep, **how):
        runs.append(how)
        for act in then:
            act(do, sweep)

    monkeypatch.setattr(Inline, "run", run)
    return then, runs


@pytest.fixture
def app(tmp_path, monkeypatch):
    """Write a module of an application into the folder we are in; return its name."""
    name = f"app_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(APP)
    return name


def test_it_runs_the_engine_over_the_settings(run, shop, ran):
    """With its options; without callbacks it says that nobody hears."""
    _, runs = ran
    done = run("worker", "--concurrency", "7", "--sweep", "0.5")

    assert done.exit_code == 0
    assert runs == [{"concurrency": 7, "sweep_s": 0.5}]
    assert done.stderr.splitlines() == [
        "note: nobody hears events here; --app names a gateway with callbacks",
        "Working (inline); Ctrl-C ends it.",
        "ended",
    ]


def test_it_does_what_the_engine_asks_for(run, shop, ran):
    """A piece of work, and a sweep that says whether there may be more."""
    then, _ = ran
    token = ("--method", "token:any-card")
    run("charge", "o-1", "15.02", "CAD", *token)
    swept = []
    then += [
        lambda do, sweep: do(Work(WorkKind.EVENTS, "o-1")),
        lambda do, sweep: swept.append(sweep()),
    ]

    assert run("worker").exit_code == 0
    assert swept == [False]


@pytest.mark.parametrize("name", ["gateway", "made", "holder.gateway"])
def test_it_takes_the_gateway_of_an_application(run, app, ran, name):
    """An object, what a function returns, or an attribute further down; its callbacks hear."""
    then, _ = ran

    def tells(do, sweep):
        module = import_module(app)
        token = paycore.StoredToken("any-card")
        module.gateway.charge("o-1", paycore.Money(1500, "CAD"), token)
        do(Work(WorkKind.EVENTS, "o-1"))
        assert len(module.heard) == 1

    then.append(tells)
    done = run("worker", "--app", f"{app}:{name}")

    assert done.exit_code == 0, done.stderr
    assert "nobody hears" not in done.stderr


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("no_such_module:gateway", "cannot be opened: ModuleNotFoundError"),
        ("APP:missing", "cannot be opened: AttributeError"),
        ("APP:broken", "cannot be opened: ZeroDivisionError: division by zero"),
        ("APP:leaves", "cannot be opened: SystemExit; "),
        ("json:dumps", "cannot be opened: TypeError: dumps() missing 1"),
        ("APP:nothing", "is no gateway, and returns none"),
        ("APP:other", "is no gateway, and returns none"),
        ("APP", "want MODULE:NAME"),
        (":gateway", "want MODULE:NAME"),
    ],
)
def test_what_is_no_gateway_is_refused(run, app, ran, name, problem):
    """With what it should be."""
    done = run("worker", "--app", name.replace("APP", app))

    assert done.exit_code == 1
    assert problem in done.stderr


@pytest.mark.parametrize("left", ["sys.exit()", "sys.exit(0)", "sys.exit('no DATABASE')"])
def test_a_module_that_leaves_while_it_is_imported_is_refused(run, shop, ran, left):
    """A service manager would take its exit code 0 for a worker that was told to end."""
    name = f"leaver_{abs(hash(str(shop) + left))}"
    (shop / f"{name}.py").write_text(f"import sys\n{left}\n")
    done = run("worker", "--app", f"{name}:gateway")

    assert done.exit_code == 1
    assert f"--app: {name}:gateway cannot be opened: SystemExit" in done.stderr
    assert "no DATABASE" not in left or "no DATABASE" in done.stderr


def test_a_memory_cannot_be_worked_on(run, tmp_path, ran):
    """It is another one in every process."""
    (tmp_path / "paycore.toml").write_text(
        'ledger = "memory://"\n[accounts.cards]\nprovider = "fake"\n'
    )
    done = run("worker")

    assert done.exit_code == 1
    assert "ledger: memory:// is known to one process only; name a database" in done.stderr


def test_an_engine_that_cannot_work_is_refused(run, shop):
    """Before anything is made: by the worker, and by the upgrade that would make its tables."""
    text = (shop / "paycore.toml").read_text()
    (shop / "paycore.toml").write_text(f'engine = "procrastinate"\n{text}')
    for command in (("worker",), ("db", "upgrade")):
        done = run(*command)

        assert done.exit_code == 1
        assert "engine: procrastinate works in PostgreSQL only" in done.stderr
    assert not (shop / "shop.db").exists()


def test_json_says_which_engine_it_is(run, shop, ran):
    """One object on stdout; talk goes elsewhere."""
    done = run("worker", "--json")

    assert json.loads(done.stdout) == {"engine": "inline"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(shop, number):
    """Cleanly: exit code 0."""
    with started("worker", "--sweep", "0.1", cwd=shop) as process:
        lines = [process.stderr.readline() for _ in range(2)]
        process.send_signal(number)

        assert process.wait(30) == 0
        assert lines[1] == "Working (inline); Ctrl-C ends it.\n"
        assert process.stderr.read() == "ended\n"
