"""`paycore demo`: every provider that a simulator serves, played over real HTTP."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from typing import Any

import click

from paycore.cli.failing import REFUSED, Failure
from paycore.cli.output import data, json_option, say, shared, write_json
from paycore.cli.telling import Teller
from paycore.demo.books import Books
from paycore.demo.casting import Cast, cast
from paycore.demo.play import Told, play


@click.command
@click.option("--provider", metavar="NAME", help="Play this provider only.")
@json_option
def demo(provider: str | None) -> None:
    """Play every installed provider against its simulator.

    Real HTTP and real signatures on loopback, nothing leaves this machine. Every payment is
    compared with what the simulator really moved; exit 1 if anything is not as it should be.
    """
    logging.getLogger("paycore").addHandler(logging.NullHandler())  # the story tells it
    who = cast(provider)
    if not shared().json:
        for reason in who.missing:
            say(f"left out: {reason}")
    started = time.perf_counter()
    told, books = _played(who)
    seconds = time.perf_counter() - started
    if shared().json:
        write_json(_as_data(who, told, books, seconds))
    else:
        Teller(data()).curtain(told, books, seconds)
    _judge(told, books)


def _played(who: Cast) -> tuple[list[Told], list[Books]]:
    """Play, telling each step as it comes; return the steps and the books."""
    told: list[Told] = []
    books: list[Books] = []
    with closing(play(who)) as events, Teller(data(), quiet=shared().json) as teller:
        for event in events:
            teller.tell(event)
            if isinstance(event, Told):
                told.append(event)
            elif isinstance(event, Books):
                books.append(event)
    return told, books


def _as_data(who: Cast, told: list[Told], books: list[Books], seconds: float) -> dict[str, Any]:
    return {
        "ok": _problem(told, books) == "",
        "duration_ms": round(seconds * 1000),
        "left_out": who.missing,
        "steps": told,
        "books": [line for each in books for line in each.lines],
        "effects": sum(each.effects for each in books),
        "extra_effects": [effect for each in books for effect in each.extra],
    }


def _judge(told: list[Told], books: list[Books]) -> None:
    if problem := _problem(told, books):
        raise Failure("DemoFailed", problem, None, REFUSED)


def _problem(told: list[Told], books: list[Books]) -> str:
    """Return what is not as it should be; empty if nothing."""
    failed = [f"{each.provider}: {each.step}" for each in told if each.verdict == "failed"]
    wrong = [line.payment for each in books for line in each.lines if not line.agrees]
    wrong += [f"{effect.kind} {effect.reference}" for each in books for effect in each.extra]
    problems = []
    if failed:
        problems.append(f"{len(failed)} of {len(told)} steps failed ({', '.join(failed)})")
    if wrong:
        problems.append(f"the books differ ({', '.join(wrong)})")
    return "; ".join(problems)
