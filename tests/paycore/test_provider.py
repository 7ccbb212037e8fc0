"""A plugin is held to the contract by name, and a call reaches that plugin or nobody."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pytest

import paycore
from paycore.errors import PluginRefused, WebhookRejected
from paycore.provider import HOOKS, PLAIN, REQUIRED, TALKING, Provider
from tests.stage import Teller, message

DESCRIPTION = paycore.Description(
    name="sound",
    base_url="https://sound.example",
    channels=("SOUND",),
    methods=(paycore.HostedPage,),
    currencies=frozenset({"CAD"}),
)


@paycore.hookimpl
def describe() -> paycore.Description:
    return DESCRIPTION


@paycore.hookimpl
def open_account(settings: dict[str, Any]) -> dict[str, Any]:
    return dict(settings)


@paycore.hookimpl
def charge(account: Any, request: Any) -> Generator[Any, Any, tuple[Any, Any]]:
    yield "call"
    return account, request


@paycore.hookimpl
def query(account: Any, request: Any) -> Generator[Any, Any, None]:
    yield "call"


def plugin(**changed: Any) -> ModuleType:
    """Return a sound plugin in which this was changed; None takes a hook away."""
    made = ModuleType("sound_plugin")
    sound = {"describe": describe, "open_account": open_account, "charge": charge, "query": query}
    for name, function in {**sound, **changed}.items():
        if function is not None:
            setattr(made, name, function)
    return made


def talk(account: Any, request: Any) -> Generator[Any, Any, None]:
    yield "call"


def plain(account: Any, request: Any) -> None:
    return None


async def awaited(settings: Any) -> None:
    return None


def describing(told: object) -> Callable[[], Any]:
    @paycore.hookimpl
    def describe() -> Any:
        if isinstance(told, BaseException):
            raise told
        return told

    return describe


def described(**changed: Any) -> Callable[[], Any]:
    return describing(replace(DESCRIPTION, **changed))


@paycore.hookimpl
def misspelt_argument(account: Any, requets: Any) -> Generator[Any, Any, None]:
    yield "call"


@paycore.hookimpl
def with_default(account: Any, request: Any = None) -> Generator[Any, Any, None]:
    yield "call"


@dataclass
class Foreign:
    """What a plugin for another contract would describe itself with."""

    api_version: str = "2.0"


@dataclass
class Unreadable:
    """A plugin that cannot even be looked at."""

    def __dir__(self) -> list[str]:
        raise RuntimeError("go away")


def hooked(function: Any, **options: Any) -> Any:
    """Return a copy of `function` that is marked, so that no test marks another's."""
    copied = type(function)(
        function.__code__, function.__globals__, function.__name__, None, function.__closure__
    )
    return paycore.hookimpl(**options)(copied) if options else paycore.hookimpl(copied)


