"""What is refused here is refused before anything is stored or sent, and names its field."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import paycore
from paycore import checks
from paycore.account import Account, Limits
from paycore.errors import InvalidRequest, NotSupported, SettingsError
from paycore.intents import Payer
from paycore.methods import CardData, EmbeddedForm, HostedPage, Redirect, StoredToken, Wallet
from paycore.money import Money
from paycore.secret import Secret, has_card
from paycore.testing.strategies import card_numbers, cards, methods, names, payers, texts
from tests.stage import CARD, HOST, PAGE, Stage, cad

CASES = {
    case["id"]: case
    for case in map(
        json.loads,
        (Path(__file__).parents[1] / "hostile" / "requests.jsonl")
        .read_text(encoding="utf-8")
        .splitlines(),
    )
}
HERE = [f"Q{n:02}" for n in (*range(1, 17), 21, 23, 24, *range(27, 39))]
"""The cases that are about what is asked, and not about how it goes on."""
REFUSALS = (InvalidRequest, NotSupported, SettingsError)


def account(**limits: Any) -> Account:
    """Return an account that takes CAD and USD, by every method."""
    limits = {"pci_dss": True, **limits}
    return replace(Stage().accounts["main"], limits=Limits(**limits))


def meant(value: Any) -> Any:
    """Return what a case means: expressions and types are written as text."""
    if not isinstance(value, str):
        return value
    kind, _, rest = value.partition(":")
    if kind in ("int", "expr"):
        return eval(rest, {"__builtins__": {}})
    if kind == "Decimal":
        return Decimal(rest)
    return "\ud800" if value.startswith("\\ud800") else value


def money(said: dict[str, Any]) -> Money:
    currency = said.get("currency", "CAD")
    if "amount" in said:
        return Money.of(said["amount"], currency)
    return Money(said.get("amount_minor", 1500), currency)


def till_of(said: dict[str, Any]) -> Stage:
    """Return the shop of the fixture: CAD up to a ceiling, or KWD; P1 is open and P3 is paid."""
    currency = "KWD" if said.get("provider") == "fake3" else "CAD"
    stage = Stage(
        description={"currencies": frozenset({currency})},
        limits=Limits(max_amount=Money(10_000_00, currency)),
    )
    if currency == "CAD":
        stage.till.next("pending", "ok")
        stage.charge("P1")
        stage.paid("P3")
    stage.till.calls.clear()
    return stage


def asked(stage: Stage, case: dict[str, Any]) -> Callable[[], Any]:
    """Return what a case asks of the gateway."""
    given_ = case["input"]
    said = {name: meant(value) for name, value in {**given_, **given_.get("set", {})}.items()}
    if "op" in given_:
        key = said.get("key")
        return lambda: stage.gateway.refund(said["payment"], money(said), key=key)
    if "notify_url" in said:
        section = {"provider": "fake", "notify_url": said["notify_url"]}
        return lambda: paycore.open_gateway({"ledger": "memory://", "accounts": {"cards": section}})
    page = HostedPage(said.get("return_url", f"https://{HOST}/r"))
    return lambda: stage.gateway.charge(
        said.get("order_ref", "o-1"),
        money(said),
        page,
        key=said.get("key", "k-0001"),
        description=said.get("subject"),
        metadata=said.get("metadata"),
    )


@pytest.mark.parametrize("case", [CASES[name] for name in HERE], ids=HERE)
def test_hostile_requests_end_as_they_should(case: dict[str, Any]) -> None:
    """Part 4 of the promises: refused with no row and no byte, or accepted and run once."""
    stage = till_of(case["input"].get("set", {}))
    before = [stage.gateway.find(each) for each in ("P1", "P3", "o-1")]
    ask = asked(stage, case)
    if case["expect"]["outcome"] == "ACCEPT":
        ask()
        (sent,) = stage.till.calls

        assert len(sent[1]) <= 30
        assert sent[1].isascii()
        assert stage.till.orders[sent[1]]["amount"] == case["expect"].get("wire_amount", 1500)
    else:
        assert case["expect"]["outcome"] == "REJECT_LOCAL"
        with pytest.raises(REFUSALS) as refused:
            ask()

        assert refused.value.field
        assert stage.till.calls == []
        assert [stage.gateway.find(each) for each in ("P1", "P3", "o-1")] == before


@pytest.mark.parametrize(
    "amount", [19.99, 1500, True, "15.00 CAD", Decimal(15), None, (1500, "CAD")]
)
def test_only_money_is_an_amount(amount: Any) -> None:
    """A bare number says neither in which currency nor in which unit."""
    with pytest.raises(InvalidRequest, match="amount: want Money") as refused:
        checks.amount(amount, account())
    assert refused.value.field == "amount"


@given(st.integers(0, 10_000), st.sampled_from(["CAD", "USD", "EUR", "JPY"]), st.integers(0, 9_000))
def test_a_charge_is_above_zero_in_its_currency_and_under_its_guard(
    minor: int, currency: str, most: int
) -> None:
    """A guard in one currency lets no other pass it by; the refusal names the reason."""
    value, guarded = Money(minor, currency), account(max_amount=cad(most))
    if currency == "CAD" and 0 < minor <= most:
        assert checks.charge_amount(value, guarded) is value
    else:
        with pytest.raises(InvalidRequest) as refused:
            checks.charge_amount(value, guarded)

        assert refused.value.field == (
            "amount" if currency in ("CAD", "USD") or not minor else "currency"
        )


@given(names())
@example("a" * 128)
@example("order 7 / ü".replace("ü", "u"))
def test_names_are_taken_as_they_are(name: str) -> None:
    """What names a payment is not trimmed, folded or cut."""
    assert checks.name(name, "reference") == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " a",
        "a ",
        "a\n",
        "\ta",
        "a\x00b",
        "é",
        "a" * 129,
        "\ud800",
        "a\x7f",
        None,
        5,
        b"a",
        ["a"],
    ],
)
def test_other_names_are_refused(name: Any) -> None:
    """Blank, too long, or holding what a console or a log could misread."""
    with pytest.raises(InvalidRequest, match=r"^key: want 1 to 128 printable ASCII") as refused:
        checks.name(name, "key")
    assert refused.value.field == "key"


@given(texts(1000))
@example("x" * 1000)
@example("Bread & Butter = 2")
@example("Grüße 🥐")
def test_free_text_is_taken_as_it_is(text: str) -> None:
    """Any script, any sign, also those that a signature joins with."""
    assert checks.text(text, "description") == text


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\nb", "\x1b[31m", "\x85", "\ud800", "x" * 1001, 5, b"x"]
)
def test_other_text_is_refused(text: Any) -> None:
    """Controls, halves of characters, too much, or no text at all."""
    with pytest.raises(InvalidRequest, match=r"^details: ") as refused:
        checks.text(text, "details")
    assert refused.value.field == "details"
    assert checks.text(None, "details") == ""


@given(payers())
def test_a_payer_is_taken_as_it_is(payer: Payer) -> None:
    """Nothing, a name, an address, or both."""
    assert checks.payer(payer) is payer
    assert checks.payer(None) == Payer()


@pytest.mark.parametrize(
    ("payer", "field"),
    [
        (Payer(ip="shop.example"), "payer.ip"),
        (Payer(ip="1.2.3"), "payer.ip"),
        (Payer(ip="fe80::1%<script>"), "payer.ip"),
        (Payer(ip=2130706433), "payer.ip"),  # type: ignore[arg-type]
        (Payer(ip=None), "payer.ip"),  # type: ignore[arg-type]
        (Payer(reference="a\n"), "payer.reference"),
        (Payer(reference=0), "payer.reference"),  # type: ignore[arg-type]
        ("jack", "payer"),
        ({"ip": "1.2.3.4"}, "payer"),
    ],
)
def test_another_payer_is_refused(payer: Any, field: str) -> None:
    """What is told to a provider about a person is what it seems to be."""
    with pytest.raises(InvalidRequest) as refused:
        checks.payer(payer)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"cvv": "123"}, "metadata"),
        ({"Card-Security_Code": "x"}, "metadata"),
        ({"PAN": ""}, "metadata"),
        ({"4111 1111 1111 1111": "x"}, "metadata"),
        ({"note": "4111111111111111"}, "metadata.note"),
        ({"note": "card 4111-1111-1111-1111 ok"}, "metadata.note"),
        ({"note": "a\nb"}, "metadata.note"),
        ({"note": "x" * 1001}, "metadata.note"),
        ({"note": None}, "metadata.note"),
        ({"note": 5}, "metadata.note"),
        ({"": "x"}, "metadata"),
        ({" a": "x"}, "metadata"),
        ({5: "x"}, "metadata"),
        ({f"n{number}": "x" for number in range(51)}, "metadata"),
        ([("a", "b")], "metadata"),
        ("ab", "metadata"),
        (5, "metadata"),
    ],
)
def test_members_hold_no_card_data_and_no_surprises(members: Any, field: str) -> None:
    """Up to 50 named texts; what looks like a card is refused, and never quoted."""
    with pytest.raises(InvalidRequest) as refused:
        checks.plain_members(members, "metadata")
    assert refused.value.field == field
    assert "1111" not in str(refused.value)


def harmless(name: str) -> bool:
    """Return whether a name is short enough, and neither is nor names card data."""
    return len(name) <= 128 and not has_card(name)


@given(st.dictionaries(names().map("x{}".format).filter(harmless), texts(1000), max_size=50))
@example({f"n{number}": "x" for number in range(50)})
def test_plain_members_are_copied(members: dict[str, str]) -> None:
    """What is kept is what was given, and the caller's no more."""
    members = {name: value for name, value in members.items() if not has_card(value)}
    kept = checks.plain_members(members, "metadata")

    assert kept == members
    assert kept is not members
    assert checks.plain_members(None, "metadata") == {}


