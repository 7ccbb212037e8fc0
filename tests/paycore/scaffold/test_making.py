"""Making a package: the same bytes every time, and nothing of whoever made it."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from getpass import getuser
from urllib.parse import urlsplit

import pytest
import yaml

from paycore.errors import SettingsError
from paycore.scaffold.making import CLONE, HERE, clone, made, place
from paycore.scaffold.names import Names, NotMade
from tests.docs.pages import ROOT
from tests.paycore.scaffold.packages import NAMES, contents, package, python, run

PLACEHOLDERS = ("{{", "}}", "{%", "jinja")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_name_makes_the_same_bytes(tmp_path, name):
    """Wherever it is made."""
    assert contents(package(tmp_path / "one", name)) == contents(package(tmp_path / "two", name))


def test_every_file_of_the_template_is_made(tmp_path):
    """Dotfiles too, and nothing is left to fill in."""
    done = made(Names("larch"), tmp_path, author="The authors", license="mit")
    template = HERE / "template"
    wanted = {
        path.relative_to(template).as_posix().removesuffix(".jinja").replace("{{ name }}", "larch")
        for path in template.rglob("*")
        if path.is_file()
    }

    assert set(done.files) == set(contents(done.folder)) == wanted
    assert {".gitignore", ".github/workflows/check.yml", "paycore_larch/py.typed"} <= wanted
    for name, content in contents(done.folder).items():
        assert not [mark for mark in PLACEHOLDERS if mark in name or mark.encode() in content], name


@pytest.mark.parametrize("name", [*NAMES, "true", "null", "e1"])
def test_the_package_is_offered_under_its_name(tmp_path, name):
    """One entry point, to the module of hooks that is there; a name is text, whatever it says."""
    folder = package(tmp_path, name)
    told = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert told["name"] == folder.name == f"paycore-{name.replace('_', '-')}"
    assert told["entry-points"] == {"paycore.providers": {name: f"paycore_{name}.hooks"}}
    assert (folder / f"paycore_{name}/hooks.py").is_file()


def test_terms_are_a_licence_or_none(tmp_path):
    """Who reserves all rights has no file that gives them away, and cannot upload by mistake."""
    free, own = package(tmp_path, "a"), package(tmp_path, "b", "none")
    told = [
        tomllib.loads((each / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for each in (free, own)
    ]

    assert "Copyright (c) The authors\n" in (free / "LICENSE").read_text(encoding="utf-8")
    assert told[0]["license"] == "MIT"
    assert not (own / "LICENSE").exists()
    assert "license" not in told[1]
    assert told[1]["classifiers"] == ["Private :: Do Not Upload"]


def test_nothing_of_whoever_makes_it_is_in_it(tmp_path, monkeypatch):
    """No path, no user, no environment: what is made can be published."""
    monkeypatch.setenv("PAYCORE_ACCOUNTS__CARDS__API_KEY", "hush-hush-hush-hush")
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {title: [\n", encoding="utf-8")  # broken, and not looked at
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    everything = b"\n".join(contents(package(tmp_path)).values())

    for own in (str(tmp_path), str(ROOT), str(HERE), "hush", f"/{getuser()}"):
        assert own.encode() not in everything


def test_what_runs_on_each_push_is_what_the_makefile_has(tmp_path):
    """One job, which types `make` in the end; every target that it names is there."""
    folder = package(tmp_path)
    workflow = yaml.safe_load((folder / ".github/workflows/check.yml").read_text(encoding="utf-8"))
    *_, typed = (step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step)
    makefile = (folder / "Makefile").read_text(encoding="utf-8")
    listed = run(folder, "make").stdout.split()

    assert typed == "make install check PYTHON=python"
    assert {"install", "check"} <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"help", "install", "check", "format"} <= set(listed)


def test_what_runs_on_each_push_takes_paycore_from_nobody_else(tmp_path):
    """It comes first, by an address; until the author puts one in, from a host that cannot be."""
    text = (package(tmp_path) / ".github/workflows/check.yml").read_text(encoding="utf-8")
    runs = [step["run"] for step in yaml.safe_load(text)["jobs"]["check"]["steps"] if "run" in step]
    (address,) = re.findall(r'^python -m pip install "paycore @ git\+(\S+)"$', runs[0])

    assert len(runs) == 2
    assert urlsplit(address).hostname.endswith(".example")  # reserved: nobody can have it
    assert text.index("# Yours: where your paycore comes from") < text.index(runs[0])


@pytest.mark.parametrize("flags", ["-ES", "-S"])
def test_without_paycore_nothing_is_installed(tmp_path, flags):
    """One line says what to type; one that is only found, by PYTHONPATH, is none that pip keeps."""
    python = f"{sys.executable} {flags}"
    done = run(package(tmp_path), "make", "install", f"PYTHON={python}")
    told, made_error = done.stderr.splitlines()

    assert done.returncode == 2
    assert done.stdout == "", "pip was asked"
    assert told.startswith("paycore is not installed, and on no package index yet; type, ")
    assert told.endswith(f": {python} -m pip install -e {CLONE}")
    assert made_error.startswith("make: ***")


def test_the_clone_is_known_where_there_is_one():
    """These tests run from it."""
    assert clone() == str(ROOT)


@pytest.mark.parametrize(
    "beside",
    [
        None,
        b'[project]\nname = "paycorex"',
        b"[project",
        b"\xff",
        b"project = 1",
        b"[tool.paycore]",
    ],
)
def test_anywhere_else_a_word_stands_for_it(tmp_path, monkeypatch, beside):
    """A folder of packages is no clone, whatever lies in it."""
    monkeypatch.setattr("paycore.scaffold.making.HERE", tmp_path / "paycore/scaffold")
    if beside is not None:
        (tmp_path / "pyproject.toml").write_bytes(beside)

    assert clone() == CLONE == "/path/to/paycore"


def test_samples_are_json(tmp_path):
    """One object to a file."""
    for path in (package(tmp_path) / "tests/samples").iterdir():
        assert isinstance(json.loads(path.read_text(encoding="utf-8")), dict)


def test_an_empty_folder_is_filled(tmp_path):
    """Somebody made a repository first."""
    (tmp_path / "paycore-larch").mkdir()

    assert (package(tmp_path) / "README.md").is_file()


@pytest.mark.parametrize("kind", ["full", "file", "dangling"])
def test_what_is_there_already_is_left_alone(tmp_path, kind):
    """One line says which folder, and not a byte is changed."""
    folder = tmp_path / "paycore-larch"
    if kind == "full":
        folder.mkdir()
        (folder / ".git").write_text("mine", encoding="utf-8")
    elif kind == "file":
        folder.write_text("mine", encoding="utf-8")
    else:
        folder.symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(NotMade, match="paycore-larch: is there already") as refused:
        package(tmp_path)
    assert refused.value.field == "into"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    """In the words of the system, and without a trace of Python."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    with pytest.raises(NotMade, match="Not a directory"):
        package(tmp_path / "file" / "deeper")