REFUSED: dict[str, tuple[object, str]] = {
    "misspelt hook": (plugin(refnud=hooked(talk)), "no hook called 'refnud'"),
    "misspelt hook, optional": (plugin(refnud=hooked(talk, optionalhook=True)), "called 'refnud'"),
    "misspelt hook, static": (
        type("Plugin", (), {"refnud": staticmethod(hooked(talk, optionalhook=True))})(),
        "called 'refnud'",
    ),
    "misspelt specname": (plugin(pay=hooked(talk, specname="chrage")), "no hook called 'chrage'"),
    "misspelt argument": (plugin(charge=misspelt_argument), "requets"),
    "argument with a default": (plugin(charge=with_default), "'request' must have no default"),
    "no mark": (plugin(refund=talk), "'refund' is not marked with @paycore.hookimpl"),
    "no mark, required": (plugin(charge=talk), "'charge' is not marked with @paycore.hookimpl"),
    "another library's mark": (plugin(void=plain), "'void' is not marked"),
    "wrapper": (plugin(charge=hooked(talk, wrapper=True)), "'charge' must not be a wrapper"),
    "old wrapper": (plugin(charge=hooked(talk, hookwrapper=True)), "must not be a wrapper"),
    "does not talk": (plugin(charge=hooked(plain)), "'charge' must talk"),
    "does not talk, optional": (plugin(refund=hooked(plain)), "'refund' must talk"),
    "answers later": (plugin(open_account=hooked(awaited)), "'open_account' must answer"),
    "one hook twice": (plugin(pay=hooked(talk, specname="charge")), "'charge' is there twice"),
    "a class": (Teller, "not a class"),
    "nothing": (None, "the required hook 'describe' is missing"),
    "unreadable": (Unreadable(), "its hooks cannot be read: RuntimeError: go away"),
    "describe fails": (plugin(describe=describing(KeyError("x"))), "describe() fails: KeyError"),
    "describe is silent": (plugin(describe=describing(None)), "must return a Description"),
    "describe tells a dict": (plugin(describe=describing({})), "must return a Description"),
    "another major": (plugin(describe=described(api_version="2.0")), "it speaks contract 2.0"),
    "major 10": (plugin(describe=described(api_version="10.0")), "it speaks contract 10.0"),
    "no version": (plugin(describe=described(api_version="")), "it speaks contract none"),
    "a foreign description": (plugin(describe=describing(Foreign())), "it speaks contract 2.0"),
    "another's description": (
        plugin(describe=describing(replace(Foreign(), api_version="1.0"))),
        "must return a Description",
    ),
    "another name": (plugin(describe=described(name="other")), "it describes itself as 'other'"),
    "tokens without tokenize": (
        plugin(describe=described(token_methods=(paycore.HostedPage,))),
        "token methods and cannot tokenize",
    ),
    "methods of its own": (plugin(describe=described(methods=(dict,))), "no methods"),
    "methods are texts": (plugin(describe=described(methods=("HostedPage",))), "is malformed"),
    "no methods": (plugin(describe=described(methods=())), "no methods"),
    "no currencies": (plugin(describe=described(currencies=frozenset())), "no methods, currencies"),
    "currencies are bytes": (plugin(describe=described(currencies=[b"CAD"])), "currencies"),
    "no alphabet": (
        plugin(describe=described(reference_alphabet=frozenset())),
        "no methods, currencies or room for references",
    ),
    "references too short": (plugin(describe=described(reference_length=5)), "room for references"),
}


