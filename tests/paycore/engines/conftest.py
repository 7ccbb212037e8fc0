"""A database with the ledger's tables and the queue's, and a shop with its provider."""

from __future__ import annotations

import pytest

from paycore.engines.procrastinate import QUEUE, opened
from paycore.ledger.durable import upgrade
from paycore.secret import Secret
from paycore_iotpay.simulator import IotpaySimulator
from tests.paycore.engines.shop import Shop
from tests.postgres import postgres  # noqa: F401


class Database:
    """One database of PostgreSQL, seen from the side."""

    def __init__(self, url, cluster):
        self.url, self._cluster = url, cluster

    def run(self, statement):
        return self._cluster.run(statement, self.url)

    def jobs(self):
        """Return what is in the queue: kind, name, whether it is for later, and its status."""
        return self.run(
            "SELECT args->>'kind', args->>'name', scheduled_at IS NOT NULL, status::text "
            f"FROM procrastinate_jobs WHERE queue_name = '{QUEUE}' ORDER BY id"
        )


@pytest.fixture
def database(postgres):  # noqa: F811
    """Give a database of our own, ready for the engine."""
    url = postgres.empty()
    upgrade(url)
    opened(Secret(url)).prepare()
    yield Database(url, postgres)
    postgres.forget(url)


@pytest.fixture
def shop(database, tmp_path):
    """Give a shop whose provider runs here, and whose workers are processes of their own."""
    with IotpaySimulator() as simulator:
        made = Shop(tmp_path, database, simulator)
        try:
            yield made
        finally:
            made.end()
