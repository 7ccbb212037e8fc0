"""What plays proofs goes on where it stopped, tells what broke, and writes down what it did."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from math import inf

import pytest

from tests import evidence, playing, prove
from tests.evidence import Line
from tests.playing import Played, play
from tests.promises.proof import batches
from tests.promises.series import declared, together

TOYS = {each.promises[0]: each for each in together(["tests.toys"])}
LINE = Line(("r91", "r92"), "cases", "", 0, 50, 95, 0, 3, "1234abc", "2026-01-31")


def test_the_page_says_what_was_played():
    """Nothing on it was written by hand; if proofs were added: python -m tests.prove page."""
    text = evidence.PAGE.read_text(encoding="utf-8")

    assert text == evidence.page(evidence.lines(text), declared())


def test_no_run_leaves_a_gap():
    """Each begins where one before it ended, or at 0."""
    lines = evidence.lines(evidence.PAGE.read_text(encoding="utf-8"))
    for past in list(accumulate(([line] for line in lines), initial=[])):
        for line in past[-1:]:
            for proof in (p for each in declared() for p in each.proofs):
                if line in evidence.mine(past, proof):
                    assert line.first <= evidence.reached(past[:-1], proof)


def test_each_proof_is_declared_once():
    """Its promise, place and unit name it: that is how its runs are found again."""
    proofs = [proof for each in declared() for proof in each.proofs]

    assert len({(p.promise, p.where, p.unit) for p in proofs}) == len(proofs) > 60
    assert all(0 < proof.commit <= proof.full and proof.batch > 0 for proof in proofs)


def test_what_is_judged_by_the_same_cases_is_played_once():
    """And the most dangerous promises are played first."""
    first = declared()[0]

    assert {"r01", "r06", "r39"} < set(first.promises)
    assert TOYS["r91"].promises == ("r91", "r92")
    assert str(TOYS["r91"]) == "r91 r92"
    assert str(TOYS["r93"]) == "r93, toyland"


def test_a_line_that_nobody_played_is_refused():
    """Whichever of its fields was changed."""
    cells = LINE.cells

    assert Line.of(cells) == LINE
    for place, cell in enumerate(cells):
        with pytest.raises(ValueError, match="nobody played"):
            Line.of([*cells[:place], {"": "x"}.get(cell, cell[:-1] + "7"), *cells[place + 1 :]])


def test_a_proof_stands_where_its_runs_ended():
    """So far, proven, violated until what broke holds again; a run anew takes nothing back."""
    mine = TOYS["r91"].proofs[0]
    runs = [
        LINE,
        replace(LINE, first=50, upto=95),
        replace(LINE, first=0, upto=30, violations=1),
        replace(LINE, first=30, upto=95),
    ]
    stands = [
        (evidence.state(past, mine), evidence.reached(past, mine), evidence.going_on(past, mine))
        for past in accumulate(([run] for run in runs), initial=[])
    ]

    assert stands == [
        ("not reached", 0, 0),
        ("so far", 50, 50),
        ("proven", 95, 95),
        ("violated", 95, 30),
        ("proven", 95, 95),
    ]


def played(name, **given):
    told = []
    usual = {"jobs": 2, "until": inf, "told": told.append}
    return play(TOYS[name], 0, TOYS[name].proofs[0].full, **{**usual, **given}), told


def test_all_cases_are_played():
    """In several processes, and told in order."""
    done, told = played("r91")

    assert done == Played(95)
    assert told == [10, 20, 30, 40, 50, 60, 70, 80, 90, 95]


def test_what_is_done_early_counts_when_nothing_before_it_is_missing():
    """A run that is stopped leaves no gap."""

    class Pipe:
        def send(self, batch):
            self.batch = batch

        def recv(self):
            return ""

    one, other, told = Pipe(), Pipe(), []
    all_ = playing._Round(batches(0, 30, 10), 0, told.append)
    for pipe in (one, other):
        all_._give(pipe)
    for pipe in (other, other, one):
        all_._take(pipe)

    assert told == [10, 20, 30]
    assert (one.batch, other.batch, all_.upto) == ((0, 10), (20, 10), 30)


def test_the_first_that_breaks_ends_it():
    """What came before it counts, and what broke is told."""
    done, _ = played("r93", jobs=1)

    assert done.upto == 20
    assert done.broke.startswith("among 20 to 29: ")
    assert "two was one" in done.broke


def test_a_process_that_dies_is_no_proof():
    """Nobody waits for it."""
    done, _ = played("r95", jobs=1)

    assert done == Played(0, "among 0 to 9: its process died")


def test_a_process_that_never_came_up_is_no_proof():
    """What it should have played is still in its pipe; or it cannot even be sent."""
    broken = replace(TOYS["r91"], file="tests.no_such_toys")
    done = play(broken, 0, 95, jobs=2, until=inf, told=print)

    assert done == Played(0, done.broke)
    assert "process died" in done.broke or "No module" in done.broke


def test_it_stops_when_its_time_is_over(monkeypatch):
    """What was under way is forgotten."""
    told = []
    monkeypatch.setattr(playing, "monotonic", lambda: 2.0 if told else 0.0)
    done, _ = played("r94", jobs=1, until=1.0, told=told.append)

    assert done == Played(10)


def test_it_stops_at_ctrl_c():
    """What was played counts."""

    def told(upto):
        if upto == 30:
            raise KeyboardInterrupt

    assert played("r91", jobs=1, told=told)[0] == Played(30, stopped=True)


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Give a page of its own for the toys, and what asks for them."""
    monkeypatch.setattr(prove, "declared", lambda: [TOYS["r91"], TOYS["r93"]])
    monkeypatch.setattr(prove, "commit_of", lambda place: "1234abc+")
    path = tmp_path / "evidence.md"

    def asked(*words):
        return prove.main([*words, "--jobs", "1", "--page", str(path)])

    return path, asked