@pytest.mark.parametrize(("broken", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_a_broken_plugin_is_refused_by_name(broken: object, told: str) -> None:
    """Each way to break the contract is refused, with the provider's name and what to mend."""
    with pytest.raises(PluginRefused) as refused:
        Provider("sound", broken)

    assert str(refused.value).startswith("provider 'sound': ")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.field == "sound"


@pytest.mark.parametrize("hook", REQUIRED)
def test_a_missing_required_hook_is_named(hook: str) -> None:
    """Without describe, open_account, charge or query there is no provider."""
    with pytest.raises(PluginRefused, match=f"the required hook '{hook}' is missing"):
        Provider("sound", plugin(**{hook: None}))


@pytest.mark.parametrize("hook", PLAIN)
def test_a_hook_that_answers_must_not_talk(hook: str) -> None:
    """A generator where an answer is due would be taken for the answer."""
    arguments = {"describe": "", "open_account": "settings", "verify_webhook": "account, message"}
    scope: dict[str, Any] = {}
    exec(f"def talking({arguments[hook]}):\n    yield", scope)

    with pytest.raises(PluginRefused, match=f"'{hook}' must answer, not talk"):
        Provider("sound", plugin(**{hook: paycore.hookimpl(scope["talking"])}))


@pytest.mark.parametrize("hook", TALKING)
def test_a_hook_that_talks_must_talk(hook: str) -> None:
    """A function that answers at once has talked to somebody behind our back."""
    with pytest.raises(PluginRefused, match=f"'{hook}' must talk: yield each Call"):
        Provider("sound", plugin(**{hook: hooked(plain)}))


def test_a_sound_plugin_is_what_it_implements() -> None:
    """The hooks it has are what it can do, and its description is kept."""
    provider = Provider("sound", plugin(refund=hooked(talk), void=None))

    assert provider.hooks == {"describe", "open_account", "charge", "query", "refund"}
    assert provider.description is DESCRIPTION
    assert Provider("till", Teller()).hooks == set(HOOKS)


def test_a_minor_version_more_is_the_same_contract() -> None:
    """1.9 only adds to 1.0."""
    provider = Provider("sound", plugin(describe=described(api_version="1.9")))

    assert provider.description.api_version == "1.9"


@pytest.mark.parametrize(("length", "enough"), [(31, False), (32, True), (10**9, True)])
def test_a_provider_tells_enough_references_apart(length: int, enough: bool) -> None:
    """Each reference is used once, for ever: of two letters it takes 32 to have enough of them."""
    two = plugin(describe=described(reference_alphabet=frozenset("ab"), reference_length=length))
    if enough:
        assert Provider("sound", two).description.reference_length == length
    else:
        with pytest.raises(PluginRefused, match="room for references"):
            Provider("sound", two)


def test_a_hook_may_have_another_name_in_the_plugin() -> None:
    """`specname` is pluggy's way to say which hook a function is."""
    provider = Provider("sound", plugin(void=None, cancel=hooked(talk, specname="void")))

    assert "void" in provider.hooks


def test_what_is_no_hook_is_no_concern() -> None:
    """A plugin may hold whatever else it needs, even odd things and a hook's name for None."""

    class Lazy(ModuleType):
        def __dir__(self) -> list[str]:
            return [*super().__dir__(), "not_there_yet"]

    lazy = Lazy("lazy")
    vars(lazy).update(vars(plugin(helper=plain, table={"a": 1}, mark=lambda: 1)))
    lazy.void = None  # type: ignore[attr-defined]

    assert "void" not in Provider("sound", lazy).hooks


def test_nothing_runs_until_a_talk_is_driven() -> None:
    """A talk is a generator over what the plugin was given, and is not begun."""
    provider = Provider("sound", plugin())
    account = provider.open_account({"merchant_id": "1"})
    held = provider.talk("charge", account, "request")

    assert next(held) == "call"
    with pytest.raises(StopIteration) as end:
        held.send("reply")
    assert end.value.value == ({"merchant_id": "1"}, "request")


def test_calls_reach_one_plugin_only() -> None:
    """Two providers share no relay: what one is asked, the other never hears."""
    first, second = Provider("a", Teller("a")), Provider("b", Teller("b"))

    assert first.description.name == "a"
    assert second.description.name == "b"
    assert first.open_account({"of": "a"}) == {"of": "a"}


def test_a_genuine_message_is_handed_on() -> None:
    """What verify_webhook returns is what the gateway gets."""
    notification = Provider("till", Teller()).verify_webhook({}, message(reference="o-1"))

    assert notification.said.reference == "o-1"


def test_a_message_about_nothing_of_ours_is_one_too() -> None:
    """It is handed on, for its acknowledgement."""

    @paycore.hookimpl
    def verify_webhook(account: Any, message: Any) -> Any:
        return paycore.Notification(None, b"thanks")

    provider = Provider("sound", plugin(verify_webhook=verify_webhook))

    assert provider.verify_webhook({}, message(reference="o-1")).report is None


@pytest.mark.parametrize("made", [None, "SUCCESS", {"report": 1}, paycore.Notification("x", b"")])  # type: ignore[arg-type]
def test_a_message_is_a_notification_or_rejected(made: Any) -> None:
    """There is no third thing: whatever else a plugin makes of a message is a rejection."""

    @paycore.hookimpl
    def verify_webhook(account: Any, message: Any) -> Any:
        return made

    provider = Provider("sound", plugin(verify_webhook=verify_webhook))

    with pytest.raises(WebhookRejected):
        provider.verify_webhook({}, message())
    with pytest.raises(WebhookRejected):
        Provider("sound", plugin()).verify_webhook({}, message())
