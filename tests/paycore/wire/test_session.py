"""The session takes nothing from its surroundings, and nothing from the provider but the answer."""

from __future__ import annotations

import logging
import os

import pytest
import requests

from paycore.errors import OutcomeUnknown
from paycore.wire.attempt import Attempt
from paycore.wire.quiet import LOGGERS
from paycore.wire.session import Session
from paycore.wire.talk import Call
from tests.fault_server import always, answer
from tests.faults import standing


@pytest.fixture
def site():
    said = answer(b"{}", "200 OK", "Set-Cookie: a=canary")
    with standing(always(said)) as opened:
        yield opened


@pytest.fixture
def session(site):
    with Session(site.connection, site.connection.origin, None) as opened:
        yield opened


def exchange(session, site):
    with Attempt(10, 5):
        request = session.prepared(Call(f"{site.base_url}/charge"))
        return session.exchange(request, "charge")


def test_it_belongs_to_the_process_that_made_it(session):
    """A session knows whose it is, and believes no environment."""
    assert session.made_in == os.getpid()
    assert not session.trust_env


def test_it_exchanges_one_request_for_one_answer(session, site):
    """A request goes out, and its answer comes back read to the end."""
    assert exchange(session, site).body == b"{}"
    assert site.requests == 1


def test_it_remembers_nothing_of_an_answer(session, site):
    """What a provider sets as a cookie is not sent back."""
    exchange(session, site)
    exchange(session, site)

    assert b"cookie" not in session.prepared(Call(f"{site.base_url}/x")).headers
    assert (site.requests, site.connections) == (2, 1)


@pytest.mark.parametrize("asked", [False, True], ids=["not asked", "asked"])
def test_a_redirect_is_followed_under_no_setting(monkeypatch, asked):
    """We ask requests not to follow; were that ever ignored, it would still find no target."""
    wishes, real = [], requests.Session.send

    def send(self, request, **named):
        wishes.append(named.pop("allow_redirects"))
        return real(self, request, allow_redirects=asked, **named)

    monkeypatch.setattr(requests.Session, "send", send)
    said = answer(b"", "307 Temporary Redirect", "Location: /elsewhere")
    with (
        standing(always(said)) as site,
        Session(site.connection, site.connection.origin, None) as session,
    ):
        with pytest.raises(OutcomeUnknown):
            exchange(session, site)

        assert wishes == [False]
        assert site.requests == 1


def test_it_keeps_urllib3_quiet(monkeypatch, site):
    """With the first session the logs of urllib3 lose what must not be in them."""
    logs = [logging.getLogger(name) for name in LOGGERS]
    for log in logs:
        monkeypatch.setattr(log, "filters", [])
    Session(site.connection, site.connection.origin, None).close()

    assert all(len(log.filters) == 1 for log in logs)


def test_a_redirect_has_no_target(session, site):
    """No answer is followed anywhere, nor read further than it is worth."""
    assert session.get_redirect_target(None) is None
