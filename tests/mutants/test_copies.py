"""Planting: only the copy is changed and imported, what survives is told, what hangs is caught."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tests.mutants import __main__ as mutants
from tests.mutants import copies
from tests.mutants.copies import Copy, Unfit, copied, sound
from tests.mutants.mutation import Edit, Moved, mutation

CODE = "def half(whole):\n    return whole // 2\n"
TESTS = """\
import paycore


def test_half():
    assert paycore.half(4) == 2


def test_nothing():
    assert paycore
"""
WRONG = Edit("paycore/__init__.py", "// 2", "// 3")
HANGS = Edit("paycore/__init__.py", "    return", "    while whole: pass\n    return")
NO_CODE = Edit("paycore/__init__.py", "// 2", "// (")
GONE = Edit("paycore/__init__.py", "// 4", "// 3")
AT_IMPORT = Edit("paycore/__init__.py", "def half", "raise OSError\ndef half")


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Give a copy of a project that is a toy."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name, text in {"paycore": CODE, "plugins/iotpay/paycore_iotpay": ""}.items():
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text(text, encoding="utf-8")
    (tmp_path / "test_toy.py").write_text(TESTS, encoding="utf-8")
    return Copy(tmp_path)


def tried(toy, *said, limit_s=60):
    return mutants.tried(toy, mutation("it", "r01", *said), limit_s)


def test_what_is_imported_is_the_copy(toy):
    """Whatever is installed; elsewhere nothing would be proven."""
    assert toy.check() == str(toy.root / "paycore" / "__init__.py")
    (toy.root / "paycore" / "__init__.py").rename(toy.root / "paycore.txt")
    (toy.root / "paycore").rename(toy.root / "other")
    with pytest.raises(Unfit, match="not what is imported"):
        toy.check()


def test_a_fault_is_caught_or_survives(toy):
    """And the copy is as it was, however often and soon; no compiled file is taken for another."""
    for _ in range(2):
        caught = tried(toy, WRONG, "test_toy.py")
        survived = tried(toy, WRONG, "test_toy.py::test_nothing")

        assert (caught.verdict, caught.by) == ("caught", "test_toy.py::test_half")
        assert (survived.verdict, survived.is_good) == ("SURVIVED", False)
        assert sound(toy, ["test_toy.py"], 60).code == 0
    assert (toy.root / "paycore" / "__init__.py").read_text(encoding="utf-8") == CODE


def test_what_hangs_is_caught(toy):
    """With all that it had started."""
    hung = tried(toy, HANGS, "test_toy.py", limit_s=3)

    assert (hung.verdict, hung.is_good) == ("hung", True)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((GONE, "test_toy.py"), "0 times instead of once: '// 4'"),
        ((NO_CODE, "test_toy.py"), "'(' was never closed"),
        ((AT_IMPORT, "test_toy.py"), "OSError"),
        ((WRONG, "test_toy.py::test_gone"), "not found"),
        ((WRONG, "gone.py"), "not found"),
    ],
)
def test_what_cannot_be_tried_is_broken(toy, said, why):
    """It proves nothing: neither a fault that is no code, nor a test that is not there."""
    broken = tried(toy, *said)

    assert (broken.verdict, broken.is_good) == ("broken", False)
    assert why in broken.by


def test_tests_that_fail_anyway_prove_nothing(toy):
    """So they are run without a fault first."""
    with toy.planted(mutation("it", "r01", WRONG)), pytest.raises(Unfit, match="test_half"):
        sound(toy, ["test_toy.py"], 60)
    with pytest.raises(Unfit, match="not found"):
        sound(toy, ["test_toy.py::test_gone"], 60)


def test_several_edits_of_one_file_are_one_fault(toy):
    """They follow each other; one that does not fit plants nothing."""
    both = mutation("it", "r01", WRONG, Edit(WRONG.file, "// 3", "// 5"), "test_toy.py")
    with pytest.raises(Moved), toy.planted(mutation("it", "r01", WRONG, WRONG)):
        pass

    assert both.made(toy.root) == {WRONG.file: CODE.replace("2", "5")}
    assert (toy.root / WRONG.file).read_text(encoding="utf-8") == CODE


@pytest.fixture
def line(monkeypatch, tmp_path, toy):
    """Give the command line, over the toy and with these faults."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "big").write_text("not copied", encoding="utf-8")
    monkeypatch.setattr(copies, "LEFT_OUT", copies.shutil.ignore_patterns(".*"))
    monkeypatch.setattr(mutants, "copied", lambda: copied(tmp_path))

    def run(*faults, told=()):
        monkeypatch.setattr(mutants, "MUTATIONS", faults)
        return mutants.main(list(told))

    return SimpleNamespace(run=run)


CAUGHT = mutation("wrong-half", "r01", WRONG, "test_toy.py::test_half")
MISSED = mutation("unseen", "r02", WRONG, "test_toy.py::test_nothing")


def test_the_command_line_tells_who_survived(line, capsys):
    """As lines of JSON if that is asked for; it ends with 1."""
    code = line.run(CAUGHT, MISSED, told=["--json", "--jobs", "2"])
    told = [json.loads(each) for each in capsys.readouterr().out.splitlines()]

    assert code == 1
    assert [(each["name"], each["verdict"]) for each in told] == [
        ("wrong-half", "caught"),
        ("unseen", "SURVIVED"),
    ]
    assert line.run(CAUGHT, MISSED, told=["--only", "wrong", "--jobs", "1"]) == 0
    assert "1 of 1 faults were noticed" in capsys.readouterr().out


def test_the_command_line_lists_what_it_has(line, capsys):
    """Without playing anything; a name that nothing has is told."""
    assert line.run(CAUGHT, MISSED, told=["--list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "r01  wrong-half: test_toy.py::test_half",
        "r02  unseen: test_toy.py::test_nothing",
    ]
    assert line.run(CAUGHT, told=["--only", "gone"]) == 2


def test_nothing_is_proven_by_tests_that_fail_anyway(line, capsys):
    """It ends with 2 before anything is planted."""
    failing = mutation("it", "r01", WRONG, "test_toy.py::test_gone")

    assert line.run(failing) == 2
    assert "without a fault, too" in capsys.readouterr().out
