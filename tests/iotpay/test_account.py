"""paycore_iotpay.account: settings become one merchant, or are refused by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus, unquote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import paycore

END = datetime(2026, 7, 1, tzinfo=UTC)
OLDER = "previousKey000000000000000000000"
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_settings_become_a_merchant(account):
    """What was said is there, what was not has its default, and the key does not show."""
    assert (account.merchant_id, account.login_name, account.channel) == (
        "10000701",
        "jack123",
        "PF_CC",
    )
    assert (account.text_encoding, account.emoji, account.sure_refusals) == ("raw", "replace", {})
    assert "paycoreTestKey" not in repr(account)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("merchant_id", ""), ("merchant_id", "x" * 31), ("merchant_id", "1000 701"),
        ("merchant_id", "10000701\n"), ("merchant_id", "１０"), ("merchant_id", None),
        ("merchant_id", 10000701), ("login_name", "x" * 13), ("login_name", "é"),
        ("login_name", "jack 1"),
        ("login_name", ""), ("merchant_key", ""), ("merchant_key", " " * 32),
        ("merchant_key", "fifteen bytes.."), ("merchant_key", None), ("merchant_key", 5),
        ("previous_merchant_key", "short"), ("text_encoding", "base64"), ("emoji", "keep"),
        ("sure_refusals", {"settle": ["x"]}), ("sure_refusals", ["x"]),
        ("sure_refusals", {"void": "x"}), ("notify_url", "https://shop.example/" + "x" * 200),
        ("merchant_Id", "10000701"), ("channel", "UPI_EX"), ("merchantkey", "x"),
    ],
)  # fmt: skip
def test_wrong_setting_is_named_and_not_quoted(name, value, merchant):
    """A malformed or unknown setting is refused by its name, and its value stays unsaid."""
    with pytest.raises(paycore.SettingsError, match=rf"\b{name}\b") as refused:
        merchant(**{name: value})

    assert not value or str(value) not in str(refused.value)


@pytest.mark.parametrize("name", ["merchant_id", "merchant_key", "login_name"])
def test_missing_credential_is_named(name):
    """All three credentials are needed, and the one that is missing is named."""
    said = {
        "base_url": "https://ccapi.iotpaycloud.com",
        "mode": "live",
        "merchant_id": "1",
        "merchant_key": OLDER,
        "login_name": "a",
    }
    del said[name]
    from paycore_iotpay import hooks

    with pytest.raises(paycore.SettingsError, match=name):
        hooks.open_account(said)


@pytest.mark.parametrize(
    "said",
    [
        {"previous_merchant_key": OLDER},
        {"previous_key_until": END},
        {"previous_merchant_key": OLDER, "previous_key_until": "2026-07-01T00:00:00"},
        {"previous_merchant_key": OLDER, "previous_key_until": "tomorrow"},
    ],
)
def test_previous_key_needs_an_end_that_is_a_moment(said, merchant):
    """An old key without an end, or with one in no time zone, is refused."""
    with pytest.raises(paycore.SettingsError, match="previous_key_until"):
        merchant(**said)


@pytest.mark.parametrize("until", [END, END.isoformat(), "2026-07-01T00:00:00Z"])
def test_previous_key_ends_to_the_second(until, merchant):
    """The old key counts before its end and not from then on; the current one comes first."""
    account = merchant(previous_merchant_key=OLDER, previous_key_until=until)
    before = [key.reveal() for key in account.keys(END - timedelta(seconds=1))]
    after = [key.reveal() for key in account.keys(END)]

    assert before == [account.merchant_key.reveal(), OLDER]
    assert after == before[:1]


def test_refusals_are_listed_by_operation(merchant):
    """The account's own sure refusals are kept by the kind of operation."""
    account = merchant(sure_refusals={"void": ["already settled"]})

    assert account.sure_refusals == {paycore.Kind.VOID: ["already settled"]}


@pytest.mark.parametrize(
    ("emoji", "said"), [("replace", "Gift ? für 茶"), ("strip", "Gift  für 茶")]
)
def test_emoji_is_replaced_or_left_out(emoji, said, merchant):
    """Characters of 4 bytes go as the account says; all others stay."""
    assert merchant(emoji=emoji).text("Gift 🎁 für 茶", 64) == said


def test_emoji_is_refused_where_the_account_says_so(merchant):
    """An account may rather not sell than say something else than it was told."""
    account = merchant(emoji="refuse")
    with pytest.raises(paycore.InvalidRequest):
        account.text("Gift 🎁", 64)

    assert account.text("Gift für 茶", 64) == "Gift für 茶"


@shared
@given(text=st.text(max_size=300), most=st.sampled_from([64, 250]))
def test_raw_text_is_cut_and_otherwise_kept(text, most, merchant):
    """Raw text is what was given, but for emoji, and never longer than it may be."""
    said = merchant().text(text, most)
    given = "".join("?" if ord(character) > 0xFFFF else character for character in text)

    assert said == given[:most]


@shared
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=300),
    most=st.sampled_from([64, 250]),
)
def test_encoded_text_is_cut_between_characters(text, most, merchant):
    """Encoded text fits too, decodes to how the text begins, and loses no more than it must."""
    said = merchant(text_encoding="urlencoded").text(text, most)
    kept = unquote_plus(said)

    assert len(said) <= most
    assert text.startswith(kept)
    assert kept == text or len(kept) == most or len(quote_plus(text[: len(kept) + 1])) > most


@pytest.mark.parametrize(
    "url",
    [
        "https://ccapi.iotpaycloud.com/cc/purchase?key=1",
        "https://CCAPI.iotpaycloud.com/cc/purchase",
        "https://pay2.iotpaycloud.com/cc",
        "HTTPS://ccapi.iotpaycloud.com/cc",
    ],
)
def test_page_of_theirs_is_a_page_to_go_to(url, account):
    """In live mode the payer may be sent to any host of IOTPay's, over TLS."""
    assert account.page(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "/cc/purchase", "//ccapi.iotpaycloud.com/", "javascript:alert(1)",
        "http://ccapi.iotpaycloud.com/cc/purchase", "https://evil.example/pay",
        "https://ccapi.iotpaycloud.com.evil.example/", "https://eviliotpaycloud.com/",
        "https://ccapi.iotpaycloud.com@evil.example/", "https://evil.example\\.iotpaycloud.com/",
        "https://ccapi.iotpaycloud.com\n/", "https://iotpaycloud.com.", "https://[::1/",
    ],
)  # fmt: skip
def test_any_other_page_is_nobodys_to_go_to(url, account):
    """Another host, another scheme, or an address that is not what it seems: UNKNOWN."""
    with pytest.raises(paycore.OutcomeUnknown, match="redirectUrl"):
        account.page(url)


def test_sandbox_has_its_own_host_only(merchant):
    """In the sandbox the one host is that of `base_url`; plain http goes where that goes."""
    loopback = merchant(base_url="http://127.0.0.1:8080", mode="sandbox")
    page = "http://127.0.0.1:8080/cc/purchase?key=1"

    assert loopback.page(page) == page
    with pytest.raises(paycore.OutcomeUnknown):
        loopback.page("https://ccapi.iotpaycloud.com/cc/purchase")
    with pytest.raises(paycore.OutcomeUnknown):
        merchant(base_url="https://ccdev.iotpaycloud.com", mode="sandbox").page(
            "https://ccapi.iotpaycloud.com/"
        )
