"""A durable ledger under a scheduler: a process may die in it, and nobody waits for a lock."""

from __future__ import annotations

from contextlib import closing, suppress
from random import Random

import pytest

from paycore.ledger.durable import open_durable
from paycore.testing.clock import VirtualClock
from paycore.testing.ledgers.scene import NOW, intent
from paycore.testing.scheduler import Crash, Scheduler
from paycore.testing.stepped import Stepped
from tests.postgres import postgres  # noqa: F401


class Counted(Scheduler):
    """Notes each point, and dies at one of them."""

    def __init__(self, dies_at=0):
        super().__init__(Random(0), VirtualClock())
        self.points = []
        self.dies_at = dies_at

    def pause(self, point, *, may_stall=True):
        self._at("free")

    def risk(self, point):
        self._at("held")

    def _at(self, what):
        self.points.append(what)
        if len(self.points) == self.dies_at:
            raise Crash(what)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Give the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'paycore.db'}"
    return request.getfixturevalue("postgres").wiped()


def reserved(url, dies_at=0):
    """Reserve once; return the points that there were, and whether it was stored."""
    place = Stepped(url)
    with closing(place.open()) as ledger:
        place.scheduler = Counted(dies_at)
        with suppress(Crash):
            ledger.reserve(intent(), NOW)
    with closing(open_durable(url)) as ledger:
        return place.scheduler.points, ledger.payment("o-1") is not None


def test_whoever_dies_inside_a_transaction_leaves_nothing(url):
    """Before its first statement, before each other and before its commit; then all is stored."""
    for dies_at in range(1, 100):
        points, stored = reserved(url, dies_at)
        if len(points) < dies_at:
            break
        assert not stored

    assert stored
    assert len(points) > 3


def test_others_go_on_where_nothing_is_locked_only(url):
    """On SQLite never; on PostgreSQL until the first lock, and all the time while reading."""
    points, _ = reserved(url)
    place = Stepped(url)
    with closing(place.open()) as ledger:
        place.scheduler = Counted()
        ledger.payment("o-1")
    free = "free" if url.startswith("postgresql") else "held"

    assert set(place.scheduler.points) == {free}
    assert points[-1] == "held"
    assert points == sorted(points)


def test_a_ledger_is_really_opened_anew(url):
    """With other connections, and what was committed is there."""
    place = Stepped(url)
    first = place.open()
    first.reserve(intent(), NOW)
    with closing(place.reopen(first)) as second:
        assert second is not first
        assert first._db._engine.pool.checkedin() == 0
        assert second.payment("o-1") == first.payment("o-1")
    first.close()
