"""Progress is for whoever watches a terminal, and for nobody else."""

from __future__ import annotations

import pytest

from paycore.cli.progress import progress


def test_on_a_terminal_it_shows_how_far_it_is(capsys, monkeypatch):
    """On stderr, so that data stays data."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress("reading") as tell:
        tell("7 [rows]")
    shown = capsys.readouterr()

    assert shown.out == ""
    assert "reading: 7 [rows]" in shown.err


@pytest.mark.parametrize("quiet", [True, False])
def test_in_a_pipe_or_beside_data_it_is_silent(capsys, monkeypatch, quiet):
    """A log file gets no dots."""
    if quiet:
        monkeypatch.setenv("FORCE_COLOR", "1")
    with progress("reading", quiet=quiet) as tell:
        tell("7 rows")

    assert capsys.readouterr() == ("", "")
