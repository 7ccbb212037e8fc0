"""The gateway that a command talks to says what a person should know of it, and no more."""

from __future__ import annotations

import logging


def test_the_log_does_not_stand_between_the_lines(run, shop):
    """What a command tells is not told twice: our log has a handler that writes nothing."""
    run("find", "o-1")

    assert any(
        isinstance(each, logging.NullHandler) for each in logging.getLogger("paycore").handlers
    )