@given(card_numbers(16), st.sampled_from(["{}", "card {}!", "{}x", "no. {}, please"]))
def test_no_card_number_is_kept(number: str, around: str) -> None:
    """However it is wrapped, a number that a card could have is not stored."""
    with pytest.raises(InvalidRequest):
        checks.plain_members({"note": around.format(number)}, "metadata")


@given(methods())
def test_sound_methods_are_taken_as_they_are(method: Any) -> None:
    """Every method that the provider declares passes, unchanged."""
    assert checks.charge_method(method, account(), {HOST}) is method


@given(methods(HostedPage, EmbeddedForm, CardData))
def test_sound_ways_to_store_a_card_are_taken(method: Any) -> None:
    """Likewise for tokens."""
    assert checks.token_method(method, account(), {HOST}) is method


def test_only_what_the_provider_declares_is_asked_of_it() -> None:
    """The refusal names the account, the provider and the method."""
    narrow = Stage(description={"methods": (HostedPage,)}).accounts["main"]

    with pytest.raises(NotSupported, match="account 'main': till cannot charge by StoredToken"):
        checks.charge_method(CARD, narrow, {HOST})
    with pytest.raises(NotSupported, match="account 'main': till cannot tokenize by StoredToken"):
        checks.token_method(CARD, account(), {HOST})


