"""What a provider says of itself; the kit holds it to every line."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from paycore.methods import Method
from paycore.states import Kind

API_VERSION: Final = "1.0"
"""The version of the contract in `paycore.hookspecs`; plugins with another major are refused."""

REFERENCE_ALPHABET: Final = frozenset(string.ascii_letters + string.digits + "-_")


class Repeat(str, Enum):
    """What a provider does with a reference that it has met before."""

    UNKNOWN = "unknown"
    REFUSED = "refused"
    REPLAYED = "replayed"
    CHARGED_AGAIN = "charged_again"


@dataclass(frozen=True)
class Description:
    """A provider's own account of what it can do, and of what its answers prove."""

    name: str
    base_url: str
    """Where its API lives, scheme and host: the only origin its calls may go to."""
    channels: tuple[str, ...]
    methods: tuple[type[Method], ...]
    """What `charge` accepts."""
    currencies: frozenset[str]
    token_methods: tuple[type[Method], ...] = ()
    """What `tokenize` accepts."""
    api_version: str = API_VERSION
    reference_alphabet: frozenset[str] = REFERENCE_ALPHABET
    reference_length: int = 30
    page_lifetime_s: int = 3600
    settling_window_s: int = 86_400
    """How long after sending the absence of an operation proves nothing at all."""
    absence_is_proof: bool = False
    """Whether *not found*, after the settling window, proves that nothing was executed."""
    webhook_is_proof: bool = False
    """Whether a verified message may be believed; if not, it is a reason to query."""
    voids_captured: bool = True
    """Whether `void` cancels what was captured already; if not, only what is authorized."""
    repeat: Repeat = Repeat.UNKNOWN
    sure_refusals: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    """The refusals that surely moved nothing, by operation; everything else is UNKNOWN."""
