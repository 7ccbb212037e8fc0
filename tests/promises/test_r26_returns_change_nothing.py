"""R26: a browser that comes back changes no state and is sent nowhere that is not listed."""

from __future__ import annotations

from random import Random
from typing import Any, Final
from urllib.parse import parse_qs, quote, quote_plus

import pytest

from paycore import HostedPage, Money, Redirect, State, WebhookMessage
from paycore.errors import InvalidRequest
from paycore_iotpay.returns import ReturnParameters, parse_return
from tests.hostile.world import THANKS, success
from tests.promises.addresses import address, seen_by_a_browser
from tests.promises.doors import Doors
from tests.promises.mutations import ODD_TEXTS
from tests.promises.played import each_on
from tests.promises.proof import Proof

NAMES: Final = (
    "retCode", "retMsg", "status", "amount", "mchOrderNo", "next", "url", "return_url", "state",
    "paycore", "Paycore", "paycore[]", "nonce", "reference", "", "\0", "é",
)  # fmt: skip
CLAIMS: Final = (
    "SUCCESS", "FAIL", "2", "3", "9", "1", "succeeded", "https://evil.example/", "//evil.example",
    "https:evil.example", "<script>alert(1)</script>", "2\r\nSet-Cookie: a=b", *ODD_TEXTS,
)  # fmt: skip
TRUTHS: Final = {0: State.PENDING, 2: State.SUCCEEDED, 9: State.DECLINED}


def came_back(doors: Doors, rng: Random) -> None:
    """Let a browser come back to the shop, and to the address for messages, with any claims."""
    account = rng.choice(("iotpay", "unionpay"))
    known = dict(doors.provider.orders)
    reference, nonce = _sent_away(doors, rng, account)
    order, status = doors.provider.orders[reference], rng.choice(tuple(TRUTHS))
    order["status"] = status
    query = _query(rng, nonce)
    _is_shown_a_neutral_page(doors, rng, account, query)
    assert isinstance(parse_return(query), ReturnParameters)
    brought = parse_qs(query, errors="replace").get("paycore", [""])[-1]
    page, calls = _operation(doors, reference).next_action, len(doors.provider.calls)
    shown = [doors.gateway.returned(brought) for _ in range(rng.randint(1, 3))]
    asked = len(doors.provider.calls) - calls
    after = _operation(doors, reference)
    if brought != nonce:
        assert shown == [None] * len(shown), "a stranger was shown a payment"
        assert (asked, after.state) == (0, State.PENDING), "a stranger's return changed something"
    assert asked <= 1, "more than one query within 30 s"
    assert after.state in (State.PENDING, TRUTHS[status]), "a claim was believed"
    assert after.next_action in (page, None), "another page than the provider's"
    doors.provider.orders = known


def _sent_away(doors: Doors, rng: Random, account: str) -> tuple[str, str]:
    """Send a payer to the provider's page; return the payment's reference and the nonce."""
    reference = f"o{rng.getrandbits(64):016x}"
    amount = Money(rng.randint(1, 10**6), "CAD")
    doors.gateway.charge(reference, amount, HostedPage(THANKS), account=account)
    return reference, _operation(doors, reference).nonce


def _operation(doors: Doors, reference: str) -> Any:
    found = doors.gateway.find(reference)
    assert found is not None
    return found.operations[0]


def _query(rng: Random, nonce: str) -> str:
    """Return a query string: mostly with the nonce, somewhere, or with something like it."""
    way = rng.choice((quote, quote_plus, str))
    claims = [
        f"{way(rng.choice(NAMES))}={way(rng.choice(CLAIMS))}" for _ in range(rng.randrange(6))
    ]
    at = rng.randrange(len(nonce))
    near = (nonce[:at], nonce + "A", nonce.swapcase(), nonce[::-1], f" {nonce}", nonce * 3, "",
            rng.choice(CLAIMS), f"{nonce}\0", "A" * 22)  # fmt: skip
    if rng.random() < 0.8:
        brought = nonce if rng.random() < 0.6 else rng.choice(near)
        claims.insert(rng.randint(0, len(claims)), f"paycore={brought}")
    query = rng.choice("&&&;").join(claims)
    if rng.random() < 0.1:
        cut = rng.randrange(len(query) + 1)
        query = query[:cut] + rng.choice(("%", "%FF%FE", "\udcff", "&" * 200, "\0")) + query[cut:]
    return query