class Mine(HostedPage):
    """A method that somebody derived: a plugin would not know what is new in it."""


@pytest.mark.parametrize(
    "method", [None, "card", HostedPage, Redirect("https://x.example"), Mine(PAGE.return_url), 5]
)
def test_what_is_no_method_is_refused(method: Any) -> None:
    """Neither a class, nor a next action, nor something like a method."""
    with pytest.raises(InvalidRequest, match="method: want a method of payment") as refused:
        checks.charge_method(method, account(), {HOST})
    assert refused.value.field == "method"


@pytest.mark.parametrize(
    ("url", "live", "sandbox"),
    [
        ("https://shop.example/thanks", True, True),
        ("https://SHOP.example/thanks", True, True),
        ("https://shop.example:8443/thanks?a=b#c", True, True),
        ("http://shop.example/thanks", False, False),
        ("https://www.shop.example/thanks", False, False),
        ("https://shop.example.evil.example/", False, False),
        ("https://shop.example@evil.example/", False, False),
        ("https://evil.example/shop.example", False, False),
        ("//shop.example/", False, False),
        ("javascript:alert(1)", False, False),
        ("http://localhost:8000/thanks", False, True),
        ("http://127.0.0.1/thanks", False, True),
        ("http://[::1]/thanks", False, True),
        ("http://10.0.0.1/thanks", False, False),
        ("https://shop.example/" + "x" * 2027, True, True),
        ("https://shop.example/" + "x" * 2028, False, False),
        (None, False, False),
        (b"https://shop.example/", False, False),
    ],
)
@pytest.mark.parametrize("kind", [HostedPage, EmbeddedForm])
def test_payers_come_back_to_listed_hosts_only(
    kind: Any, url: Any, live: bool, sandbox: bool
) -> None:
    """By https; in a sandbox also to this machine."""
    for is_sandbox, taken in ((False, live), (True, sandbox)):
        where, method = account(sandbox=is_sandbox), kind(url)
        if taken:
            assert checks.charge_method(method, where, {HOST}) is method
        else:
            with pytest.raises(InvalidRequest, match="return_url: want https on a host") as refused:
                checks.charge_method(method, where, {HOST})
            assert refused.value.field == "return_url"


