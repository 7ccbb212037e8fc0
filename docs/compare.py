"""Writes docs/providers/compare.md from what every provider that we ship says of itself.

`python docs/compare.py` writes it anew; a test notices when that was forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from paycore.bootstrap import load_providers
from paycore.description import Repeat
from paycore.methods import METHOD_NAMES
from paycore.provider import Provider

PAGE: Final = Path(__file__).parent / "providers" / "compare.md"
SHIPPED: Final = ("iotpay", "iotpay_unionpay", "stripe", "fake")
_HEAD: Final = """# Providers compared

What each provider that we ship can do, and what its answers prove.
The page is written by `python docs/compare.py` from [`describe()`](../hooks.md#describe).
The [conformance kit](../conformance.md) holds that to the truth.
`fake` lives in your process and is for unit tests.

"""
_REPEATS: Final = {
    Repeat.UNKNOWN: "nobody knows",
    Repeat.REFUSED: "is refused",
    Repeat.REPLAYED: "gives the first answer",
    Repeat.CHARGED_AGAIN: "charges again",
}
_FEW: Final = 6
"""How many currencies are named; of more, only their number is told."""

Fact = Callable[[Provider], str]


def page() -> str:
    """Return the page as it should be."""
    loaded = load_providers(set(SHIPPED))
    providers = [loaded[name] for name in SHIPPED]
    lines = [_row("", (f"`{each.name}`" for each in providers))]
    lines.append(_row("---", ("---" for _ in providers)))
    for label, fact in _facts():
        told = [fact(each) for each in providers]
        if set(told) != {"no"}:  # what nobody does is no difference
            lines.append(_row(label, told))
    return _HEAD + "\n".join(lines) + "\n"


def _facts() -> Iterable[tuple[str, Fact]]:
    yield "channels", lambda p: ", ".join(p.description.channels)
    for method, name in METHOD_NAMES.items():
        yield f"charges by {_words(name)}", lambda p, m=method: _yes(m in p.description.methods)
    for method, name in METHOD_NAMES.items():
        stores = lambda p, m=method: _yes(m in p.description.token_methods)  # noqa: E731
        yield f"stores a card by {_words(name)}", stores
    yield "refunds", lambda p: _yes("refund" in p.hooks)
    yield "holds now and captures later", lambda p: _yes("capture" in p.hooks)
    yield "voids what is only held", lambda p: _yes({"capture", "void"} <= p.hooks)
    yield "voids what was captured", _voids
    yield "sends messages", lambda p: _yes("verify_webhook" in p.hooks)
    yield "a genuine message", _worth
    yield "not being found", _absence
    yield "the same reference again", lambda p: _REPEATS[p.description.repeat]
    yield "refusals that surely moved nothing", _refusals
    yield "currencies", _currencies
    yield "references", lambda p: f"up to {p.description.reference_length} characters"
    yield "a page can be paid for", lambda p: _time(p.description.page_lifetime_s)


def _row(label: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([label, *cells])} |"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _voids(provider: Provider) -> str:
    return _yes("void" in provider.hooks and provider.description.voids_captured)


def _worth(provider: Provider) -> str:
    if "verify_webhook" not in provider.hooks:
        return "never comes"
    return "is proof" if provider.description.webhook_is_proof else "is a reason to query"


def _absence(provider: Provider) -> str:
    if not provider.description.absence_is_proof:
        return "proves nothing"
    window = _time(provider.description.settling_window_s)
    return f"proves after {window} that nothing moved"


def _refusals(provider: Provider) -> str:
    told = sum(map(len, provider.description.sure_refusals.values()))
    return str(told) if told else "none"


def _currencies(provider: Provider) -> str:
    known = sorted(provider.description.currencies)
    return ", ".join(known) if len(known) <= _FEW else str(len(known))


def _time(seconds: int) -> str:
    if seconds % 86_400 == 0:
        days = seconds // 86_400
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{seconds // 3600} h" if seconds % 3600 == 0 else f"{seconds // 60} min"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
