"""Answers in which a card, its code and the account's keys are planted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from paycore.secret import Secret
from paycore.testing.conformance.altering import changed, opened
from paycore.testing.conformance.asking import CODE, HOLDER, card_of
from paycore.testing.conformance.outcome import Play
from paycore.testing.conformance.stage import Stage
from paycore.wire.talk import Reply

_SOUNDS: Final = re.compile("key|secret|password", re.IGNORECASE)


def echoes(stage: Stage, play: Play) -> Iterator[tuple[Reply, ...]]:
    """Yield answers that say back what was said: a card in a text, and in members of its own."""
    card = card_of(stage)
    for planted in (f"card {card} refused", card, " ".join((card[:4], card[4:8], card[8:]))):
        yield tuple(_planted(reply, planted) for reply in play.replies)
    more = {"note": f"paid by {card}", "cardNumber": card, "cvv": CODE, "key": key_of(stage)}
    yield tuple(_with(reply, {**more, "holder": HOLDER}) for reply in play.replies)


def refusals(stage: Stage, play: Play) -> Iterator[tuple[Reply, ...]]:
    """Yield refusals that quote a card."""
    card = card_of(stage)
    said = dict.fromkeys(("error", "code", "message", *stage.case.verdicts), f"no: {card}")
    for status in (200, 400, 402, 422):
        yield (Reply(status, json.dumps(said).encode()),)
        yield (replace(_planted(play.replies[-1], f"no: {card}"), status=status),)


def key_of(stage: Stage) -> str:
    """Return a secret of the account, or what looks like one."""
    keys = keys_of(stage)
    return keys[0] if keys else "canary-key-7919-canary"


def keys_of(stage: Stage) -> list[str]:
    """Return the account's secrets: what the case names, or what sounds like it, and `Secret`s."""
    own = stage.settings
    names = stage.case.secrets or [name for name in own if _SOUNDS.search(name)]
    named = [own[name] for name in names if own.get(name)]
    named += [value for value in own.values() if isinstance(value, Secret)]
    return [each.reveal() if isinstance(each, Secret) else str(each) for each in named]


def _planted(reply: Reply, text: str) -> Reply:
    """Return an answer in which every text says something else, the empty ones too."""
    said = opened(reply.body)
    bent = changed(said, lambda path, value: text if isinstance(value, str) else value)
    return replace(reply, body=json.dumps(bent).encode())


def _with(reply: Reply, more: dict[str, str]) -> Reply:
    """Return an answer that says more, in every object of it."""

    def grown(value: Any) -> Any:
        if isinstance(value, dict):
            return {**{name: grown(item) for name, item in value.items()}, **more}
        return [grown(item) for item in value] if isinstance(value, list) else value

    return replace(reply, body=json.dumps(grown(opened(reply.body))).encode())
