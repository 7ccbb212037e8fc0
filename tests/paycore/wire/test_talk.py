"""converse(): what a talk proves, wherever in it something goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore.errors import (
    Conflict,
    InvalidRequest,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    PaycoreError,
    ProviderRefused,
)
from paycore.wire.talk import MAX_CALLS, Call, Noted, Reply, Talk, converse

CALL = Call("https://provider.example/v3/charge", {"key": "canary"})
QUESTION = replace(CALL, method="GET", moves=False)

MEANT = (InvalidRequest, NotSupported, NotSent, ProviderRefused, OutcomeUnknown)
"""What a plugin may say on purpose before its first call: a provider in-process has no other."""

bugs = st.sampled_from([ValueError, KeyError, StopIteration, RecursionError, Conflict])


class Wire:
    """A stand-in for the transport: answers its calls in turn, and raises what is to be raised."""

    def __init__(self, *answers: Reply | BaseException) -> None:
        self.answers = list(answers)
        self.carried: list[Call] = []

    def send(self, call: Call) -> Reply:
        self.carried.append(call)
        answer = self.answers.pop(0) if self.answers else reply()
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Plugin:
    """A talk of `calls` calls that then does `last`; it notes that it was closed."""

    def __init__(self, calls: int, last: Callable[[list[int]], object] = list) -> None:
        self.calls = calls
        self.last = last
        self.closed = False

    def talk(self) -> Talk[object]:
        statuses: list[int] = []
        try:
            for _ in range(self.calls):
                answer = yield CALL
                statuses.append(answer.status)
            return self.last(statuses)
        finally:
            self.closed = True


def reply(status: int = 200) -> Reply:
    return Reply(status, b"{}")


def raising(error: BaseException) -> Callable[[list[int]], object]:
    def last(statuses: list[int]) -> object:
        raise error

    return last


def ended(plugin: Plugin, wire: Wire) -> BaseException:
    """Hold the talk and return the exception that it ends in."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        converse(plugin.talk(), wire.send)
    return caught.value


def ended_in(call: Call, wire: Wire) -> BaseException:
    """Make one call and return the exception that it ends in."""
    with pytest.raises(PaycoreError) as caught:
        converse(said_in_turn([call], None), wire.send)
    return caught.value


@given(st.integers(0, MAX_CALLS))
def test_answers_come_back_in_order(calls):
    """A talk of several calls hears the answer to each, and its own return value comes back."""
    wire = Wire(*(reply(200 + place) for place in range(calls)))
    plugin = Plugin(calls)

    assert converse(plugin.talk(), wire.send) == [200 + place for place in range(calls)]
    assert len(wire.carried) == calls
    assert plugin.closed


@given(bugs)
def test_a_bug_before_the_first_call_proves_that_nothing_left(bug):
    """A plugin that fails before it has said anything has sent nothing."""
    wire = Wire()

    caught = ended(Plugin(0, raising(bug("canary"))), wire)

    assert type(caught) is NotSent
    assert wire.carried == []
    assert "canary" not in str(caught)


@pytest.mark.parametrize("kind", MEANT)
def test_what_a_plugin_says_before_its_first_call_is_meant(kind):
    """A refusal on purpose reaches the caller as it is."""
    error = kind("no")

    assert ended(Plugin(0, raising(error)), Wire()) is error


@given(
    st.integers(1, MAX_CALLS),
    bugs | st.sampled_from([InvalidRequest, NotSupported, NotSent]),
)
def test_a_failure_on_an_answer_proves_nothing(calls, kind):
    """After an answer, whatever a plugin raises but a judgement of it is UNKNOWN."""
    caught = ended(Plugin(calls, raising(kind("canary"))), Wire())

    assert type(caught) is OutcomeUnknown
    assert "canary" not in str(caught)


@pytest.mark.parametrize("error", [ProviderRefused("no"), OutcomeUnknown("no")])
def test_a_plugin_may_judge_an_answer(error):
    """What a plugin reads out of an answer reaches the core as it is."""
    assert ended(Plugin(1, raising(error)), Wire()) is error


