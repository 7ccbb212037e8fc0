"""urllib3's logs of our calls hold no query and no body; other people's are untouched."""

from __future__ import annotations

import logging

import pytest

from paycore.wire.attempt import Attempt
from paycore.wire.quiet import LOGGERS, keep_quiet

LINE = '%s://%s:%s "%s %s %s" %s %s'
ARGS = ("https", "api.example", 443, "GET", "/find?key=canary", "HTTP/1.1", 200, None)


@pytest.fixture(autouse=True)
def quiet(caplog):
    """The filter, installed twice, and every line of urllib3 listened to."""
    keep_quiet()
    keep_quiet()
    caplog.set_level(logging.DEBUG, "urllib3")


@pytest.mark.parametrize("name", LOGGERS)
def test_a_query_is_left_out_of_our_calls(caplog, name):
    """While an attempt is being made, a path is logged without its query."""
    with Attempt(60, 5):
        logging.getLogger(name).debug(LINE, *ARGS)

    assert caplog.messages == ['https://api.example:443 "GET /find HTTP/1.1" 200 None']


@pytest.mark.parametrize("name", LOGGERS)
def test_other_peoples_lines_are_untouched(caplog, name):
    """Outside an attempt urllib3 logs what it always did."""
    logging.getLogger(name).debug(LINE, *ARGS)

    assert "canary" in caplog.text


def test_an_error_is_named_and_not_quoted(caplog):
    """What urllib3 could not parse came from the provider: only its type is told."""
    with Attempt(60, 5):
        try:
            raise ValueError("canary")
        except ValueError as error:
            logging.getLogger(LOGGERS[1]).warning("Failed: %s", error, exc_info=True)

    assert caplog.messages == ["Failed: ValueError"]
    assert "canary" not in caplog.text


def test_a_line_without_arguments_passes(caplog):
    """A line that has nothing to hide is logged as it is."""
    with Attempt(60, 5):
        logging.getLogger(LOGGERS[0]).debug("Connected")
        logging.getLogger(LOGGERS[0]).debug("%(size)d", {"size": 1})

    assert caplog.messages == ["Connected", "1"]


def test_the_filter_is_installed_once():
    """However many transports there are, each line is filtered once, and no level is changed."""
    for name in LOGGERS:
        log = logging.getLogger(name)

        assert len(log.filters) == 1
        assert log.handlers == []