def test_a_run_is_written_down_and_gone_on_with(page, capsys):
    """R92 asks for less than R91, whose cases are the same: only the rest is played then."""
    path, asked = page
    codes = [asked("r92"), asked("r92"), asked("r91")]
    runs = [(line.promises, line.first, line.upto, line.full) for line in prove.lines(path)]

    assert codes == [0, 0, 0]
    assert runs == [(("r91", "r92"), 0, 50, 50), (("r91", "r92"), 50, 95, 95)]
    assert "| r92 |  | cases | 50 | 95 | proven | 5 |" in path.read_text()
    assert "all 50 were played before" in capsys.readouterr().out


def test_what_broke_is_told_and_played_again(page, capsys):
    """The exit code says so, and the page."""
    path, asked = page
    codes = [asked("r93", "--where", "toyland"), asked("r93")]
    runs = [(line.first, line.upto, line.violations) for line in prove.lines(path)]

    assert codes == [1, 1]
    assert runs == [(0, 20, 1), (20, 20, 1)]
    assert "| r93 | toyland | cases | 60 | 20 | violated | 5 |" in path.read_text()
    assert "number 25: two was one" in capsys.readouterr().out


def test_all_of_them_are_played_in_turn(page, monkeypatch):
    """Until something breaks, or somebody stops it."""
    path, asked = page
    first = asked("all")
    ended = Played(25, stopped=True)
    monkeypatch.setattr(prove, "play", lambda series, *given, **named: ended)
    again = asked("all")
    runs = [(line.promises, line.first, line.upto) for line in prove.lines(path)]

    assert (first, again) == (1, 0)
    assert runs == [(("r91", "r92"), 0, 95), (("r93",), 0, 20), (("r93",), 20, 25)]


def test_nothing_is_written_where_nothing_was_played(page, monkeypatch, capsys):
    """An unknown promise, a wrong place, a run that was stopped at once."""
    path, asked = page
    monkeypatch.setattr(prove, "play", lambda series, first, full, **named: Played(first))
    codes = [asked("r77"), asked("r93", "--where", "sqlite"), asked("r93"), asked("list")]

    assert codes == [2, 2, 0, 0]
    assert not path.exists()
    assert "| r93 | toyland | cases | 60 | 0 | not reached | 5 |" in capsys.readouterr().out


def test_the_page_can_be_written_anew(page):
    """After proofs were added."""
    path, asked = page

    assert asked("page") == 0
    assert "| r91 |  | cases | 95 | 0 | not reached | 5 |" in path.read_text()


@pytest.mark.parametrize(
    ("script", "commit"),
    [
        ("echo 1234abc", "1234abc+"),
        ('[ "$1" = status ] || echo 1234abc', "1234abc"),
        ("exit 128", "unknown"),
    ],
)
def test_the_commit_is_asked_for(tmp_path, monkeypatch, script, commit):
    """With a mark where something was changed; the page itself does not count."""
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\n{script}\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    assert prove.commit_of(tmp_path) == commit