@pytest.mark.parametrize(
    ("method", "field"),
    [
        (StoredToken(""), "token"),
        (StoredToken("a\n"), "token"),
        (StoredToken(5), "token"),  # type: ignore[arg-type]
        (Wallet("apple", "x"), "wallet"),
        (Wallet("", "x"), "wallet"),
        (Wallet(["apple_pay"], "x"), "wallet"),  # type: ignore[arg-type]
        (Wallet("apple_pay", ""), "wallet.data"),
        (Wallet("apple_pay", "   "), "wallet.data"),
        (Wallet("apple_pay", "a\x00"), "wallet.data"),
        (Wallet("google_pay", None), "wallet.data"),  # type: ignore[arg-type]
        (Wallet("google_pay", "x" * 65_537), "wallet.data"),
    ],
)
def test_other_tokens_and_wallets_are_refused(method: Any, field: str) -> None:
    """A token is a name, a wallet one of two with something in it."""
    with pytest.raises(InvalidRequest) as refused:
        checks.charge_method(method, account(), {HOST})
    assert refused.value.field == field


@given(cards())
def test_raw_cards_need_the_settings_leave(card: CardData) -> None:
    """Without `pci_dss = true` a card does not pass, and the refusal says what would let it."""
    with pytest.raises(NotSupported, match="raw cards need pci_dss = true"):
        checks.charge_method(card, account(pci_dss=False), {HOST})


SOUND = CardData(Secret("4111111111111111"), 12, 2030, Secret("123"), "A. Payer")


@pytest.mark.parametrize(
    ("part", "value", "field"),
    [
        ("number", "4111111111111111", "card"),
        ("security_code", "123", "card"),
        ("number", Secret("4111 1111 1111 1111"), "card.number"),
        ("number", Secret("41111111111"), "card.number"),
        ("number", Secret("4" * 20), "card.number"),
        ("number", Secret("411111111111111١"), "card.number"),
        ("number", Secret("4111111111111111\n"), "card.number"),
        ("security_code", Secret("12"), "card.security_code"),
        ("security_code", Secret("12345"), "card.security_code"),
        ("security_code", Secret("12a"), "card.security_code"),
        ("expiry_month", 0, "card.expiry_month"),
        ("expiry_month", 13, "card.expiry_month"),
        ("expiry_month", True, "card.expiry_month"),
        ("expiry_month", "12", "card.expiry_month"),
        ("expiry_year", 30, "card.expiry_year"),
        ("expiry_year", 2100, "card.expiry_year"),
        ("holder", "A\nPayer", "card.holder"),
        ("holder", "x" * 101, "card.holder"),
        ("holder", None, "card.holder"),
    ],
)
def test_other_cards_are_refused_unquoted(part: str, value: Any, field: str) -> None:
    """A number that is no number, a code that is no code: named, and never shown."""
    with pytest.raises(InvalidRequest) as refused:
        checks.charge_method(replace(SOUND, **{part: value}), account(), {HOST})
    assert refused.value.field == field
    assert "4111" not in str(refused.value)


odd = (
    st.text() | st.none() | st.integers() | st.binary() | st.lists(st.text(max_size=2), max_size=2)
)


@given(
    odd, odd, odd, st.dictionaries(odd.filter(lambda o: not isinstance(o, list)), odd, max_size=3)
)
def test_whatever_is_asked_is_taken_or_refused(one: Any, two: Any, three: Any, many: Any) -> None:
    """No text, and nothing that is none, raises anything but a refusal that names its field."""
    where = account()
    asks: list[Callable[[], object]] = [
        lambda: checks.name(one, "reference"),
        lambda: checks.text(one, "description"),
        lambda: checks.amount(one, where),
        lambda: checks.payer(Payer(one, two)),
        lambda: checks.plain_members(many, "metadata"),
        lambda: checks.charge_method(HostedPage(one), where, {HOST}),
        lambda: checks.charge_method(StoredToken(one), where, {HOST}),
        lambda: checks.charge_method(Wallet(one, two), where, {HOST}),
        lambda: checks.token_method(replace(SOUND, holder=one), where, {HOST}),
        lambda: checks.token_method(replace(SOUND, expiry_year=two, number=three), where, {HOST}),
    ]
    for ask in asks:
        field: str | None = "taken"
        try:
            ask()
        except (InvalidRequest, NotSupported) as refused:
            field = refused.field

        assert field