def test_nothing_left_in_the_first_call():
    """That the first call left no byte is proof, and stays one."""
    error = NotSent("refused")
    plugin = Plugin(2)

    assert ended(plugin, Wire(error)) is error
    assert plugin.closed


@given(st.integers(1, MAX_CALLS - 1), st.sampled_from([NotSent("no"), OutcomeUnknown("no")]))
def test_a_fault_in_a_later_call_is_unknown(answered, fault):
    """Once a call was answered, even a later one that left no byte ends in UNKNOWN."""
    plugin = Plugin(MAX_CALLS)
    wire = Wire(*[reply()] * answered, fault)

    assert type(ended(plugin, wire)) is OutcomeUnknown
    assert len(wire.carried) == answered + 1
    assert plugin.closed


@given(st.integers(0, 3), st.sampled_from([KeyboardInterrupt, SystemExit, GeneratorExit]))
def test_an_interrupt_passes_and_the_talk_is_closed(answered, interrupt):
    """Whoever cancels the task or stops the process is not held up, and leaves a closed talk."""
    plugin = Plugin(MAX_CALLS)

    assert type(ended(plugin, Wire(*[reply()] * answered, interrupt()))) is interrupt
    assert plugin.closed


@pytest.mark.parametrize("calls", [0, 1])
def test_an_interrupt_inside_the_plugin_passes(calls):
    """An interrupt that meets the plugin's own code passes as well."""
    plugin = Plugin(calls, raising(KeyboardInterrupt()))

    assert type(ended(plugin, Wire())) is KeyboardInterrupt


def said_in_turn(calls: list[Call], end: object) -> Talk[str]:
    """Say these calls one after the other; then raise `end`, yield it, or return if it is None."""
    for call in calls:
        _ = yield call
    if isinstance(end, BaseException):
        raise end
    if end is not None:
        yield end  # type: ignore[misc]
    return "said"


faults = st.sampled_from([None, NotSent("no"), OutcomeUnknown("no"), RuntimeError("no")])
ends = st.sampled_from(
    [None, "no call", OutcomeUnknown("no"), ProviderRefused("no"), InvalidRequest("no"), KeyError()]
)


def proved(moves: list[bool], fault: BaseException | None, end: object) -> type[BaseException]:
    """Return what a talk ends in whose last call meets `fault`, or that ends in `end`."""
    if fault is None and isinstance(end, ProviderRefused):
        return ProviderRefused
    left = moves[:-1] if isinstance(fault, NotSent) else moves
    return OutcomeUnknown if any(left) else NotSent


@given(st.lists(st.booleans(), min_size=1, max_size=MAX_CALLS - 1), faults, ends)
def test_what_is_proved_turns_on_the_calls_that_move(moves, fault, end):
    """Until a call that may move something is handed over, whatever fails is NotSent; then none."""
    calls = [CALL if each else QUESTION for each in moves]
    wire = Wire(*[reply()] * (len(moves) - 1), fault or reply())
    talk = said_in_turn(calls, end)

    if fault is None and end is None:
        assert converse(talk, wire.send) == "said"
    else:
        with pytest.raises(PaycoreError) as caught:
            converse(talk, wire.send)
        assert type(caught.value) is proved(moves, fault, end)
    assert wire.carried == calls


@given(st.lists(st.booleans(), max_size=MAX_CALLS))
def test_what_was_handed_over_is_noted_before_it_leaves(moves):
    """Even a call that is interrupted was handed over."""

    def interrupted(call: Call) -> Reply:
        raise KeyboardInterrupt

    noted = Noted(interrupted)
    for each in moves:
        with pytest.raises(KeyboardInterrupt):
            noted(CALL if each else QUESTION)

    assert (noted.asked, noted.moved) == (bool(moves), any(moves))
    assert noted.only_asked is (bool(moves) and not any(moves))


