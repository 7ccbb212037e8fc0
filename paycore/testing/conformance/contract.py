"""What a plugin is, and that its description is true."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from paycore.errors import InvalidRequest, NotSent, NotSupported, PaycoreError, SettingsError
from paycore.methods import METHOD_NAMES, EmbeddedForm, HostedPage
from paycore.money import Money
from paycore.report import Report
from paycore.states import State
from paycore.testing.conformance.asking import method_of
from paycore.testing.conformance.checking import Check, promise, some
from paycore.testing.conformance.outcome import Play, operation_of
from paycore.testing.conformance.stage import Stage
from paycore.wire.talk import Call, Reply

SURPRISE: Final = "surprise_7919"
CANARY: Final = "canary-value-7919-canary"


def plugin_keeps_the_contract(stage: Stage) -> None:
    """Every hook is known, marked, shaped and spelt as the contract says."""
    promise(stage.provider.description, "it has no description")


def description_stays_the_same(stage: Stage) -> None:
    """`describe()` says the same every time, and the same after an account was opened."""
    first = stage.plugin.describe()
    promise(stage.handle is not None, "open_account() returned nothing")

    for _ in range(2):
        promise(stage.plugin.describe() == first, "describe() says something else the next time")


def settings_are_refused_by_name(stage: Stage) -> None:
    """A setting that is unknown, missing or malformed is a SettingsError; no value is quoted."""
    _refused(stage, {**stage.settings, SURPRISE: CANARY}, SURPRISE)
    for name in stage.settings:
        without = {key: value for key, value in stage.settings.items() if key != name}
        if name not in ("base_url", "mode", "notify_url", "pci_dss"):
            _refused(stage, without)
        for odd in (object(), [CANARY], {CANARY: 1}, 1.5, ""):
            _refused(stage, {**stage.settings, name: odd})


def undeclared_is_refused_unsent(stage: Stage) -> None:
    """A method, a currency or an operation that is not declared never leads to a call."""
    calls: list[Call] = []
    gateway = stage.gateway(calls.append)
    told, money = stage.description, stage.money
    for kind in METHOD_NAMES:
        method = method_of(stage, kind)
        if kind not in told.methods:
            _unsent(calls, kind.__name__, gateway.charge, "order-1", money, method)
        if kind not in told.token_methods:
            _unsent(calls, kind.__name__, gateway.tokenize, "card-1", method)
    for code in {"CAD", "JPY", "KWD", "CLF", "EUR"} - told.currencies:
        method = method_of(stage, told.methods[0])
        _unsent(calls, code, gateway.charge, f"order-{code}", Money(100, code), method)
    for hook in {"capture", "tokenize", "refund", "void"} - stage.provider.hooks:
        _unsent(calls, hook, stage.account(_nobody).require, hook)
    if "capture" not in stage.provider.hooks:
        charge = partial(gateway.charge, capture=False)
        _unsent(calls, "a hold", charge, "order-held", money, method_of(stage, told.methods[0]))


def declared_is_done(stage: Stage) -> None:
    """A healthy provider gets every declared request, and what is made of its answer fits."""
    for play in stage.tour:
        promise(not play.problem, f"{play.label}: {play.problem}")
        promise(isinstance(play.report, Report), f"{play.label}: ended in {play.report}")
        if isinstance(play.report, Report):
            _fits(play, play.report)
    if "capture" in stage.provider.hooks:
        promise(any(play.hook == "capture" for play in stage.tour), "nothing could be held")


def waiting_payer_is_told_what_to_do(stage: Stage) -> None:
    """A hosted page or form that awaits the payer comes with its next action."""
    waiting = [
        play
        for play in stage.tour
        if play.moves
        and play.state is State.PENDING
        and isinstance(getattr(play.request, "method", None), (HostedPage, EmbeddedForm))
    ]
    for play in some(waiting, "it has no pages and no forms"):
        action = play.report.next_action if isinstance(play.report, Report) else None
        promise(action, f"{play.label}: pending, and nothing for the payer to do")


def _refused(stage: Stage, settings: dict[str, Any], named: str = "") -> None:
    """Open an account that must not open, or may as well, but never fail in another way."""
    try:
        stage.provider.open_account(settings)
    except SettingsError as error:
        promise(named in str(error), f"{named}: refused, and not named")
        promise(CANARY not in str(error), "a refusal quotes a value")
        return
    except Exception as error:
        raise AssertionError(f"odd settings end in {type(error).__name__}") from None
    promise(not named, f"{named}: an unknown setting is taken")


def _unsent(calls: list[Call], what: str, act: Callable[..., object], *asked: object) -> None:
    """Ask for what is not declared, and see it refused before anything is sent."""
    try:
        act(*asked)
    except (InvalidRequest, NotSupported):
        promise(not calls, f"{what}: not declared, and sent all the same")
        return
    except PaycoreError as error:
        raise AssertionError(f"{what}: not declared, and ends in {error!r}") from None
    raise AssertionError(f"{what}: not declared, and not refused")


def _nobody(call: Call) -> Reply:
    raise NotSent(call.name)


def _fits(play: Play, report: Report) -> None:
    """Hold a report of a healthy provider to the request that it answers."""
    problem = operation_of(play).mismatch(report)
    promise(not problem, f"{play.label}: {problem}")
    done = State.AUTHORIZED if play.holds and play.moves else State.SUCCEEDED
    good = (done, State.PENDING, State.AUTHORIZED if play.holds else done)
    wrong = f"{play.label}: a healthy provider's answer is read as {report.state.value}"
    promise(report.state in good, wrong)


CHECKS: Final[tuple[Check, ...]] = (
    plugin_keeps_the_contract,
    description_stays_the_same,
    settings_are_refused_by_name,
    undeclared_is_refused_unsent,
    declared_is_done,
    waiting_payer_is_told_what_to_do,
)
