"""An engine whose driver fails when it is told to: before a statement, before or after a commit."""

from __future__ import annotations

import sqlite3

import psycopg

from paycore.ledger.durable.engine import open_engine
from paycore.ledger.durable.ledger import DurableLedger
from paycore.ledger.durable.opening import _texts
from paycore.ledger.durable.transactions import Transactions

SECRET = "hunter2 4242424242424242"


def busy(kind):
    """Return what the driver raises when somebody else stands in the way."""
    if kind == "postgresql":
        return psycopg.errors.SerializationFailure(SECRET)
    error = sqlite3.OperationalError(SECRET)
    error.sqlite_errorcode, error.sqlite_errorname = 517, "SQLITE_BUSY_SNAPSHOT"
    return error


def broken(kind):
    """Return what the driver raises when the disk or the connection is gone."""
    return (
        psycopg.OperationalError(SECRET)
        if kind == "postgresql"
        else sqlite3.OperationalError(SECRET)
    )


class Driver:
    """A driver's connection that stumbles once, at the step of its plan."""

    def __init__(self, plan, real):
        self.plan = plan
        self.real = real

    def __getattr__(self, name):
        return getattr(self.real, name)

    def execute(self, *said):
        self.plan.step("execute")
        return self.real.execute(*said)

    def commit(self):
        self.plan.step("before")
        self.real.commit()
        self.plan.step("after")


class Plan:
    """Fails at the `at`-th step of a kind, once or for ever."""

    def __init__(self, kind="", at=0, error=None, *, always=False):
        self.kind, self.at, self.error, self.always = kind, at, error, always
        self.seen = 0
        self.failed = 0

    def step(self, kind):
        if kind != self.kind:
            return
        self.seen += 1
        if self.seen == self.at or (self.always and self.seen > self.at):
            self.failed += 1
            raise self.error


class Engine:
    """The real engine, its connections wrapped."""

    def __init__(self, real):
        self.real = real
        self.plan = Plan()

    def __getattr__(self, name):
        return getattr(self.real, name)

    def raw_connection(self):
        return Borrowed(self.plan, self.real.raw_connection())


class Borrowed:
    """A connection of the pool."""

    def __init__(self, plan, real):
        self.real = real
        self.driver_connection = Driver(plan, real.driver_connection)

    def __getattr__(self, name):
        return getattr(self.real, name)


def open_faulty(url):
    """Return a ledger and the engine whose `plan` makes it stumble."""
    engine = Engine(open_engine(url))
    return DurableLedger(Transactions(engine, _texts(engine))), engine
