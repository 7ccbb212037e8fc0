"""Every point of every scene, in turn, and what it came to."""

from __future__ import annotations

import io
import json
import runpy
import sys

import pytest

from paycore.testing.crash.__main__ import main
from paycore.testing.crash.matrix import Matrix, is_due
from paycore.testing.crash.stage import Part, Run


class Theatre:
    """Plays nothing: each scene has two points, and one of them is broken."""

    def __init__(self, broken=""):
        self.broken = broken
        self.played = []
        self.points = ("a", "b")

    def play(self, part, name, crash_at=""):
        self.played.append((part.scene, part.account, part.ledger, crash_at))
        problems = ["r01: twice"] if crash_at and crash_at == self.broken else []
        return Run(name, part, crash_at, problems, () if crash_at else self.points)


def test_each_point_is_killed_once_a_round():
    """On an empty ledger for each scene, on each account in turns."""
    theatre, told = Theatre(), []
    ledgers = iter("wxyz")
    tally = Matrix(theatre, lambda: next(ledgers), ("charge", "void"), told.append).play(1, 2)

    assert theatre.played[:4] == [
        ("charge", "strong", "w", ""),
        ("charge", "strong", "w", "a"),
        ("charge", "strong", "w", "b"),
        ("void", "strong", "x", ""),
    ]
    assert theatre.played[6:8] == [("charge", "weak", "y", ""), ("charge", "weak", "y", "a")]
    assert len(told) == len(theatre.played) == 12
    assert len({run.name for run in told}) == 12
    assert (tally.kills, tally.broken) == (8, [])


def test_a_thinned_round_spares_two_of_three_points_within_a_transaction():
    """Three rounds leave none out, and no round leaves out what is before or after a commit."""
    inner = [f"charge.{n}.reserve.change" for n in range(30)] + ["a.change:2"]
    outer = ["charge.send.before", "charge.reserve.after", "a.uncommitted:2", "a.changed"]

    for point in inner:
        assert sum(is_due(point, number) for number in (4, 5, 6)) == 1
    assert all(is_due(point, number) for point in outer for number in range(3))


def test_only_a_thinned_matrix_spares_any():
    """Whoever asks for every point gets every point."""
    for thinned, kills in ((False, 6), (True, 2)):
        theatre = Theatre()
        theatre.points = ("a.change", "b.change")
        matrix = Matrix(theatre, str, ("charge",), thinned=thinned)
        assert matrix.play(0, 3).kills == kills


def test_what_broke_is_in_the_figure():
    """With its scene and its point."""
    figure = Matrix(Theatre("b"), str, ("charge",)).play(0, 3).figure()

    assert (figure["violations"], figure["kills"], figure["points"]) == (3, 6, 2)
    assert figure["broken"] == ["charge: b"] * 3


def test_a_run_tells_what_broke_and_where():
    """In words that can be looked for."""
    run = Run("c1x", Part("charge", "weak", "url"), "charge.send.before", ["r01: twice"])

    assert str(run) == "charge on weak at charge.send.before:\n  r01: twice"


def test_the_command_tells_one_line_of_json(capsys):
    """And its progress beside it."""
    out = io.StringIO()
    ended = main(["--scenario", "outbox", "--times", "1", "--first", "1"], out)
    figure = json.loads(out.getvalue())

    assert ended == 0, out.getvalue()
    assert figure["violations"] == 0
    assert figure["kills"] == figure["points"] > 10
    assert capsys.readouterr().err == f"outbox on strong: {figure['points']} points\n"


def test_the_command_takes_any_ledger(tmp_path, capsys):
    """One that breaks its promises exits with 1, and tells the first story."""
    out = io.StringIO()
    opener = "tests.paycore.testing.crash.broken:tells_too_soon"
    given = ["--scenario", "outbox", "--times", "1", "--opener", opener]
    ended = main([*given, "--database", str(tmp_path / "mine")], out)
    *story, figure = out.getvalue().splitlines()

    assert ended == 1
    assert "never heard" in "".join(story)
    assert json.loads(figure)["violations"] > 0
    assert "never heard" in capsys.readouterr().err


def test_it_is_a_command(monkeypatch, capsys):
    """`python -m paycore.testing.crash`."""
    monkeypatch.setattr(sys, "argv", ["crash", "--help"])
    monkeypatch.delitem(sys.modules, "paycore.testing.crash.__main__")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("paycore.testing.crash", run_name="__main__")

    assert ended.value.code == 0
    assert "--scenario" in capsys.readouterr().out
