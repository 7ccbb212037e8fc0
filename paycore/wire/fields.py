"""marshmallow fields for what providers really send; each says in one place what is sensitive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from marshmallow import (
    EXCLUDE,
    RAISE,
    Schema,
    fields,
    post_dump,
    post_load,
    pre_load,
    validates_schema,
)
from marshmallow.exceptions import ValidationError
from marshmallow.validate import Length

from paycore.errors import InvalidRequest
from paycore.methods import CardData
from paycore.money import MAX_MINOR, Money
from paycore.secret import Secret, mask_card

_DIGITS: Final = re.compile(r"0|[1-9][0-9]{0,18}")
SENSITIVE: Final = {"sensitive": True}


class Digits(fields.Field[int]):
    """A whole number within signed 64 bits: a JSON integer, or its ASCII digits; never negative.

    No sign, no blank, no leading zero, no fraction: what is signed as text has one spelling.
    """

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            value = int(value)
        if type(value) is not int or not 0 <= value <= MAX_MINOR:
            raise ValidationError("want digits")
        return value


class Amount(fields.Integer):
    """Minor units on the way out: a JSON integer above 0, never a bool, a float or a text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return value  # as it is, for `dump` to refuse: marshmallow would cut 15.9 down to 15

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int or not 0 < value <= MAX_MINOR:
            raise ValidationError("want whole minor units above 0")
        return value


class Minor(Digits):
    """Minor units on the way in: `Heard` makes `Money` of them and its field `currency`."""


class Text(fields.String):
    """A text of 1 to `most` characters, on the way out: `theirs` is its name, `ours` its path."""

    def __init__(self, theirs: str, ours: str, most: int, **kwargs: Any) -> None:
        super().__init__(
            data_key=theirs, attribute=ours, required=True, validate=Length(1, most), **kwargs
        )
        self.most = most


class IfShort(Text):
    """A text that may as well be left out: it is, where it would be too long."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(value if len(value) <= self.most else "", attr, obj, **kwargs)


class Made(fields.Function):
    """A text of 1 to `most` characters that `make` makes of all that is said, by its names."""

    def __init__(self, theirs: str, most: int, make: Callable[..., str]) -> None:
        super().__init__(
            lambda said: make(**said), str, data_key=theirs, required=True, validate=Length(1, most)
        )


def mmyy(card: CardData) -> str:
    """Return a card's last month as card forms have it."""
    return f"{card.expiry_month:02}{card.expiry_year % 100:02}"


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
        if not _is_sound(secret, self.shortest):
            raise ValidationError(f"want at least {self.shortest} bytes without blanks around")
        return secret


class Said(Schema):
    """What a plugin says: a member that would be an empty text is left out."""

    @post_dump
    def _full(self, said: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in said.items() if value != ""}


class Heard(Schema):
    """What a plugin hears: null and empty mean absent, and they may add a member any day."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def _full(self, heard: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in heard.items() if value not in (None, "")}

    @post_load
    def _exact(self, heard: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Make money of what is `Minor`, or nothing where no currency comes with it."""
        for name in (name for name, field in self.fields.items() if isinstance(field, Minor)):
            minor, currency = heard.get(name), heard.get("currency")
            try:
                heard[name] = Money(minor, currency) if currency and minor is not None else None
            except InvalidRequest:
                raise ValidationError("not money", name) from None
        return heard


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


class KeyedSettings(SettingsSchema):
    """What an account with one key for both ways may say: the key, and the one before it."""

    merchant_key = SecretText(required=True)
    previous_merchant_key = SecretText(load_default=None)
    previous_key_until = fields.AwareDateTime(load_default=None)

    @validates_schema
    def _ends(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        """Refuse a previous key without an end, which nobody would ever retire."""
        if (data["previous_merchant_key"] is None) != (data["previous_key_until"] is None):
            raise ValidationError("want both or neither", "previous_key_until")


@dataclass(frozen=True)
class KeyedAccount:
    """What `KeyedSettings` loads; a plugin's account adds its own."""

    base_url: str
    mode: str
    notify_url: str
    pci_dss: bool
    merchant_key: Secret
    previous_merchant_key: Secret | None
    previous_key_until: datetime | None

    def keys(self, now: datetime) -> Iterator[Secret]:
        """Yield the keys that a message may be signed with at `now`, the current one first."""
        yield self.merchant_key
        if self.previous_merchant_key and self.previous_key_until and now < self.previous_key_until:
            yield self.previous_merchant_key


def _is_sound(secret: Secret, shortest: int) -> bool:
    text = secret.reveal()
    return text == text.strip() and len(text.encode("utf-8", "replace")) >= shortest
