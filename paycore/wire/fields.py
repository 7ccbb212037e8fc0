"""marshmallow fields for what providers really send; each says in one place what is sensitive."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from marshmallow import (
    EXCLUDE,
    RAISE,
    Schema,
    fields,
    post_load,
    pre_load,
)
from marshmallow.exceptions import ValidationError
from marshmallow.validate import Length

from paycore.errors import InvalidRequest
from paycore.methods import CardData
from paycore.money import MAX_MINOR, Money
from paycore.report import Instrument
from paycore.secret import Secret, mask_card
from paycore.wire.flat import Flat, plain
from paycore.wire.messages import inside

_DIGITS: Final = re.compile(r"0|[1-9][0-9]{0,18}")
SENSITIVE: Final = {"sensitive": True}


@plain(int, range(MAX_MINOR + 1))
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


@plain(int, range(1, MAX_MINOR + 1))
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


@plain(int, range(MAX_MINOR + 1))
class Minor(Digits):
    """Minor units on the way in: `Heard` makes `Money` of them and its field `currency`."""


@plain(str)
class Text(fields.String):
    """A text of 1 to `most` characters, on the way out: `theirs` is its name, `ours` its path."""

    def __init__(self, theirs: str, ours: str, most: int, **kwargs: Any) -> None:
        super().__init__(
            data_key=theirs, attribute=ours, required=True, validate=Length(1, most), **kwargs
        )
        self.most = most


@plain(str)
class IfShort(Text):
    """A text that may as well be left out: it is, where it would be too long."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(value if len(value) <= self.most else "", attr, obj, **kwargs)


@plain(str)
class Made(fields.Function):
    """A text of 1 to `most` characters that `make` makes of all that is said, by its names."""

    def __init__(self, theirs: str, most: int, make: Callable[..., str]) -> None:
        super().__init__(make, str, data_key=theirs, required=True, validate=Length(1, most))
        self.make = make

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> str:
        return self.make(**obj)


def mmyy(card: CardData) -> str:
    """Return a card's last month as card forms have it."""
    return f"{card.expiry_month:02}{card.expiry_year % 100:02}"


def by_last_four(
    card: object, last_four: str, brand: str = "", month: str = "", year: str = ""
) -> Instrument | None:
    """Return a card that is told by its last four digits, under these names of the provider's.

    `card` may be whatever was heard: without four digits there is none to show, and without both
    month and year no `MMYY`.
    """
    names = (last_four, brand, month, year)
    last, label, mm, yyyy = (str(inside(card, name) or "") for name in names)
    if not re.fullmatch("[0-9]{4}", last):
        return None
    dated = re.fullmatch("[0-9]{1,2}", mm) and re.fullmatch("[0-9]{4}", yyyy)
    return Instrument("*" * 12 + last, label[:30], f"{mm:0>2}{yyyy[2:]}" if dated else "")


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
            raise ValidationError("not long enough, or with blanks around it")
        return secret


class Said(Flat):
    """What a plugin says: a member that would be an empty text is left out."""

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        said = super()._serialize(obj, many=many)
        return said if many else {name: value for name, value in said.items() if value != ""}


class Heard(Flat):
    """What a plugin hears: null and empty mean absent, and they may add a member any day."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def _full(self, heard: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in heard.items() if value not in (None, "")}

    @post_load
    def _exact(self, heard: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Make money of what is `Minor`, or nothing where no currency comes with it."""
        for name in _minor(self):
            minor, currency = heard.get(name), heard.get("currency")
            try:
                heard[name] = Money(minor, currency) if currency and minor is not None else None
            except InvalidRequest:
                raise ValidationError("not money", name) from None
        return heard


@lru_cache(maxsize=64)
def _minor(schema: Schema) -> tuple[str, ...]:
    """Return the names of what is `Minor`, looked up once for each schema."""
    return tuple(name for name, field in schema.fields.items() if isinstance(field, Minor))


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


def _is_sound(secret: Secret, shortest: int) -> bool:
    text = secret.reveal()
    return text == text.strip() and len(text.encode("utf-8", "replace")) >= shortest
