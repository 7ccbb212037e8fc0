"""Planted secrets: a card, its code and the account's keys must turn up nowhere."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from paycore.errors import PaycoreError
from paycore.plain import plain
from paycore.report import Report
from paycore.secret import has_card
from paycore.testing.conformance.asking import CODE, card_of
from paycore.testing.conformance.checking import Check, promise, some
from paycore.testing.conformance.faults import FAULTS, faulty
from paycore.testing.conformance.outcome import Play, Replay
from paycore.testing.conformance.planting import echoes, key_of, keys_of, refusals
from paycore.testing.conformance.stage import Stage
from paycore.testing.conformance.talking import NO_CALLS
from paycore.wire.talk import Reply, converse


def reports_hold_no_secret(stage: Stage) -> None:
    """What a provider echoes of a card or key is in no report, its evidence included."""
    for play in some(stage.plays, NO_CALLS):
        for replies in echoes(stage, play):
            _clean(stage, play.label, _told(stage, play, replies)[0])


def errors_show_no_secret(stage: Stage) -> None:
    """No error of a talk, of the settings or of a message quotes what it was about."""
    for play in some(stage.plays, NO_CALLS):
        for replies in (*echoes(stage, play), *refusals(stage, play)):
            _clean(stage, f"{play.label}: an error", _told(stage, play, replies)[1])
    for name in stage.settings:
        for odd in (f"{key_of(stage)} ", {key_of(stage): 1}):
            try:
                stage.provider.open_account(
                    {**stage.settings, name: odd, "x" + name: key_of(stage)}
                )
            except Exception as error:
                _clean(stage, f"a refusal of {name}", _shown(error))
    for message in stage.messages:
        for body in (message.body[:-1], card_of(stage).encode(), message.body + b"\xff"):
            try:
                stage.heard(replace(message, body=body))
            except Exception as error:
                _clean(stage, "a rejection", _shown(error))


def values_hide_their_secrets(stage: Stage) -> None:
    """Neither the account nor a call shows a secret; no address holds one."""
    _clean(stage, "the account's repr", f"{stage.handle!r} {stage.handle}")
    for play in some(stage.plays, NO_CALLS):
        for call in play.calls:
            _clean(stage, f"{play.label}: the call's repr", f"{call!r} {call}")
            _clean(stage, f"{play.label}: the address", call.url)


def nothing_secret_is_logged(stage: Stage) -> None:
    """At any level, from any logger, whatever is answered: no card and no key."""
    with _overheard() as lines:
        stage.provider.open_account(dict(stage.settings))
        for play in some(stage.plays, NO_CALLS):
            for replies in (*echoes(stage, play), *refusals(stage, play)):
                _told(stage, play, replies)
            send, _ = faulty(FAULTS[-1], 0, play.replies)
            _told(stage, play, play.replies, send)
        for message in (*stage.messages, *stage.forged):
            try:
                stage.heard(message)
            except PaycoreError:
                continue
    for line in lines:
        _clean(stage, "the log", line)


def _told(
    stage: Stage, play: Play, replies: tuple[Reply, ...], send: Any = None
) -> tuple[str, str]:
    """Return what a report keeps of an answer's texts, and all that an error shows.

    What the provider calls a reference or an address is what it is.
    """
    talk = stage.provider.talk(play.hook, stage.handle, play.request)
    try:
        report = converse(talk, send or Replay(replies))
    except Exception as error:
        return "", _shown(error)
    if not isinstance(report, Report):
        return repr(report), ""
    raw = json.dumps(plain(report.raw), default=str, ensure_ascii=False)
    return f"{report.decline!r} {report.instrument!r} {raw} {report.raw!r}", ""


def _shown(error: BaseException) -> str:
    return f"{error!r} {error} {vars(error)}"


def _clean(stage: Stage, where: str, shown: str) -> None:
    """Say which secret was found; never show it."""
    card = card_of(stage)
    promise(card not in shown and not has_card(shown), f"{where} shows a card number")
    promise(not re.search(rf"(?<!\d){CODE}(?!\d)", shown), f"{where} shows a security code")
    promise(not any(key in shown for key in keys_of(stage)), f"{where} shows a key")


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """Yield every line that is logged meanwhile, at every level."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(_line(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def _line(record: logging.LogRecord) -> str:
    return f"{record.getMessage()} {vars(record)}"


CHECKS: Final[tuple[Check, ...]] = (
    reports_hold_no_secret,
    errors_show_no_secret,
    values_hide_their_secrets,
    nothing_secret_is_logged,
)
