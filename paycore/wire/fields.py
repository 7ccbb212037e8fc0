"""marshmallow fields for what providers really send; each says in one place what is sensitive."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from marshmallow import RAISE, Schema, fields, pre_load
from marshmallow.exceptions import ValidationError

from paycore.secret import Secret, mask_card

_DIGITS: Final = re.compile(r"0|[1-9][0-9]{0,18}")
SENSITIVE: Final = {"sensitive": True}


class Digits(fields.Field[int]):
    """A whole number from 0: a JSON integer, or its ASCII digits without sign or leading zero."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is int and value >= 0:
            return value
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        raise ValidationError("want digits")


class Amount(fields.Integer):
    """Minor units on the way out: a JSON integer above 0, never a bool, a float or a text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int or value <= 0:
            raise ValidationError("want whole minor units above 0")
        return value


class MaskedCard(fields.String):
    """A card number as it comes in: masked before anyone else sees it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata=SENSITIVE, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return mask_card(str(super()._deserialize(value, attr, data, **kwargs)))


class SecretText(fields.Field[Secret]):
    """A key from the settings: at least `shortest` bytes, not blank, ASCII or not."""

    def __init__(self, *, shortest: int = 16, **kwargs: Any) -> None:
        super().__init__(metadata=SENSITIVE, **kwargs)
        self.shortest = shortest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Secret:
        secret = Secret(value) if isinstance(value, str) else value
        if not isinstance(secret, Secret):
            raise ValidationError("want a text")
        text = secret.reveal()
        if text != text.strip() or len(text.encode("utf-8", "replace")) < self.shortest:
            raise ValidationError(f"want at least {self.shortest} bytes without blanks around")
        return secret


class SettingsSchema(Schema):
    """What every account may say; a provider's own schema adds its names. Unknown ones raise."""

    class Meta:
        unknown = RAISE

    base_url = fields.String(required=True)
    mode = fields.String(required=True)
    notify_url = fields.String(load_default="")
    pci_dss = fields.Boolean(load_default=False)

    @pre_load
    def _open(self, data: Any, **kwargs: Any) -> Any:
        """Reveal what came as a secret (`env:`, `file:`) but is none."""
        return {
            name: value.reveal()
            if isinstance(value, Secret) and not isinstance(self.fields.get(name), SecretText)
            else value
            for name, value in dict(data).items()
        }


def host_of(url: str) -> str:
    """Return the lower-case host of an https or http URL; empty where there is none to trust.

    User info, blanks, control characters and backslashes make a URL untrustworthy.
    """
    if not isinstance(url, str) or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a malformed port raises only when it is read
    except ValueError:
        return ""
    if parts.scheme not in ("https", "http") or "@" in parts.netloc:
        return ""
    return (parts.hostname or "").lower()
