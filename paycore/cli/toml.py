"""Settings as TOML, ready to paste: only what settings are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from paycore.secret import Secret


def section(name: str, settings: Mapping[str, Any]) -> str:
    """Return `settings` as the TOML table `name`; what is empty is left out."""
    lines = [
        f"{key} = {_value(value)}" for key, value in settings.items() if value not in ("", None)
    ]
    return "\n".join([f"[{name}]", *lines])


def _value(value: Any) -> str:
    """Return one value as TOML writes it: for these types nearly as JSON does."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
