"""docs/engines.md: what it says to write loads, what it says to type is understood."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from click.testing import CliRunner

import paycore
from paycore.cli import main
from paycore.cli.worker import worker
from paycore.engines import crew
from paycore.settings import read
from paycore.verbs.deliver import LEASE_S
from tests.docs.pages import blocks, page

PAGE = page("engines.md")
ONE = '[accounts.cards]\nprovider = "fake"\n'


class Celery:
    """As much of Celery as the page uses."""

    def __init__(self, name, broker):
        self.conf, self.tasks = ModuleType("conf"), {}

    def task(self, name):
        return lambda function: self.tasks.setdefault(name, function)


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """Return what runs the block of code with that name, over the fake provider."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "paycore.toml").write_text(ONE)
    celery = ModuleType("celery")
    celery.Celery = Celery
    monkeypatch.setitem(sys.modules, "celery", celery)

    def run(name):
        (code,) = (block for block in blocks(PAGE, "python") if block.startswith(f"# {name}"))
        space = {"__name__": name}
        exec(compile(code, name, "exec", dont_inherit=True), space)
        return space

    return run


def test_the_settings_name_the_engine(tmp_path):
    """They load as they stand there."""
    (tmp_path / "paycore.toml").write_text(blocks(PAGE, "toml")[1])
    settings = read(tmp_path / "paycore.toml")

    assert settings.engine == "procrastinate"
    assert settings.ledger.reveal().startswith("postgresql:")


def test_cron_reconciles_the_ledger_of_the_shop(monkeypatch, tmp_path):
    """Its line runs where cron starts it, and asks about what was charged somewhere else."""
    program, *words = blocks(PAGE, "text")[0].split(maxsplit=6)[6].split()
    file = tmp_path / "paycore.toml"
    settings = blocks(PAGE, "toml")[0]
    kept = tmp_path / "paycore.db"
    file.write_text(settings.replace("/var/lib/shop/paycore.db", str(kept)))
    names = {"/etc/shop/paycore.toml": str(file)}
    assert settings.startswith(f"# {next(iter(names))}\n")
    assert program.startswith("/")
    assert "/var/lib/shop/paycore.db" in settings

    clock = [datetime.now(UTC) - timedelta(hours=1)]
    with paycore.open_gateway(file, now=lambda: clock[0]) as gateway:
        gateway.charge("order-1", paycore.Money(1502, "CAD"), paycore.StoredToken("any-card"))
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    done = CliRunner().invoke(main, [names.get(word, word) for word in words] + ["--json"])
    told = json.loads(done.stdout)

    assert told["asked"] == 1
    assert list((tmp_path / "home").iterdir()) == []


def test_the_callback_of_the_application_hears(ran, capsys):
    """The module that workers name has a gateway whose callback is registered."""
    gateway = ran("shop/payments.py")["gateway"]
    gateway.charge("order-1", paycore.Money(1500, "CAD"), paycore.StoredToken("any-card"))
    gateway.close()

    assert capsys.readouterr().out == "payment.paid order-1\n"


def test_the_task_of_celery_does_what_is_due(ran):
    """Its schedule names its task, and the task asks about what is open."""
    space = ran("shop/tasks.py")
    gateway, app = space["gateway"], space["app"]
    gateway.charge("order-1", paycore.Money(1502, "CAD"), paycore.StoredToken("any-card"))
    later = gateway.find("order-1").operations[0].next_check_at + timedelta(seconds=1)
    object.__setattr__(gateway._wiring, "now", lambda: later)
    (planned,) = app.conf.beat_schedule.values()
    app.tasks[planned["task"]]()

    assert gateway.find("order-1").paid
    gateway.close()


def test_every_command_is_understood():
    """With its options; those of other programs aside."""
    lines = [
        line.removeprefix("$ ") for block in blocks(PAGE, "console") for line in block.splitlines()
    ]
    ours = [shlex.split(line)[1:] for line in lines if line.startswith("paycore ")]
    for name, *words in ours:
        command = main.get_command(main.make_context("paycore", [name]), name)
        command.make_context(name, words)

    assert len(ours) == 4


def test_its_figures_are_those_of_the_code():
    """How soon the dead are followed, and how often a worker sweeps."""
    sweep = next(each for each in worker.params if each.name == "sweep")

    assert f"after {crew.DEAD_AFTER_S:g} s of silence" in PAGE
    assert f"told again after {LEASE_S:g} s" in PAGE
    assert f"every {sweep.default:g} s unless `--sweep`" in PAGE
    assert f"within {crew.LOOKS_EVERY_S:g} s of its time" in PAGE
