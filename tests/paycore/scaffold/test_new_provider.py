"""`paycore new-provider`, as people type it."""

from __future__ import annotations

import json
import sys
from shlex import quote

import pytest
from click.testing import CliRunner

from paycore.cli import main
from paycore.scaffold.making import CLONE
from tests.docs.pages import ROOT
from tests.paycore.scaffold.packages import typed


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return what types a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def types(*words, **more):
        return CliRunner().invoke(main, ["new-provider", *words], catch_exceptions=False, **more)

    return types


def test_it_lists_what_it_made_and_says_what_to_do_next(run, tmp_path):
    """Files to stdout, talk to stderr."""
    done = run("larch", "--yes")

    assert done.exit_code == 0
    assert "paycore-larch/paycore_larch/hooks.py\n" in done.stdout
    assert all((tmp_path / line).is_file() for line in done.stdout.splitlines())
    assert done.stderr.startswith("next: cd paycore-larch && ")
    assert "README.md" in done.stderr


@pytest.mark.parametrize("where", [None, CLONE, "/a b/paycore"])
def test_what_to_do_next_is_what_the_readme_types(run, tmp_path, monkeypatch, where):
    """In one line, with the clone that this runs from; a word that stands for one is explained."""
    if where is not None:
        monkeypatch.setattr(sys.modules["paycore.cli.new_provider"], "clone", lambda: where)
    line, *more = run("larch", "--yes").stderr.splitlines()
    environment, ours, checks, _ = typed(tmp_path / "paycore-larch")
    ours = ours.replace(CLONE, quote(where or str(ROOT)))
    note = f"note: {CLONE} is your clone of paycore, which is on no package index yet"

    assert line == f"next: cd paycore-larch && {environment} && {ours} && {checks}"
    assert more[:-1] == ([note] if where == CLONE else [])
    assert more[-1].startswith("then: README.md says what to replace")


def test_as_json_it_is_one_object(run, tmp_path):
    """Nobody is asked, and nothing else is said."""
    done = run("maple_pay", "--into", "plugins", "--json")
    told = json.loads(done.stdout)

    assert list(told) == ["provider", "package", "folder", "files"]
    assert (told["provider"], told["package"]) == ("maple_pay", "paycore_maple_pay")
    assert told["folder"] == "plugins/paycore-maple-pay"
    assert all((tmp_path / told["folder"] / file).is_file() for file in told["files"])
    assert done.stderr == ""


def test_it_asks_who_writes_it_and_under_which_terms(run, tmp_path):
    """The answers are in the package; an empty one is the default."""
    asked = run("larch", input="Zoë Ltd\nnone\n")
    told = (tmp_path / "paycore-larch/pyproject.toml").read_text(encoding="utf-8")
    run("maple", input="\n\n")
    default = (tmp_path / "paycore-maple/LICENSE").read_text(encoding="utf-8")

    assert "Who writes it? [The authors of paycore-larch]" in asked.stderr
    assert 'name = "Zoë Ltd"' in told
    assert "Do Not Upload" in told
    assert "Copyright (c) The authors of paycore-maple\n" in default


def test_what_options_say_is_not_asked(run, tmp_path):
    """Nor is anything else with --yes."""
    done = run("larch", "--author", "Zoë", "--license", "none")

    assert done.exit_code == 0
    assert "?" not in done.stderr
    assert not (tmp_path / "paycore-larch/LICENSE").exists()


def test_where_nobody_answers_nothing_is_made(run, tmp_path):
    """A script that forgot --yes is told of it."""
    done = run("larch", input="")

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].endswith("nothing was made; --yes takes the defaults")
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_asked_in_vain(run, tmp_path):
    """What is refused anyhow is refused before a question."""
    (tmp_path / "paycore-larch").write_text("mine", encoding="utf-8")

    for name, told in (("larch", "is there already"), ("class", "keyword"), ("fake", "offers")):
        done = run(name, input="")
        assert told in done.stderr
        assert "?" not in done.stderr


@pytest.mark.parametrize(
    ("words", "field", "told"),
    [
        (["Maple"], "name", "a letter first, such as maple_pay"),
        (["../x"], "name", "a letter first, such as maple_pay"),
        (["class"], "name", "'class' is a keyword of Python"),
        (["fake"], "name", "offers a provider called 'fake' already; take another, or --force"),
        (["larch", "--author", 'a"b'], "author", "no quotes"),
        (["there"], "into", "paycore-there: is there already"),
        (["larch", "--into", "a" * 300], "into", "File name too long"),
    ],
)
def test_a_refusal_is_one_line(run, tmp_path, words, field, told):
    """For people, and as JSON with what is to blame; nothing is made."""
    (tmp_path / "paycore-there").mkdir()
    (tmp_path / "paycore-there/mine").touch()
    people, machine = run(*words, "--yes"), run(*words, "--json")
    error = json.loads(machine.stderr)["error"]

    assert people.exit_code == machine.exit_code == 1
    assert people.stderr.count("\n") == 1
    assert people.stderr.startswith("error: ")
    assert told in people.stderr
    assert (error["type"], error["field"]) == ("NotMade", field)
    assert people.stdout == machine.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["paycore-there"]


def test_a_taken_name_is_made_by_force(run, tmp_path):
    """Somebody writes it anew; a name that is none stays refused."""
    assert run("fake", "--force", "--yes").exit_code == 0
    assert (tmp_path / "paycore-fake").is_dir()
    assert run("class", "--force", "--yes").exit_code == 1


def test_without_the_extra_it_says_what_to_install(run, monkeypatch):
    """As every extra that is missing: one line, exit code 1, and nothing about settings."""
    monkeypatch.setitem(sys.modules, "copier", None)
    done = run("larch", "--yes")

    assert done.exit_code == 1
    assert done.stderr == 'error: copier is not installed; type: pip install "paycore[scaffold]"\n'
