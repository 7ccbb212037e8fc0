"""An engine that only notes what it is told, and a stage whose gateway defers to it."""

from __future__ import annotations

from dataclasses import replace

from paycore.gateway import Gateway
from paycore.ledger.durable import open_durable
from paycore.reconcile import perform
from paycore.work import Work, WorkKind
from tests.stage import Stage


class Noted:
    """Defers everything, and keeps the list."""

    name = "noted"
    defers = True

    def __init__(self):
        self.works: list[Work] = []
        self.problem: Exception | None = None

    def enqueue(self, connection, works):
        if self.problem is not None:
            raise self.problem
        self.works += works

    def taken(self, kind):
        """Return what there is of that kind, and forget all of it."""
        found = [work for work in self.works if work.kind is WorkKind(kind)]
        self.works.clear()
        return found


class Deferred(Stage):
    """A stage over a file of SQLite, whose gateway leaves to workers what it can."""

    def __init__(self, folder, **more):
        self.engine = Noted()
        url = f"sqlite:///{folder / 'paycore.db'}"
        super().__init__(ledger=open_durable(url, enqueue=self.engine.enqueue), **more)
        self.wiring = replace(self.wiring, engine=self.engine)
        self.gateway = Gateway(self.wiring)

    def work(self):
        """Do what is noted and due, as a worker would."""
        works = self.engine.works
        while due := [work for work in works if work.at is None or work.at <= self.clock()]:
            works.remove(due[0])
            perform(self.wiring, due[0])