def test_only_a_plain_no_says_that_nothing_moves():
    """A call that says neither may move something: what somebody forgot is not believed."""
    for odd in (None, 0, ""):
        wire = Wire(OutcomeUnknown("no"))

        assert type(ended_in(replace(CALL, moves=odd), wire)) is OutcomeUnknown


def test_a_question_that_failed_says_why():
    """The reason is told with what it proves, without a card number and not at any length."""
    wire = Wire(OutcomeUnknown("charge: 5555 5555 5555 4444 and " + "x" * 5000))

    told = str(ended_in(QUESTION, wire))

    assert "question" in told
    assert "charge: 555555******4444" in told
    assert len(told) < 400


def test_questions_have_a_bound_too():
    """A plugin that never comes to the point has sent nothing that moves anything."""
    wire = Wire()

    with pytest.raises(NotSent):
        converse(said_in_turn([QUESTION] * (MAX_CALLS + 1), None), wire.send)

    assert len(wire.carried) == MAX_CALLS


def test_a_talk_has_a_bound():
    """A talk that never ends is cut off after MAX_CALLS answers, as UNKNOWN."""
    plugin = Plugin(MAX_CALLS + 1)
    wire = Wire()

    assert type(ended(plugin, wire)) is OutcomeUnknown
    assert len(wire.carried) == MAX_CALLS
    assert plugin.closed


@pytest.mark.parametrize(("answered", "kind"), [(0, NotSent), (1, OutcomeUnknown)])
def test_only_calls_can_be_yielded(answered, kind):
    """Something else than a `Call` is carried nowhere: it proves what was proved before it."""
    wire = Wire()

    def talk() -> Talk[None]:
        for _ in range(answered):
            yield CALL
        yield "https://provider.example"  # type: ignore[misc]

    with pytest.raises(PaycoreError) as caught:
        converse(talk(), wire.send)

    assert type(caught.value) is kind
    assert len(wire.carried) == answered


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_talk_that_cannot_be_closed_changes_nothing(stubborn):
    """A plugin that raises while it is closed, or goes on talking, does not hide what happened."""
    error = OutcomeUnknown("lost")

    def talk() -> Talk[None]:
        try:
            yield CALL
        finally:
            if stubborn:
                yield CALL
            raise ValueError("canary")

    wire = Wire(error)

    with pytest.raises(OutcomeUnknown) as caught:
        converse(talk(), wire.send)

    assert caught.value is error
    assert len(wire.carried) == 1


def test_a_call_shows_neither_payload_nor_headers():
    """What logs and debuggers print of a call or a reply holds no secret."""
    shown = repr(Call("https://provider.example/x", {"a": "canary"}, headers={"b": "canary"}))
    shown += repr(Reply(200, b"canary", {"c": "canary"}))

    assert "canary" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "https://p.example/v3/charge",
        "https://p.example/v3/charge/",
        "https://p.example/charge?a=/b",
    ],
)
def test_a_call_is_named_by_its_path(url):
    """A call's name is the last part of its path, without the query."""
    assert Call(url).name == "charge"


def test_a_reply_is_parsed_strictly():
    """`Reply.json` is one JSON object, or OUTCOME UNKNOWN that quotes nothing of it."""
    with pytest.raises(OutcomeUnknown) as caught:
        _ = Reply(200, b'{"a": "canary", "a": 1}').json

    assert Reply(200, b'{"a": 1}').json == {"a": 1}
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("answered", [0, 1])
@pytest.mark.parametrize(
    "error", [InvalidRequest("x"), NotSupported("x"), Conflict("x"), RuntimeError("x")]
)
def test_a_transport_that_fails_otherwise_proves_nothing(error, answered):
    """Only NotSent is a transport's proof; whatever else it raises leaves the outcome unknown."""
    plugin = Plugin(answered + 1)

    assert type(ended(plugin, Wire(*[reply()] * answered, error))) is OutcomeUnknown
    assert plugin.closed
