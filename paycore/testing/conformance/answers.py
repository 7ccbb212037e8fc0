"""Answers that nobody listed, or about something else: they prove nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from paycore.errors import PaycoreError
from paycore.report import NotFound
from paycore.states import State
from paycore.testing.conformance import altering
from paycore.testing.conformance.altering import UNHEARD, Change, altered_reply
from paycore.testing.conformance.checking import Check, Untried, promise, some
from paycore.testing.conformance.outcome import Play, Replay, ended, proved, told
from paycore.testing.conformance.stage import Stage
from paycore.testing.conformance.talking import NO_CALLS
from paycore.wire.talk import Reply, converse

STATUSES: Final = (400, 401, 403, 404, 409, 418, 422, 429)
DONE: Final = (State.SUCCEEDED, State.AUTHORIZED)
DECIDED: Final = (*DONE, State.DECLINED, State.EXPIRED)


def odd_answers_are_unknown(stage: Stage) -> None:
    """An answer that strict JSON refuses, or with nothing in it, is UNKNOWN."""
    for play in some(stage.plays, NO_CALLS):
        for name, odd in _odd(play.replies[0]):
            found = ended(stage.provider, stage.handle, play, Replay((odd,)))
            what = f"{play.label}: {name} is read as {found.value}"
            promise(found is proved(play, 0), what)


def unlisted_http_statuses_are_unknown(stage: Stage) -> None:
    """A 4xx proves nothing without a reason that is listed, whatever else its body says."""
    body = json.dumps({"error": UNHEARD, "code": UNHEARD, "message": UNHEARD}).encode()
    for play in some(stage.plays, NO_CALLS):
        for status in STATUSES:
            for said in (body, b"{}", b"<html>", play.replies[-1].body):
                odd = Reply(status, said)
                found = _answered(stage, play, odd)
                what = f"{play.label}: {status} is read as {found.value}"
                promise(found is proved(play, len(play.calls) - 1), what)
                if stage.description.absence_is_proof:
                    promise(not _is_absent(stage, play, odd), f"{play.label}: {status} is absence")


def unlisted_words_are_unknown(stage: Stage) -> None:
    """A status or code that nobody listed is neither a success nor a decline."""
    tried = 0
    for play in some(stage.plays, NO_CALLS):
        for verdict in stage.case.verdicts:
            bent = [altered_reply(reply, altering.unheard(verdict)) for reply in play.replies]
            if bent[-1] is None:
                continue
            tried += 1
            replies = tuple(b or reply for b, reply in zip(bent, play.replies, strict=True))
            state = told(stage.provider, stage.handle, play, Replay(replies)).state
            what = f"{play.label}: an unlisted {verdict} is read as {state.value}"
            promise(state not in DECIDED, what)
    some(range(tried), "no answer has a member that `verdicts` names")


def only_listed_refusals_decline(stage: Stage) -> None:
    """Each refusal of `sure_refusals` declines its operation, and no other refusal does."""
    sure, refusal = stage.description.sure_refusals, stage.case.refusal
    if refusal is None:
        raise Untried("`refusal` does not say how it refuses")
    for play in some([p for p in stage.plays if p.moves], NO_CALLS):
        codes = sure.get(play.kind, frozenset())
        others = {code for listed in sure.values() for code in listed} - codes
        for code in codes:
            found = _answered(stage, play, refusal(play.kind, code))
            promise(found is State.DECLINED, f"{play.label}: {code} does not decline")
        for code in (UNHEARD, *others):
            found = _answered(stage, play, refusal(play.kind, code))
            unheard = found is proved(play, len(play.calls) - 1)
            promise(unheard, f"{play.label}: {code} is not listed, and declines")


def other_amounts_are_refused(stage: Stage) -> None:
    """A success with another amount than was asked for is none."""
    _mismatched(stage, "amount", lambda p: altering.another_amount(p.request.amount))


def other_currencies_are_refused(stage: Stage) -> None:
    """A success in another currency than was asked for is none."""
    _mismatched(stage, "currency", lambda p: altering.another_currency(p.request.amount.currency))


def other_references_are_refused(stage: Stage) -> None:
    """A success of somebody else's order is not ours."""
    _mismatched(stage, "reference", lambda p: altering.another_text(p.request.reference))


def _odd(good: Reply) -> Iterator[tuple[str, Reply]]:
    """Yield what strict parsing refuses and lenient parsing might take for the good answer."""
    body = good.body
    for name, odd in {
        "a repeated name": body[:-1] + b"," + body[1:],
        "a byte order mark": b"\xef\xbb\xbf" + body,
        "UTF-16": body.decode("utf-8", "replace").encode("utf-16"),
        "something after it": body + body,
        "NaN": body[:-1] + b',"nan":NaN}',
        "a number past 64 bits": body[:-1] + b',"big":9223372036854775808}',
        "depth": body[:-1] + b',"deep":' + b"[" * 40 + b"]" * 40 + b"}",
        "a list": b"[" + body + b"]",
        "half of it": body[: len(body) // 2],
        "an empty object": b"{}",
        "nothing": b"",
    }.items():
        yield name, replace(good, body=odd)


def _answered(stage: Stage, play: Play, reply: Reply) -> State:
    """Return where an operation stands, once its last call is answered so."""
    return ended(stage.provider, stage.handle, play, Replay((*play.replies[:-1], reply)))


def _is_absent(stage: Stage, play: Play, odd: Reply) -> bool:
    talk = stage.provider.talk(play.hook, stage.handle, play.request)
    try:
        return isinstance(converse(talk, Replay((odd,))), NotFound)
    except PaycoreError:
        return False


def _mismatched(stage: Stage, what: str, change_for: object) -> None:
    """Alter every spelling of one thing in the last answer, and see the success gone."""
    paid = [p for p in stage.plays if p.state in DONE]
    tried = 0
    for play in some(paid, "no answer is a success"):
        if what != "reference" and getattr(play.request, "amount", None) is None:
            continue
        if what == "amount" and play.holds and play.state is State.SUCCEEDED:
            continue  # any part of a hold may be taken; whether it was ours to take, books tell
        change: Change = change_for(play)  # type: ignore[operator]
        bent = altered_reply(play.replies[-1], change)
        if bent is None:
            continue
        tried += 1
        replies = (*play.replies[:-1], bent)
        found = ended(stage.provider, stage.handle, play, Replay(replies))
        promise(found not in DONE, f"{play.label}: another {what} is a success")
    some(range(tried), f"no answer says the {what}")


CHECKS: Final[tuple[Check, ...]] = (
    odd_answers_are_unknown,
    unlisted_http_statuses_are_unknown,
    unlisted_words_are_unknown,
    only_listed_refusals_decline,
    other_amounts_are_refused,
    other_currencies_are_refused,
    other_references_are_refused,
)
