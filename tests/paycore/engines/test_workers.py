"""Web processes and workers on one PostgreSQL: killed, robbed of their jobs, each effect once."""

from __future__ import annotations

import signal
from collections import Counter

import pytest

from paycore.ledger.mail import InboxState

pytestmark = pytest.mark.slow

ORDERS = [f"o-{number:02}" for number in range(50)]
NEVER = ("--sweep", "3600")
"""So that a sweep is only the one with which a worker begins."""


def applied(shop):
    """Return whether each message was applied, or said what a query had found out before."""
    rows = shop.gateway._wiring.ledger.messages()
    return all(row.state in (InboxState.APPLIED, InboxState.DUPLICATE) for row in rows)


def test_two_workers_do_what_the_web_process_left(shop):
    """50 charges and 50 notifications: all applied, each payer's event told once."""
    workers = [shop.worker(*NEVER) for _ in range(2)]
    payments = [shop.paid_page(reference) for reference in ORDERS]
    count = "SELECT count(*) FROM procrastinate_workers"
    shop.wait(lambda: shop.database.run(count) == [(2,)])
    answers = [shop.tell(payment) for payment in payments]

    assert answers == [200] * 50
    shop.wait(lambda: len(shop.told()) >= 50 and applied(shop))
    assert sorted(owner for _, owner, _ in shop.told()) == ORDERS
    assert all(shop.gateway.find(reference).paid for reference in ORDERS)
    assert len(shop.simulator.effects()) == 50
    assert {int(pid) for _, _, pid in shop.told()} == {each.pid for each in workers}

    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(30) for worker in workers] == [0, 0]
    left = [job for job in shop.database.jobs() if not job[2]]
    assert left == []  # what is planned for later waits on


def test_a_worker_killed_while_it_asks_loses_nothing(shop):
    """Signal 9 in the middle of the provider's answers: another finishes, each effect once."""
    payments = [shop.paid_page(reference) for reference in ORDERS]
    shop.simulator.fault("timeout_after_effect", endpoint="cc_query", times=4)
    for payment in payments:
        shop.tell(payment)
    victim = shop.worker(*NEVER)
    shop.wait(lambda: sum(job[3] == "doing" for job in shop.database.jobs()) == 4)
    shop.wait(lambda: len(shop.simulator.requests()) >= 54)
    victim.kill()
    victim.wait(10)
    shop.worker(*NEVER)

    shop.wait(lambda: len(shop.told()) >= 50 and applied(shop))
    assert Counter(owner for _, owner, _ in shop.told()) == Counter(ORDERS)
    assert len(shop.simulator.effects()) == 50


def test_a_worker_killed_while_it_tells_is_followed_by_another(shop):
    """The event is told again, once its lease is over; what comes for others is not held back."""
    first, second = (shop.paid_page(reference) for reference in ORDERS[:2])
    shop.tell(first)
    victim = shop.worker(*NEVER, SHOP_HANGS="600")
    hung = victim.stdout.readline().split()
    victim.kill()
    victim.wait(10)
    shop.tell(second)
    shop.worker(*NEVER)
    shop.wait(lambda: [owner for _, owner, _ in shop.told()] == ["o-01"])
    shop.worker("--sweep", "1", SHOP_AHEAD_S="301")

    shop.wait(lambda: len(shop.told()) == 2)
    assert shop.told()[1][:2] == [hung[1], "o-00"]


def test_a_lost_job_is_found_by_the_sweep(shop):
    """Whatever becomes of the queue's table, the ledger knows what is due."""
    payments = [shop.paid_page(reference) for reference in ORDERS[:5]]
    for payment in payments:
        shop.tell(payment)
    shop.database.run("DELETE FROM procrastinate_jobs")
    shop.worker("--sweep", "1")

    shop.wait(lambda: len(shop.told()) == 5)
    shop.paid_page("o-late")
    shop.database.run("DELETE FROM procrastinate_jobs")
    shop.worker("--sweep", "1", SHOP_AHEAD_S="20")  # 15 s after it was sent, it is due
    shop.wait(lambda: len(shop.told()) == 6)
    assert sorted(owner for _, owner, _ in shop.told()) == [*ORDERS[:5], "o-late"]


def test_what_nobody_notified_is_asked_about_as_planned(shop):
    """Without any message and without a sweep: the job of the plan asks, 15 s after it was sent."""
    shop.worker(*NEVER)
    shop.paid_page("o-00")

    shop.wait(lambda: len(shop.told()) == 1)
    assert shop.gateway.find("o-00").paid


def test_a_worker_that_is_told_to_end_finishes_what_it_does(shop):
    """SIGTERM while a callback is slow: it is waited for, then the process ends with 0."""
    shop.tell(shop.paid_page("o-00"))
    worker = shop.worker(*NEVER, SHOP_HANGS="3")
    hung = worker.stdout.readline().split()
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(60) == 0
    assert shop.told() == [[hung[1], "o-00", str(worker.pid)]]
    assert [job for job in shop.database.jobs() if not job[2]] == []
