"""What an author fills in: one provider, an account of it, and who answers in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from paycore.money import Money
from paycore.report import WebhookMessage
from paycore.simulators import Simulator
from paycore.states import Kind
from paycore.wire.talk import Call, Reply

Answering = Callable[[Call], Reply]
"""A healthy provider: what it answers to a call."""


@dataclass(frozen=True)
class Case:
    """One provider to hold to its promises; `docs/conformance.md` explains every field."""

    provider: str
    """The provider's name, as settings name it."""
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The account's own settings; a simulator's are taken without being told."""
    plugin: object | None = None
    """The hooks; where there are none, what the installed provider of that name offers."""
    answers: Callable[[], Answering] | None = None
    """Opens a healthy provider that is scripted, with a memory of its own."""
    simulator: Callable[[], Simulator] | None = None
    """Opens the provider's simulator; its settings, cards and messages are used."""
    amount: Money | None = None
    """What is charged; 1537 minor units of the first declared currency without it."""
    card: str = "4111111111111111"
    """The number of a card that pays."""
    token: str = "stored-card-1"
    """A stored card that pays, where none can be stored first."""
    wallet: tuple[str, str] = ("apple_pay", "eyJ2IjoxfQ==")
    """A wallet's kind and data that pay."""
    secrets: tuple[str, ...] = ()
    """The names of the settings that nobody may ever see."""
    verdicts: tuple[str, ...] = ("status",)
    """The members of an answer or a message that say what became of it."""
    messages: tuple[WebhookMessage, ...] = field(default=(), repr=False)
    """Genuine messages."""
    forged: tuple[WebhookMessage, ...] = field(default=(), repr=False)
    """Messages that claim a success and are not genuine: another key, another merchant."""
    sealed: Callable[[bytes], WebhookMessage] | None = None
    """Makes a message of a body as the provider would sign it, whatever the bytes."""
    refusal: Callable[[Kind, str], Reply] | None = None
    """Makes the answer that refuses an operation for a reason (`Description.sure_refusals`)."""
    asked: Callable[[Call], Money] | None = None
    """Reads from a call what it asks for, where the amount is said in a way of its own."""
    exempt: Mapping[str, str] = field(default_factory=dict)
    """The checks that this provider does not take, each with its reason."""
    fuzz: int = 500
    """How many altered messages, and how many that are noise."""
    seed: int = 0
    """What chance begins with."""
