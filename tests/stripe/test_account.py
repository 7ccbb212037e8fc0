"""paycore_stripe.account: settings become one account, or are refused by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import paycore
from tests.stripe.messages import SECRET

END = datetime(2026, 7, 1, tzinfo=UTC)
OLDER = "whsec_before0000000000000000000000"
LIVE = "sk_live_paycore0000000000000000000"


def test_settings_become_an_account(account):
    """What was said is there, what was not has its default, and no secret shows."""
    assert (account.mode, account.page_host) == ("sandbox", "checkout.stripe.com")
    assert "canary" not in f"{account!r} {account}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_key", ""), ("secret_key", "short"), ("secret_key", None), ("secret_key", 5),
        ("secret_key", LIVE), ("secret_key", "rk_live_paycore0000000000000000000"),
        ("secret_key", "pk_test_paycore0000000000000000000"), ("secret_key", " " * 30),
        ("webhook_secret", ""), ("webhook_secret", "whsec_short"), ("webhook_secret", None),
        ("webhook_secret", f" {SECRET}"), ("previous_webhook_secret", "short"),
        ("page_host", ""), ("page_host", "https://pay.shop.example"), ("page_host", "localhost"),
        ("page_host", "pay.shop.example/"), ("page_host", "Pay.Shop.Example"),
        ("webhook_sekret", SECRET), ("publishable_key", "pk_test_1234567890"),
    ],
)  # fmt: skip
def test_wrong_setting_is_named_and_not_quoted(name, value, merchant):
    """A malformed or unknown setting is refused by its name, and its value stays unsaid."""
    with pytest.raises(paycore.SettingsError, match=rf"\b{name}\b") as refused:
        merchant(**{name: value})

    assert not value or str(value) not in str(refused.value)


def test_a_test_key_is_refused_where_money_is_real(merchant):
    """Live with a test key would sell for nothing, and a sandbox with a live key for money."""
    with pytest.raises(paycore.SettingsError, match="secret_key"):
        merchant(mode="live")

    assert merchant(mode="live", secret_key=LIVE).mode == "live"
    assert merchant(secret_key="rk_test_paycore0000000000000000000")


@pytest.mark.parametrize(
    "said",
    [
        {"previous_webhook_secret": OLDER},
        {"previous_webhook_secret_until": END},
        {"previous_webhook_secret": OLDER, "previous_webhook_secret_until": "2026-07-01T00:00:00"},
        {"previous_webhook_secret": OLDER, "previous_webhook_secret_until": "tomorrow"},
    ],
)
def test_previous_secret_needs_an_end_that_is_a_moment(said, merchant):
    """An old secret without an end, or with one in no time zone, is refused."""
    with pytest.raises(paycore.SettingsError, match="previous_webhook_secret_until"):
        merchant(**said)


def test_previous_secret_ends_to_the_second(merchant):
    """The old secret counts before its end and not from then on; the current one comes first."""
    account = merchant(previous_webhook_secret=OLDER, previous_webhook_secret_until=END)
    before = [secret.reveal() for secret in account.secrets(END - timedelta(seconds=1))]
    after = [secret.reveal() for secret in account.secrets(END)]

    assert before == [SECRET, OLDER]
    assert after == [SECRET]


PAGE = "https://checkout.stripe.com/c/pay/cs_test_1#fid"


def test_page_of_theirs_is_a_page_to_go_to(merchant):
    """Stripe's own host over TLS, or the host that the account has its pages on."""
    own = "https://pay.shop.example/c/pay/cs_test_1"

    assert merchant().page(PAGE) == PAGE
    assert merchant(page_host="pay.shop.example").page(own) == own


def test_in_a_sandbox_a_page_may_be_where_the_api_is(merchant):
    """A simulator serves both; live, nobody is sent to an API."""
    page = "http://127.0.0.1:8080/c/pay/cs_1"

    assert merchant(base_url="http://127.0.0.1:8080").page(page) == page
    live = merchant(mode="live", secret_key=LIVE)
    with pytest.raises(paycore.OutcomeUnknown):
        live.page("https://api.stripe.com/c/pay/cs_1")


@pytest.mark.parametrize(
    "url",
    [
        "", "/c/pay/cs_1", "//checkout.stripe.com/", "javascript:alert(1)",
        "http://checkout.stripe.com/c/pay/cs_1", "https://evil.example/pay",
        "https://checkout.stripe.com.evil.example/", "https://evilcheckout.stripe.com/",
        "https://checkout.stripe.com@evil.example/", "https://evil.example\\.checkout.stripe.com/",
        "https://checkout.stripe.com:8443/", "https://stripe.com/", "https://checkout.stripe.com.",
        "https://checkout.stripe.com\n/", "https://[::1/", "http://127.0.0.1/c/pay/cs_1",
    ],
)  # fmt: skip
def test_any_other_page_is_nobodys_to_go_to(url, account):
    """Another host, port or scheme, or an address that is not what it seems: UNKNOWN."""
    with pytest.raises(paycore.OutcomeUnknown, match="url"):
        account.page(url)
