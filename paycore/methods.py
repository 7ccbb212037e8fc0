"""How a payer pays, and what the payer has to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from paycore.secret import Secret


@dataclass(frozen=True)
class HostedPage:
    """The payer is sent to a page of the provider."""

    return_url: str
    """Where the payer's browser comes back to: https, on a host of `return_hosts`."""


@dataclass(frozen=True)
class EmbeddedForm:
    """The provider's form, mounted into a page of ours."""

    return_url: str
    """Where the payer's browser comes back to: https, on a host of `return_hosts`."""


@dataclass(frozen=True)
class StoredToken:
    """A card stored before, by `tokenize` or by other means."""

    token: str
    """The reference it was tokenized under; else the provider's own name for it."""


@dataclass(frozen=True)
class Wallet:
    """A wallet's payment token, as the wallet's own library handed it over."""

    kind: str
    """`"apple_pay"` or `"google_pay"`."""
    data: str = field(repr=False)
    """The wallet's token, Base64 where the wallet says so; a secret of the payer."""


@dataclass(frozen=True, eq=False)
class CardData:
    """A raw card; refused unless the account says `pci_dss = true`. Never stored, never shown."""

    number: Secret
    expiry_month: int
    """1 to 12."""
    expiry_year: int
    """Four digits."""
    security_code: Secret
    holder: str = field(repr=False)


Method = HostedPage | EmbeddedForm | StoredToken | Wallet | CardData

METHOD_NAMES: Final[Mapping[type[Method], str]] = {
    HostedPage: "hosted_page",
    EmbeddedForm: "embedded_form",
    StoredToken: "stored_token",
    Wallet: "wallet",
    CardData: "card_data",
}
"""What ledgers, logs and JSON call each method."""
PAGES: Final = frozenset({METHOD_NAMES[HostedPage], METHOD_NAMES[EmbeddedForm]})
"""The names of the methods that open something for the payer to act on."""


@dataclass(frozen=True)
class Redirect:
    """Send the payer's browser to `url`."""

    url: str


@dataclass(frozen=True)
class MountForm:
    """Mount the provider's form with its own script."""

    script_url: str
    client_secret: str = field(repr=False)
    """What the script needs to open the form; for this payer's browser only."""
    mode: str = "pay"
    """`"pay"` or `"add"` (store a card)."""


@dataclass(frozen=True)
class ShowQr:
    """Show `content` to the payer as a QR code."""

    content: str


@dataclass(frozen=True)
class Wait:
    """Nothing to do but wait: the provider is still deciding."""


NextAction = Redirect | MountForm | ShowQr | Wait
