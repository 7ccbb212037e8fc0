"""What is refused here, before anything is stored or sent; every refusal names its field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Set
from typing import Final

from paycore.account import Account
from paycore.errors import InvalidRequest, NotSupported
from paycore.intents import Payer
from paycore.methods import (
    METHOD_NAMES,
    CardData,
    EmbeddedForm,
    HostedPage,
    Method,
    StoredToken,
    Wallet,
)
from paycore.money import Money
from paycore.secret import Secret, has_card
from paycore.wire.urls import host_of, ip_of, is_loopback

_NAME: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?")
_CARD_NUMBER: Final = re.compile(r"[0-9]{12,19}")
_CODE: Final = re.compile(r"[0-9]{3,4}")
WALLETS: Final = frozenset({"apple_pay", "google_pay"})
FORBIDDEN_METADATA: Final = frozenset(
    "cvv cvv2 cvc cvc2 csc cid cav2 cvn securitycode cardsecuritycode cardverificationcode pan"
    " cardnumber cardno cardnum pin pinblock track track1 track2 trackdata".split()
)


def name(value: object, field: str) -> str:
    """Return a reference or key: 1 to 128 printable ASCII characters, no blank at either end."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise InvalidRequest(
            f"{field}: want 1 to 128 printable ASCII characters, no blank at either end",
            field=field,
        )
    return value


def text(value: object, field: str, longest: int = 1000) -> str:
    """Return free text without control characters or lone surrogates; empty for None."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise InvalidRequest(f"{field}: want text of at most {longest} characters", field=field)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise InvalidRequest(f"{field}: holds a control character or half a character", field=field)
    return value


def flag(value: object, field: str) -> bool:
    """Return a yes or no: nothing else means either, where money depends on it."""
    if not isinstance(value, bool):
        raise InvalidRequest(f"{field}: want True or False", field=field)
    return value


def amount(value: object, account: Account) -> Money:
    """Return an amount that this account may move: above zero, and in one of its currencies."""
    if not isinstance(value, Money):
        raise InvalidRequest('amount: want Money, such as Money(1500, "CAD")', field="amount")
    if not value:
        raise InvalidRequest("amount: want more than zero", field="amount")
    if value.currency not in account.description.currencies:
        takes = ", ".join(sorted(account.description.currencies)[:10])
        raise InvalidRequest(f"currency: account {account.name!r} takes {takes}", field="currency")
    return value


def charge_amount(value: object, account: Account) -> Money:
    """Return an amount that this account may take: also under its guard, and in its currency."""
    money, most = amount(value, account), account.limits.max_amount
    if most is not None and (money.currency != most.currency or money > most):
        raise InvalidRequest(
            f"amount: account {account.name!r} takes at most {most}", field="amount"
        )
    return money


def payer(value: Payer | None) -> Payer:
    """Return what is known of the payer, checked."""
    if value is None:
        return Payer()
    if not isinstance(value, Payer):
        raise InvalidRequest("payer: want a paycore.Payer", field="payer")
    if value.ip != "" and not (isinstance(value.ip, str) and ip_of(value.ip)):
        raise InvalidRequest("payer.ip: not an IP address", field="payer.ip")
    if value.reference != "":
        name(value.reference, "payer.reference")
    return value


def plain_members(value: Mapping[str, str] | None, field: str) -> dict[str, str]:
    """Return up to 50 named texts that hold no card data."""
    if not isinstance(value, Mapping | None) or (value and len(value) > 50):
        raise InvalidRequest(f"{field}: want up to 50 named texts", field=field)
    members = dict(value or {})
    for key, item in members.items():
        where = f"{field}.{name(key, field)}"
        if "".join(filter(str.isalnum, key)).lower() in FORBIDDEN_METADATA or has_card(key):
            raise InvalidRequest(f"{field}: card data is never kept here", field=field)
        if not isinstance(item, str):
            raise InvalidRequest(f"{where}: want a text", field=where)
        if has_card(text(item, where)):
            raise InvalidRequest(f"{where}: looks like a card number", field=where)
    return members


def charge_method(value: object, account: Account, return_hosts: Set[str]) -> Method:
    """Return a method of payment that this account takes, checked."""
    return _method(value, account, return_hosts, account.description.methods, "charge by")


def token_method(value: object, account: Account, return_hosts: Set[str]) -> Method:
    """Return a way to store a card that this account offers, checked."""
    return _method(value, account, return_hosts, account.description.token_methods, "tokenize by")


def _method(
    value: object,
    account: Account,
    return_hosts: Set[str],
    declared: tuple[type[Method], ...],
    verb: str,
) -> Method:
    if not isinstance(value, Method) or type(value) not in METHOD_NAMES:
        raise InvalidRequest("method: want a method of payment such as HostedPage", field="method")
    if not isinstance(value, declared):
        raise NotSupported(
            f"account {account.name!r}: {account.provider.name} cannot {verb} "
            f"{type(value).__name__}",
            field="method",
        )
    if isinstance(value, (HostedPage, EmbeddedForm)):
        return_url(value.return_url, return_hosts, sandbox=account.limits.sandbox)
    elif isinstance(value, StoredToken):
        name(value.token, "token")
    elif isinstance(value, Wallet):
        _wallet(value)
    else:
        _card(value, account)
    return value


def return_url(url: str, hosts: Set[str], *, sandbox: bool) -> None:
    """Check where a payer would be sent back to: https, on a listed host (sandbox: or loopback)."""
    host = host_of(url)
    if host and len(url) <= 2048:
        if sandbox and is_loopback(host):
            return
        if url.startswith("https://") and host in hosts:
            return
    raise InvalidRequest(
        "return_url: want https on a host of the setting return_hosts", field="return_url"
    )


def _wallet(wallet: Wallet) -> None:
    if not isinstance(wallet.kind, str) or wallet.kind not in WALLETS:
        raise InvalidRequest("wallet: want apple_pay or google_pay", field="wallet")
    if not text(wallet.data, "wallet.data", longest=64 * 1024).strip():
        raise InvalidRequest("wallet.data: empty", field="wallet.data")


def _card(card: CardData, account: Account) -> None:
    if not account.limits.pci_dss:
        raise NotSupported(
            f"account {account.name!r}: raw cards need pci_dss = true in its settings",
            field="method",
        )
    if not isinstance(card.number, Secret) or not isinstance(card.security_code, Secret):
        raise InvalidRequest("card: want the number and the code as paycore.Secret", field="card")
    if not _CARD_NUMBER.fullmatch(card.number.reveal()):
        raise InvalidRequest("card.number: want 12 to 19 digits", field="card.number")
    if not _CODE.fullmatch(card.security_code.reveal()):
        raise InvalidRequest("card.security_code: want 3 or 4 digits", field="card.security_code")
    for part, low, high in (("expiry_month", 1, 12), ("expiry_year", 2000, 2099)):
        given = getattr(card, part)
        if type(given) is not int or not low <= given <= high:
            raise InvalidRequest(f"card.{part}: want {low} to {high}", field=f"card.{part}")
    if not isinstance(card.holder, str):
        raise InvalidRequest("card.holder: want a text", field="card.holder")
    text(card.holder, "card.holder", longest=100)