def _is_shown_a_neutral_page(doors: Doors, rng: Random, account: str, query: str) -> None:
    """Check that a browser at the address for messages learns nothing and changes nothing."""
    touched, calls = doors.ledger.touched, len(doors.provider.calls)
    headers = {rng.choice(("Host", "Referer", "Cookie", "X-Original-URL")): rng.choice(CLAIMS)}
    method = rng.choice(("GET", "get", "Get"))
    answer = doors.gateway.receive(account, WebhookMessage(method, headers, query, b"", "::1"))
    same = doors.gateway.receive(account, WebhookMessage("GET", {}, "", b"", ""))
    assert answer == same, "the page shows something of the query"
    assert answer.status == 200, f"answered {answer.status}"
    assert doors.ledger.touched == touched, "the ledger was asked or told something"
    assert len(doors.provider.calls) == calls, "the provider was asked"


def sent_on(doors: Doors, rng: Random) -> None:
    """Send a payer to a page and back, by addresses that are listed or only look so."""
    known = dict(doors.provider.orders)
    reference = f"o{rng.getrandbits(64):016x}"
    back, page = THANKS, "https://ccapi.iotpaycloud.com/cc/purchase"
    if rng.random() < 0.5:
        back = address(rng, "shop.example")
    else:
        page = address(rng, rng.choice(("ccapi.iotpaycloud.com", "pay.iotpaycloud.com")))
    doors.provider.answers.clear()
    doors.provider.answers.append(success({"redirectUrl": page}))
    account, calls = rng.choice(("iotpay", "unionpay")), len(doors.provider.calls)
    try:
        doors.gateway.charge(reference, Money(1500, "CAD"), HostedPage(back), account=account)
    except InvalidRequest:
        assert len(doors.provider.calls) == calls, "what was refused was sent"
        return
    told = doors.provider.calls[-1][1]["returnUrl"]
    assert seen_by_a_browser(told) == ("https", "shop.example"), f"back to {told!r}"
    action = _operation(doors, reference).next_action
    if isinstance(action, Redirect):
        scheme, host = seen_by_a_browser(action.url)
        listed = host == "iotpaycloud.com" or host.endswith(".iotpaycloud.com")
        assert (scheme, listed) == ("https", True), f"on to {action.url!r}"
    doors.provider.orders = known


PROOFS = (
    Proof(
        "r26",
        "fuzzed returns",
        commit=5_000,
        full=10_000,
        run=each_on("r26", Doors, came_back),
        batch=1_000,
        where="returns",
    ),
    Proof(
        "r26",
        "fuzzed addresses",
        commit=10_000,
        full=10_000,
        run=each_on("r26 addresses", Doors, sent_on),
        batch=1_000,
        where="addresses",
    ),
)


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_r26_a_browser_changes_nothing(proof):
    """Whatever it claims, only the provider's answer counts; wherever it is sent, it is listed."""
    proof.check()


def test_r26_a_return_is_worth_a_question():
    """With its nonce it causes the one query that finds the truth."""
    doors, rng = Doors(), Random(26)
    reference, nonce = _sent_away(doors, rng, "iotpay")
    doors.provider.orders[reference]["status"] = 2
    shown = doors.gateway.returned(nonce)

    assert shown is not None
    assert shown.paid


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://shop.example/thanks", ("https", "shop.example")),
        ("https:\\\\evil.example\\@shop.example", ("https", "evil.example")),
        ("https:evil.example", ("https", "evil.example")),
        ("https://shop.example@evil.example/", ("https", "evil.example")),
        ("https://evil.example#@shop.example", ("https", "evil.example")),
        ("ht\ntps://shop.example\t.evil.example:443", ("https", "shop.example.evil.example")),
        ("javascript:alert(1)", ("javascript", "alert(1)")),
        ("//evil.example", ("", "")),
    ],
)
def test_r26_where_a_browser_goes(url, goes):
    """The judge of the addresses reads them as browsers do."""
    assert seen_by_a_browser(url) == goes


@pytest.mark.parametrize("part", [0, 1])
def test_r26_the_addresses_are_worth_trying(part):
    """Many lead to the listed host, and many to others."""
    rng = Random(26)
    seen = [seen_by_a_browser(address(rng, "shop.example")) for _ in range(1000)]
    good = sum(each == ("https", "shop.example") for each in seen)

    assert 100 < (good, len(seen) - good)[part] < 900