def test_a_name_that_no_folder_can_have_is_told(tmp_path):
    """Before anything is asked, and before anything is made."""
    for into in (tmp_path / ("a" * 300), tmp_path / ("a" * 300) / "deeper"):
        with pytest.raises(NotMade, match="File name too long") as refused:
            place(Names("larch"), into)
        assert refused.value.field == "into"


@pytest.mark.parametrize("looks", ["is_dir", "iterdir", "exists"])
def test_a_folder_that_nobody_may_look_into_is_told(tmp_path, monkeypatch, looks):
    """Wherever the system says no."""

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    folder = tmp_path / "paycore-larch"
    folder.touch() if looks == "exists" else folder.mkdir()
    monkeypatch.setattr(type(folder), looks, denied)

    with pytest.raises(NotMade, match="paycore-larch: Permission denied") as refused:
        place(Names("larch"), tmp_path)
    assert refused.value.field == "into"


def test_folders_above_it_are_made(tmp_path):
    """`--into plugins` need not be there."""
    assert place(Names("a"), tmp_path / "x/y") == tmp_path / "x/y/paycore-a"
    assert package(tmp_path / "x/y", "a").is_dir()


def test_without_copier_it_says_what_to_install(tmp_path, monkeypatch):
    """The extra is named, and nothing is made."""
    monkeypatch.setitem(sys.modules, "copier", None)

    with pytest.raises(SettingsError, match=r'type: pip install "paycore\[scaffold\]"'):
        package(tmp_path)
    assert os.listdir(tmp_path) == []


def test_copier_is_imported_only_where_it_is_used(tmp_path):
    """The command line, its help and this module do without it."""
    script = "import paycore.cli.new_provider, sys; sys.exit('copier' in sys.modules)"
    (tmp_path / "looks.py").write_text(script, encoding="utf-8")

    assert python(tmp_path, "looks").returncode == 0


def test_git_is_not_needed(tmp_path, monkeypatch):
    """A template in a package is no repository."""
    monkeypatch.setenv("PATH", "/nowhere")

    assert package(tmp_path).is_dir()
