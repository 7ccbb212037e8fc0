"""Each check of sending finds what it is for, and nothing in a sound run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paycore.testing.checks import sending
from paycore.testing.checks.ending import Row
from paycore.testing.world import Cause
from tests.paycore.testing.scenes import effect, ending, fact, moved, reserved

ROW = Row("charge", "k", "o", "weak", "o", 1500, "succeeded", "", 1, False)
CALL = {"account": "weak", "reference": "o", "name": "charge", "known": True, "locked": False}
OTHER = {"reference": "o-2", "key": "k2"}


def call(fault="none", **more):
    return fact("call", "invoke", fault=fault, **{**CALL, **more})


def told(state):
    return fact("told", account="weak", reference="o", state=state)


def answered(mark="ok", result="paid", content="o 15.00", number=1):
    named = {"kind": "charge", "key": "k", "content": content, "number": number}
    return fact("answered", mark, result=result, **named)


SOUND = ending(
    reserved(),
    call(),
    told("paid"),
    moved("succeeded"),
    answered(),
    effects=(effect(),),
    rows=(ROW,),
)
CHECKS = [
    value
    for name, value in vars(sending).items()
    if getattr(value, "__module__", "") == sending.__name__ and not name.startswith("_")
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_sound_run_breaks_nothing(check):
    """One charge, that was paid."""
    assert [*check(SOUND)] == []


def test_a_second_effect_under_one_key_is_found():
    """Whichever account it went to; and what nobody asked for is one key."""
    twice = ending(effects=(effect(), effect(account="strong")), rows=(ROW,))
    nobody = ending(effects=(effect(cause=None), effect(cause=None)))

    assert next(sending.never_twice(twice)) == "charge with key k moved money 2 times"
    assert len([*sending.never_twice(nobody)]) == 1


@pytest.mark.parametrize(("review", "found"), [("", 1), ("captured twice", 0)])
def test_a_second_charge_is_found_unless_it_is_flagged(review, found):
    """Under another key."""
    other = effect(reference="o-2", cause=Cause(2, "charge", "k2", "o"))
    rows = (ROW, Row("charge", "k2", "o", "weak", "o-2", 1500, "succeeded", review, 1, False))
    run = ending(effects=(effect(), other), rows=rows)

    assert len([*sending.two_charges_are_told(run)]) == found
    assert len([*sending.never_twice(run)]) == found


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (sending.written_before_sent, {"known": False}),
        (sending.nothing_locked, {"locked": True}),
    ],
)
def test_a_call_too_early_is_found(check, wrong):
    """Or one inside a transaction."""
    assert len([*check(ending(call(**wrong)))]) == 1


@pytest.mark.parametrize(
    "facts",
    [
        [call("lost"), moved("declined")],
        [call("lost"), moved("not_sent")],
        [moved("not_executed")],
        [moved("expired")],
        [answered("fail", "Conflict")],
    ],
)
def test_an_unproved_failure_is_found(facts):
    """What nobody said, and what was not so."""
    assert len([*sending.no_unproved_failure(ending(*facts, effects=(effect(),)))]) == 1


@pytest.mark.parametrize(
    "facts",
    [
        [call(), told("refused"), moved("declined")],
        [call("not sent"), moved("not_sent")],
        [call(name="query"), moved("not_sent")],
        [moved("not_executed")],
        [moved("expired", method="hosted_page")],
        [moved("declined", was="declined")],
        [answered("fail", "Conflict")],
    ],
)
def test_a_proved_failure_is_fine(facts):
    """What the provider said, what never left, and what is not there."""
    assert [*sending.no_unproved_failure(ending(*facts))] == []


@pytest.mark.parametrize(
    ("first", "found"),
    [("submitting", 1), ("unknown", 1), ("succeeded", 1), ("declined", 0), ("not_sent", 0)],
)
def test_an_attempt_beside_another_is_found(first, found):
    """While that is open, or has the money."""
    run = ending(reserved(), moved(first), moved("succeeded", kind="refund"), reserved(**OTHER))

    assert len([*sending.one_attempt_at_a_time(run)]) == found


def superseded(**facts):
    """Return that a page gave way."""
    return {**moved("pending", "pending", method="hosted_page", **facts), "what": "superseded"}


TOLD = fact("told", account="weak", reference="o", state="waiting")
ASKED = fact("asked")
SHOWN = fact("page shown", account="weak", reference="o")


def test_a_page_that_gave_way_stands_in_nobody_s_way():
    """Unless it was paid after all; then nothing else may begin."""
    begun = (reserved(), moved("pending"), ASKED, TOLD, superseded())

    assert [*sending.one_attempt_at_a_time(ending(*begun, reserved(**OTHER)))] == []
    assert [*sending.one_attempt_at_a_time(ending(*begun, moved("succeeded"), reserved(**OTHER)))]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ((ASKED, TOLD, superseded()), 0),
        ((TOLD, ASKED, superseded()), 1),
        ((ASKED, {**TOLD, "state": "paid"}, superseded()), 1),
        ((ASKED, {**superseded(), "was": "unknown"}), 0),
        ((SHOWN, ASKED, {**superseded(), "was": "unknown"}), 1),
        ((ASKED, TOLD, {**superseded(), "method": "stored_token"}), 1),
    ],
)
def test_a_page_that_gave_way_unasked_is_found(facts, found):
    """It could have been paid just then."""
    assert len([*sending.one_attempt_at_a_time(ending(*facts))]) == found


@pytest.mark.parametrize(("result", "found"), [("paid", 1), ("NotSent", 1), ("Conflict", 0)])
def test_a_key_with_two_meanings_is_found(result, found):
    """Unless the second was refused."""
    run = ending(answered(), answered(content="o 14.00", result=result))

    assert len([*sending.one_meaning_for_a_key(run)]) == found


def test_a_forgotten_key_is_found():
    """Gone, or given to another operation."""
    again = ending(
        reserved(),
        reserved(reference="o-2"),
        rows=(ROW, Row("charge", "k", "o", "weak", "o-2", 1, "", "", 1, True)),
    )

    assert len([*sending.keys_are_kept(ending(reserved()))]) == 1
    assert len([*sending.keys_are_kept(again)]) == 1


def test_a_stale_writer_is_found():
    """One that had been given up."""
    assert len([*sending.no_stale_writer(ending(moved("succeeded", stale=True)))]) == 1


@pytest.mark.parametrize(
    ("states", "review", "found"),
    [
        (("authorized", "succeeded"), "", 1),
        (("authorized", "authorized"), "", 1),
        (("authorized", "succeeded"), "held twice: o and p", 0),
        (("authorized", "expired"), "", 0),
        (("authorized",), "", 0),
        (("expired", "succeeded"), "", 0),
    ],
)
def test_a_hold_beside_another_attempt_that_nobody_names_is_found(states, review, found):
    """Of the same payment; another one's is no business of it."""
    rows = [Row("charge", "k", "o", "weak", f"o-{n}", 1, s, "", 1, 0) for n, s in enumerate(states)]
    rows[-1] = replace(rows[-1], review=review)
    rows += [replace(rows[0], owner="p", reference="p"), replace(rows[0], kind="refund")]

    assert len([*sending.two_charges_are_told(ending(rows=rows))]) == found


@pytest.mark.parametrize(
    ("state", "found"), [("unknown", 1), ("succeeded", 1), ("declined", 0), ("not_sent", 0)]
)
def test_an_attempt_beside_a_capture_is_found(state, found):
    """The charge is over, it was told; its capture may be taking the money."""
    capture = {"kind": "capture", "reference": "o-c1", "key": "c", "of": "o"}
    over = (reserved(), moved("authorized"), reserved(**capture))
    run = ending(*over, moved("expired", "authorized"), moved(state, **capture), reserved(**OTHER))

    assert len([*sending.one_attempt_at_a_time(run)]) == found
