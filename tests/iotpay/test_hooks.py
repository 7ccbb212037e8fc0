"""paycore_iotpay.hooks: what IOTPay is asked, word for word, and what its answers come to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import paycore
from paycore import Kind, Money, State
from paycore.provider import Provider
from paycore_iotpay import hooks
from paycore_iotpay.schemas import NOWHERE
from paycore_iotpay.signing import sign

KEY = "paycoreTestKey0000000000000000A1"
NOW = datetime.now(UTC)
PAY = "PC20250314092653589793238462"
REFUND = paycore.RefundRequest(
    "R1234567890abc", Money(500, "CAD"), "PC-2025-000123", PAY, Money(1500, "CAD")
)
VOID = paycore.VoidRequest("R1234567890abd", Money(1500, "CAD"), "PC-2025-000123", PAY)
ASK_REFUND = paycore.QueryRequest(
    Kind.REFUND,
    "R1234567890abc",
    amount=Money(500, "CAD"),
    charge_reference="PC-2025-000123",
    charge_provider_reference=PAY,
    charge_refundable=Money(1500, "CAD"),
)
FAIL = {"retCode": "FAIL", "retMsg": "order not found"}


def intent(endpoint, body):
    """What the core would have asked for, for a plugin to say this."""
    payer = paycore.Payer(body.get("mchUserId", ""), body.get("clientIp", ""))
    card = None
    if "cardNum" in body:
        card = paycore.CardData(
            paycore.Secret(body["cardNum"]),
            int(body["expiryDate"][:2]),
            2000 + int(body["expiryDate"][2:]),
            paycore.Secret(body["cvv"]),
            body["holder"],
        )
    if endpoint in ("cc_addcard", "cc_directaddcard"):
        method = card or paycore.HostedPage(body["returnUrl"])
        return hooks.tokenize, paycore.TokenizeRequest(body["cardId"], method, payer)
    if endpoint == "cc_refund":
        return hooks.refund, replace(REFUND, amount=Money(body["refundAmount"], "CAD"))
    if endpoint == "cc_void":
        return hooks.void, VOID
    if endpoint == "cc_querycard":
        return hooks.query, paycore.QueryRequest(Kind.TOKEN, body["cardId"])
    if endpoint == "cc_query":
        ours, theirs = body.get("mchOrderNo", ""), body.get("payOrderId", "")
        return hooks.query, paycore.QueryRequest(Kind.CHARGE, ours, theirs)
    method = {
        "cc_purchase": lambda: paycore.HostedPage(body["returnUrl"]),
        "cc_purchasewithtoken": lambda: paycore.StoredToken(body["cardId"]),
        "cc_purchasewithwallet": lambda: paycore.Wallet(
            {"ApplePay": "apple_pay", "GooglePay": "google_pay"}[body["walletType"]],
            body["walletData"],
        ),
        "cc_directpurchase": lambda: card,
    }[endpoint]()
    return hooks.charge, paycore.ChargeRequest(
        body["mchOrderNo"],
        Money(body["amount"], body["currency"]),
        method,
        body.get("subject", ""),
        body.get("body", ""),
        payer,
    )


REQUESTS = [
    "cc_purchase.req.pf_cc",
    "cc_purchase.req.pf_cc.mchUserId",
    "cc_purchase.req.upi_ex",
    "cc_addcard.req",
    "cc_directaddcard.req",
    "cc_querycard.req",
    "cc_purchasewithtoken.req",
    "cc_purchasewithtoken.req.upi_ex",
    "cc_purchasewithwallet.req.apple",
    "cc_purchasewithwallet.req.google",
    "cc_directpurchase.req",
    "cc_refund.req.partial",
    "cc_void.req",
    "cc_query.req.by-merchant-no",
    "cc_query.req.by-gateway-no",
]


def test_every_request_of_the_reference_is_among_them(messages):
    """No V3 request that the reference shows is left untried."""
    shown = {name for name in messages if name.startswith("cc_") and ".req" in name}

    assert shown == set(REQUESTS)


@pytest.mark.parametrize("name", REQUESTS)
def test_request_is_said_word_for_word(name, messages, merchant):
    """What we say is the reference's example, member by member, its signature included."""
    message = messages[name]
    endpoint, body = message["url"].rpartition("/")[2], message["body"]
    account = merchant(notify_url=body.get("notifyUrl", ""))
    account = replace(account, channel=body.get("channel", "PF_CC"))
    talk, request = intent(endpoint, body)
    call = next(talk(account, request))
    spoken = dict(call.payload)
    if endpoint == "cc_purchasewithtoken" and "notifyUrl" not in body:
        assert spoken.pop("notifyUrl") == NOWHERE  # always said, though no table has it
        spoken["sign"] = sign(spoken, KEY)

    assert (call.method, call.url, call.encoding) == ("POST", message["url"], "json")
    assert spoken == body


@pytest.mark.parametrize("say", [hooks.refund, hooks.void])
def test_refund_and_void_say_where_to_notify_if_that_is_known(say, account):
    """With a notification address configured, refunds and voids carry it, signed."""
    call = next(say(account, REFUND if say is hooks.refund else VOID))
    body = dict(call.payload)

    assert body["notifyUrl"] == account.notify_url
    assert body.pop("sign") == sign(body, KEY)


CHARGE = paycore.ChargeRequest(
    "SUB-2025-03", Money(999, "CAD"), paycore.StoredToken("604567999"), "Plan A", "March"
)
PAGE = replace(CHARGE, method=paycore.HostedPage("https://shop.example/done"))
FORM = replace(CHARGE, method=paycore.EmbeddedForm("https://shop.example/done"))
ADD_PAGE = paycore.TokenizeRequest("card-9", PAGE.method)
ADD_FORM = paycore.TokenizeRequest("card-9", FORM.method)
CARD = paycore.CardData(
    paycore.Secret("4111111111111111"), 12, 2030, paycore.Secret("123"), "Test Holder"
)


def test_page_answer_sends_the_payer_there(messages, account, script, carry):
    """An accepted purchase is pending, and the payer goes to the page; no address is evidence."""
    told = messages["cc_purchase.res.success"]["body"]
    report = carry(hooks.charge(account, PAGE), script(told))

    assert (report.state, report.reference, report.kind) == (
        State.PENDING,
        "SUB-2025-03",
        Kind.CHARGE,
    )
    assert report.next_action == paycore.Redirect(told["retData"]["redirectUrl"])
    assert told["retData"]["secureId"] not in str(report.raw)


def test_page_address_at_the_top_level_is_taken_too(messages, account, script, carry):
    """Old answers had the address beside retData; there it counts where retData has none."""
    url = messages["cc_purchase.res.success"]["body"]["retData"]["redirectUrl"]
    old = carry(hooks.charge(account, PAGE), script({"retCode": "SUCCESS", "redirectUrl": url}))
    both = {
        "retCode": "SUCCESS",
        "redirectUrl": "https://x.example",
        "retData": {"redirectUrl": url},
    }
    new = carry(hooks.charge(account, PAGE), script(both))

    assert old.next_action == new.next_action == paycore.Redirect(url)


@pytest.mark.parametrize(
    ("talk", "request_", "mode"),
    [(hooks.charge, FORM, "pay"), (hooks.tokenize, ADD_FORM, "add")],
    ids=["pay", "add"],
)
def test_form_answer_mounts_the_form(talk, request_, mode, messages, account, script, carry):
    """An embedded form needs IOTPay's script, the secure id, and to know what it is for."""
    told = messages["cc_purchase.res.success"]["body"]
    report = carry(talk(account, request_), script(told))

    assert report.next_action == paycore.MountForm(
        "https://ccapi.iotpaycloud.com/cc/iotpaycc.js", told["retData"]["secureId"], mode
    )
    assert told["retData"]["secureId"] not in f"{report!r}{report.raw}"


def test_add_card_page_sends_the_payer_there(messages, account, script, carry):
    """An accepted add-card is a pending token under our own name."""
    told = messages["cc_addcard.res.success"]["body"]
    report = carry(hooks.tokenize(account, ADD_PAGE), script(told))

    assert (report.state, report.reference, report.kind) == (State.PENDING, "card-9", Kind.TOKEN)
    assert report.next_action == paycore.Redirect(told["retData"]["redirectUrl"])


@pytest.mark.parametrize("data", [{}, {"secureId": ""}, {"secureId": None}, {"secureId": 7}, None])
def test_form_without_its_secret_is_unknown(data, account, script, carry):
    """Without the secure id nobody can pay, and nobody knows what was opened."""
    with pytest.raises(paycore.OutcomeUnknown):
        carry(hooks.charge(account, FORM), script({"retCode": "SUCCESS", "retData": data}))


OUTCOMES = [
    ("cc_purchasewithtoken.res.success", hooks.charge, CHARGE, State.SUCCEEDED),
    ("cc_purchasewithtoken.res.declined.status9", hooks.charge, CHARGE, State.DECLINED),
    ("cc_purchasewithtoken.res.unknown", hooks.charge, CHARGE, State.UNKNOWN),
    ("cc_purchasewithwallet.res.success", hooks.charge, CHARGE, State.SUCCEEDED),
    ("cc_directpurchase.res.success", hooks.charge, CHARGE, State.SUCCEEDED),
    ("cc_refund.res.success", hooks.refund, REFUND, State.SUCCEEDED),
    ("cc_refund.res.pending", hooks.refund, REFUND, State.PENDING),
    ("cc_void.res.success", hooks.void, VOID, State.SUCCEEDED),
]


@pytest.mark.parametrize(
    ("name", "talk", "request_", "state"), OUTCOMES, ids=[case[0] for case in OUTCOMES]
)
def test_answer_is_read(name, talk, request_, state, messages, account, script, carry):
    """Each example answer comes to its state, with references, amount and a masked card."""
    told = messages[name]["body"]["retData"]
    report = carry(talk(account, request_), script(messages[name]["body"]))
    last = told["cardNum"][-4:]

    assert report.state is state
    assert (report.reference, report.provider_reference) == (told["mchOrderNo"], told["payOrderId"])
    assert report.amount == Money(told["amount"], "CAD")
    assert report.charge_provider_reference == told["originalOrderId"]
    assert report.instrument.masked.endswith(last)
    assert report.instrument.expiry == told["expiryDate"]
    assert (report.decline is not None) == (state is State.DECLINED)
    assert report.raw["cardNum"] == "[hidden]"


def test_charge_tells_what_is_left_to_refund_and_a_refund_does_not(
    messages, account, script, carry
):
    """`refundable` is a word about payments; a refund's own 0 says nothing."""
    paid = messages["cc_purchasewithtoken.res.success"]["body"]
    back = messages["cc_refund.res.success"]["body"]

    assert carry(hooks.charge(account, CHARGE), script(paid)).refundable == Money(999, "CAD")
    assert carry(hooks.refund(account, REFUND), script(back)).refundable is None


FAILURES = [
    ("cc_purchase.res.fail.sign", hooks.charge, PAGE),
    ("cc_purchase.res.fail.duplicate", hooks.charge, PAGE),
    ("cc_addcard.res.fail", hooks.tokenize, ADD_PAGE),
    ("cc_purchasewithtoken.res.declined.fail", hooks.charge, CHARGE),
    ("cc_refund.res.fail", hooks.refund, REFUND),
    ("cc_void.res.fail", hooks.void, VOID),
    ("cc_query.res.not-found", hooks.query, paycore.QueryRequest(Kind.CHARGE, "o-1")),
]


@pytest.mark.parametrize(("name", "talk", "request_"), FAILURES, ids=[case[0] for case in FAILURES])
def test_unlisted_refusal_proves_nothing(name, talk, request_, messages, account, script, carry):
    """A FAIL whose text nobody listed leaves the outcome open, a query's as well."""
    with pytest.raises(paycore.OutcomeUnknown):
        carry(talk(account, request_), script(messages[name]["body"]))


@pytest.mark.parametrize("status", [200, 400, 401, 422])
def test_unbound_card_declines_a_charge(status, messages, account, script, carry):
    """The one documented refusal surely moved nothing, with whatever HTTP status it comes."""
    told = messages["cc_querycard.res.fail"]["body"]
    with pytest.raises(paycore.ProviderRefused) as refused:
        carry(hooks.charge(account, CHARGE), script(told, status=status))

    assert refused.value.provider_code == "cardId is not binding"
    assert refused.value.code == "token_unusable"


@pytest.mark.parametrize(
    ("talk", "request_", "kind"),
    [
        (hooks.void, VOID, "void"),
        (hooks.refund, REFUND, "refund"),
        (hooks.tokenize, ADD_PAGE, "token"),
    ],
)
def test_account_may_list_its_own_sure_refusals(talk, request_, kind, merchant, script, carry):
    """A refusal that the account lists for the operation is a decline; for another it is not."""
    told = {"retCode": "FAIL", "retMsg": "already settled "}
    listed = merchant(sure_refusals={kind: ["already settled"]})
    elsewhere = merchant(sure_refusals={"charge": ["already settled"]})

    with pytest.raises(paycore.ProviderRefused) as refused:
        carry(talk(listed, request_), script(told))
    with pytest.raises(paycore.OutcomeUnknown):
        carry(talk(elsewhere, request_), script(told))

    assert (refused.value.code, refused.value.provider_code) == ("refused", "already settled")


@pytest.mark.parametrize(
    ("talk", "request_"), [(hooks.tokenize, ADD_PAGE), (hooks.refund, REFUND), (hooks.void, VOID)]
)
def test_unbound_card_says_nothing_of_other_operations(talk, request_, account, script, carry):
    """Listed for charges, the refusal is not sure of anything else."""
    told = {"retCode": "FAIL", "retMsg": "cardId is not binding"}
    with pytest.raises(paycore.OutcomeUnknown):
        carry(talk(account, request_), script(told))


@pytest.mark.parametrize("code", ["fail", "", None, "ERROR", True])
def test_only_a_plain_fail_refuses(code, account, script, carry):
    """A listed text under any other return code proves nothing."""
    told = {"retCode": code, "retMsg": "cardId is not binding"}
    with pytest.raises(paycore.OutcomeUnknown):
        carry(hooks.charge(account, CHARGE), script(told))


@pytest.mark.parametrize("status", [201, 204, 400, 404, 429])
def test_success_under_another_http_status_is_unknown(status, messages, account, script, carry):
    """Success is told with 200 and nothing else."""
    told = messages["cc_purchasewithtoken.res.success"]["body"]
    with pytest.raises(paycore.OutcomeUnknown):
        carry(hooks.charge(account, CHARGE), script(told, status=status))


def test_refusal_is_quoted_without_its_digits(account, script, carry):
    """An operator sees what IOTPay said, and no number that it may have repeated."""
    told = {"retCode": "FAIL", "retMsg": "bad card 4111 1111 1111 1111, cvv 123" + "!" * 999}
    with pytest.raises(paycore.OutcomeUnknown, match="bad card") as unknown:
        carry(hooks.charge(account, CHARGE), script(told))

    assert not any(character.isdigit() for character in str(unknown.value))
    assert len(str(unknown.value)) < 200


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, State.PENDING),
        ("0", State.PENDING),
        (2, State.SUCCEEDED),
        ("2", State.SUCCEEDED),
        (3, State.SUCCEEDED),
        ("3", State.SUCCEEDED),
        (9, State.DECLINED),
        ("9", State.DECLINED),
        (1, State.UNKNOWN),
        (-1, State.UNKNOWN),
        (-2, State.UNKNOWN),
        (4, State.UNKNOWN),
        (5, State.UNKNOWN),
        (7, State.UNKNOWN),
        ("02", State.UNKNOWN),
        ("2 ", State.UNKNOWN),
        ("\u0662", State.UNKNOWN),
        (2.0, State.UNKNOWN),
        (True, State.UNKNOWN),
        ([2], State.UNKNOWN),
        ({"2": 2}, State.UNKNOWN),
        (None, State.UNKNOWN),
        ("", State.UNKNOWN),
    ],
)
def test_status_nobody_listed_is_unknown(status, state, messages, account, script, carry):
    """Of a payment, 2 and 3 succeed, 9 fails, 0 is pending; the rest is unknown, never an error."""
    told = messages["cc_purchasewithtoken.res.success"]["body"]
    told["retData"]["status"] = status

    assert carry(hooks.charge(account, CHARGE), script(told)).state is state


@pytest.mark.parametrize("lost", ["amount", "currency"])
def test_success_without_its_amount_is_no_success(lost, messages, account, script, carry):
    """Who says that it was paid must say how much."""
    told = messages["cc_purchasewithtoken.res.success"]["body"]
    del told["retData"][lost]

    assert carry(hooks.charge(account, CHARGE), script(told)).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("mchId", "10000702"),
        ("amount", 1500.0),
        ("amount", "015"),
        ("amount", -1),
        ("amount", True),
        ("amount", 2**63 - 1),
        ("amount", "9" * 19),
        ("currency", "cad"),
        ("currency", "ZZZ"),
        ("currency", 5),
        ("payType", "sale"),
        ("payType", ["pay"]),
        ("mchOrderNo", 7),
        ("payOrderId", {}),
        ("refundable", [1]),
    ],
)
def test_malformed_or_foreign_answer_is_unknown(member, value, messages, account, script, carry):
    """An answer about another merchant, or one that cannot be read, never becomes a success."""
    told = messages["cc_purchasewithtoken.res.success"]["body"]
    told["retData"][member] = value
    try:
        report = carry(hooks.charge(account, CHARGE), script(told))
        ended = report.amount == Money(2**63 - 1, "CAD")  # odd, and for the core to refuse
    except paycore.OutcomeUnknown:
        ended = True

    assert ended


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, State.PENDING),
        (1, State.UNKNOWN),
        (2, State.SUCCEEDED),
        (3, State.UNKNOWN),
        (9, State.DECLINED),
    ],
)
def test_three_is_no_success_of_a_refund(status, state, messages, account, script, carry):
    """What counts as success of a payment leaves a refund unknown until its payment agrees."""
    told = messages["cc_refund.res.success"]["body"]
    told["retData"]["status"] = status

    assert carry(hooks.refund(account, REFUND), script(told)).state is state


@pytest.mark.parametrize("original", ["PC20250314092653589793238463", ""])
def test_refund_of_another_payment_is_unknown(original, messages, account, script, carry):
    """An answer about a refund must be about the payment that was to be refunded."""
    told = messages["cc_refund.res.success"]["body"]
    told["retData"]["originalOrderId"] = original

    with pytest.raises(paycore.OutcomeUnknown):
        carry(hooks.refund(account, REFUND), script(told))


@pytest.mark.parametrize("say", [hooks.refund, hooks.void])
def test_giving_back_needs_their_reference_of_the_charge(say, account, script, carry):
    """Without IOTPay's number of the payment nothing is sent."""
    request = replace(REFUND if say is hooks.refund else VOID, charge_provider_reference="")
    with pytest.raises(paycore.InvalidRequest, match="payOrderId"):
        carry(say(account, request), script())


def test_card_stored_directly_is_usable_at_once(messages, account, script, carry):
    """A stored card is a token under our name; no security code is kept, not even by its name."""
    told = messages["cc_directaddcard.res.success"]["body"]
    told["retData"]["cvv"] = "123"
    request = paycore.TokenizeRequest("card-9", CARD)
    report = carry(hooks.tokenize(account, request), script(told))

    assert (report.state, report.reference, report.kind) == (State.SUCCEEDED, "card-9", Kind.TOKEN)
    assert report.instrument == paycore.Instrument("411111******1111", "", "1230")
    assert "cvv" not in report.raw
    assert "Test Holder" not in str(report.raw)


def test_stored_card_without_a_name_is_unknown(account, script, carry):
    """A success that names no card stored none that we know of."""
    told = {"retCode": "SUCCESS", "retData": {}}
    report = carry(hooks.query(account, paycore.QueryRequest(Kind.TOKEN, "card-9")), script(told))

    assert (report.state, report.reference) == (State.UNKNOWN, None)


def test_card_that_is_bound_is_a_usable_token(messages, account, script, carry):
    """A query for a card that is there ends the waiting for it."""
    told = messages["cc_querycard.res.success"]["body"]
    asked = script(told)
    report = carry(hooks.query(account, paycore.QueryRequest(Kind.TOKEN, "604567999")), asked)

    assert (report.state, report.reference) == (State.SUCCEEDED, "604567999")
    assert "loginName" not in asked.calls[0].payload


def test_card_that_is_not_bound_is_still_awaited(messages, account, script, carry):
    """The payer may not have filled in the form yet: pending, not declined."""
    told = messages["cc_querycard.res.fail"]["body"]
    report = carry(
        hooks.query(account, paycore.QueryRequest(Kind.TOKEN, "604567999")), script(told)
    )

    assert (report.state, report.reference, report.kind) == (
        State.PENDING,
        "604567999",
        Kind.TOKEN,
    )


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("cc_query.res.paid", State.SUCCEEDED),
        ("cc_query.res.partly-refunded", State.SUCCEEDED),
        ("cc_query.res.pending", State.PENDING),
        ("cc_query.res.failed", State.DECLINED),
    ],
)
def test_query_of_a_charge_is_read(name, state, messages, account, script, carry):
    """A query says where a payment stands, and what is left to refund of it."""
    told = messages[name]["body"]
    asked = script(told)
    request = paycore.QueryRequest(Kind.CHARGE, "PC-2025-000123", PAY)
    report = carry(hooks.query(account, request), asked)

    assert report.state is state
    assert report.refundable == Money(told["retData"]["refundable"], "CAD")
    assert (report.instrument is None) == (told["retData"]["cardNum"] == "")
    assert set(asked.calls[0].payload) == {"mchId", "mchOrderNo", "sign"}


def test_refund_is_asked_for_by_their_number_else_by_ours(messages, account, script, carry):
    """A refund is looked up by its own number at IOTPay, and by ours while that is not known."""
    told = messages["cc_refund.res.success"]["body"]
    ours, theirs = script(told), script(told)
    carry(hooks.query(account, ASK_REFUND), ours)
    known = replace(ASK_REFUND, provider_reference="RP20250315101112131415161718")
    carry(hooks.query(account, known), theirs)

    assert ours.calls[0].payload["mchOrderNo"] == "R1234567890abc"
    assert "payOrderId" not in ours.calls[0].payload
    assert theirs.calls[0].payload["payOrderId"] == "RP20250315101112131415161718"
    assert "mchOrderNo" not in theirs.calls[0].payload


@pytest.mark.parametrize(
    ("name", "state"),
    [("cc_refund.res.success", State.SUCCEEDED), ("cc_refund.res.pending", State.PENDING)],
)
def test_answer_about_the_refund_itself_is_believed(name, state, messages, account, script, carry):
    """An answer that is surely about this refund decides in one call."""
    asked = script(messages[name]["body"])
    report = carry(hooks.query(account, ASK_REFUND), asked)

    assert (report.state, len(asked.calls)) == (state, 1)


def test_void_is_asked_for_as_a_refund_is(messages, account, script, carry):
    """A void reports payType refund, and is believed by the same rule."""
    request = replace(
        ASK_REFUND, kind=Kind.VOID, reference="R1234567890abd", amount=Money(1500, "CAD")
    )
    report = carry(hooks.query(account, request), script(messages["cc_void.res.success"]["body"]))

    assert report.state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("payType", "pay"),
        ("payType", ""),
        ("originalOrderId", "PC1"),
        ("originalOrderId", ""),
        ("amount", 501),
        ("currency", "USD"),
        ("mchOrderNo", "R-other"),
        ("status", 3),
        ("status", "3"),
        ("mchId", "10000702"),
        ("amount", None),
    ],
)
@pytest.mark.parametrize(("left", "state"), [(1000, State.SUCCEEDED), (1500, State.UNKNOWN)])
def test_doubtful_answer_about_a_refund_is_settled_by_the_payment(
    member, value, left, state, messages, account, script, carry
):
    """What is not surely about the refund is not believed: only the payment's books are."""
    told = messages["cc_refund.res.success"]["body"]
    told["retData"][member] = value
    books = messages["cc_query.res.paid"]["body"]
    books["retData"]["refundable"] = left
    asked = script(told, books)
    report = carry(hooks.query(account, ASK_REFUND), asked)

    assert report.state is state
    assert (report.reference, report.amount) == ("R1234567890abc", Money(500, "CAD"))
    assert asked.calls[1].payload["mchOrderNo"] == "PC-2025-000123"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("refundable", 1000.0),
        ("refundable", 999),
        ("refundable", 1001),
        ("refundable", 0),
        ("refundable", ""),
        ("currency", "USD"),
        ("status", 1),
        ("status", 9),
        ("status", 0),
        ("mchOrderNo", "PC-other"),
        ("mchId", "10000702"),
        ("payType", "refund"),
    ],
)
def test_books_that_do_not_agree_exactly_prove_nothing(
    member, value, messages, account, script, carry
):
    """Only the payment itself, paid, and less by exactly this amount, proves the refund."""
    books = messages["cc_query.res.partly-refunded"]["body"]
    books["retData"][member] = value
    try:
        state = carry(hooks.query(account, ASK_REFUND), script(FAIL, books)).state
    except paycore.OutcomeUnknown:
        state = State.UNKNOWN

    assert state is State.UNKNOWN


@pytest.mark.parametrize(
    ("amount", "left"), [(Money(500, "CAD"), 1000), (Money(1500, "CAD"), 0)], ids=["part", "all"]
)
def test_books_that_agree_exactly_prove_the_refund(amount, left, messages, account, script, carry):
    """A refund that IOTPay does not know by name, and that its books show, is done."""
    books = messages["cc_query.res.paid"]["body"]
    books["retData"]["refundable"] = left
    report = carry(hooks.query(account, replace(ASK_REFUND, amount=amount)), script(FAIL, books))

    assert (report.state, report.amount, report.kind) == (State.SUCCEEDED, amount, Kind.REFUND)


def test_without_our_own_books_theirs_prove_nothing(messages, account, script, carry):
    """Where we do not know what was left before, less proves nothing."""
    books = messages["cc_query.res.partly-refunded"]["body"]
    request = replace(ASK_REFUND, charge_refundable=None)

    assert carry(hooks.query(account, request), script(FAIL, books)).state is State.UNKNOWN


def test_refund_that_nobody_answers_for_stays_unknown(account, script, carry):
    """Two refusals to answer conclude nothing."""
    with pytest.raises(paycore.OutcomeUnknown):
        carry(hooks.query(account, ASK_REFUND), script(FAIL, FAIL))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 65, "x" * 64),
        ("Bread & Butter = 2", "Bread & Butter = 2"),
        ("Gift \U0001f381", "Gift ?"),
    ],
)
def test_description_is_said_as_it_is_and_cut(text, said, account):
    """Free text goes out as given, at most 64 and 250 characters, cut before it is signed."""
    request = replace(CHARGE, description=text, details=text * 5)
    body = dict(next(hooks.charge(account, request)).payload)

    assert body["subject"] == said
    assert body["body"] == account.text(text * 5, 250)
    assert body.pop("sign") == sign(body, KEY)


def test_payer_too_long_for_their_fields_is_left_out(account):
    """A payer's reference over 30 characters costs nobody a sale: the member is optional."""
    payer = paycore.Payer("2f1c9a52-1d1e-4f5e-9d27-4b8a7b6a3e10", "203.0.113.7")
    body = next(hooks.charge(account, replace(CHARGE, payer=payer))).payload

    assert "mchUserId" not in body
    assert body["clientIp"] == "203.0.113.7"


def test_extra_members_are_passed_through_and_signed(account):
    """What an undocumented variant needs is said as the caller says it, under the signature."""
    request = replace(PAGE, extra={"postalCode": "V6B 1A1", "email": "a@b.example"})
    body = dict(next(hooks.charge(account, request)).payload)

    assert (body["postalCode"], body["email"]) == ("V6B 1A1", "a@b.example")
    assert body.pop("sign") == sign(body, KEY)


@pytest.mark.parametrize("name", ["amount", "sign", "mchId", "MCHID", "Amount"])
def test_extra_members_replace_none_of_ours(name, account, script, carry):
    """What we say ourselves cannot be said twice, in whatever case."""
    with pytest.raises(paycore.InvalidRequest):
        carry(hooks.charge(account, replace(PAGE, extra={name: "1"})), script())


@pytest.mark.parametrize(
    "request_",
    [
        replace(CHARGE, amount=Money(0, "CAD")),
        replace(CHARGE, amount=Money(1, "USD")),
        replace(CHARGE, reference="x" * 31),
        replace(CHARGE, reference=""),
        replace(CHARGE, method=paycore.StoredToken("x" * 31)),
        replace(PAGE, method=paycore.HostedPage("https://shop.example/" + "x" * 200)),
        replace(CHARGE, method=paycore.Wallet("other_pay", "abc")),
        replace(CHARGE, method=replace(CARD, holder="x" * 51)),
    ],
)
def test_what_they_do_not_take_is_not_sent(request_, account, script, carry):
    """What does not fit their fields is refused here, by name."""
    with pytest.raises(paycore.InvalidRequest):
        carry(hooks.charge(account, request_), script())


def test_raw_card_is_in_no_picture_of_the_call(account):
    """A direct charge carries number and code, and neither shows when the call is printed."""
    call = next(hooks.charge(account, replace(CHARGE, method=CARD)))

    assert call.payload["cardNum"] == "4111111111111111"
    assert "4111111111111111" not in repr(call)
    assert call.payload["sign"] not in repr(call)


def body_of(fields, key=KEY):
    return json.dumps({**fields, "sign": sign(fields, key)}).encode()


def message(body):
    return paycore.WebhookMessage("POST", {}, "", body)


@pytest.mark.parametrize(
    ("name", "kind", "state"),
    [
        ("notify.pay.status2", Kind.CHARGE, State.SUCCEEDED),
        ("notify.pay.status3", Kind.CHARGE, State.SUCCEEDED),
        ("notify.pay.with-channel", Kind.CHARGE, State.SUCCEEDED),
        ("notify.pay.upi_ex", Kind.CHARGE, State.SUCCEEDED),
        ("notify.refund", Kind.REFUND, State.SUCCEEDED),
        ("notify.declined", Kind.CHARGE, State.DECLINED),
    ],
)
def test_notification_is_read_and_acknowledged(name, kind, state, messages, account):
    """A genuine notification is a report; the acknowledgement is theirs, to the letter."""
    fields = messages[name]["body"]
    told = hooks.verify_webhook(account, message(json.dumps(fields).encode()))

    assert (told.acknowledgement, told.content_type) == (b"SUCCESS", "text/plain")
    assert (told.report.kind, told.report.state) == (kind, state)
    assert (told.report.reference, told.report.amount) == (
        fields["mchOrderNo"],
        Money(fields["amount"], "CAD"),
    )
    assert fields["sign"] not in str(told.report.raw)


def test_forgery_that_the_vendors_handler_took_is_refused(messages, account):
    """A signature of `true` is none."""
    body = json.dumps(messages["notify.forged.sign-true"]["body"]).encode()
    with pytest.raises(paycore.WebhookRejected) as refused:
        hooks.verify_webhook(account, message(body))

    assert refused.value.status == 401


@pytest.mark.parametrize("merchant_id", ["10000702", "", None, 10000701])
def test_notification_for_another_merchant_is_refused(merchant_id, messages, account):
    """Signed with our key, and yet not ours: nothing in it is read."""
    fields = {**messages["notify.pay.status2"]["body"], "mchId": merchant_id}
    del fields["sign"]
    with pytest.raises(paycore.WebhookRejected, match="mchId") as refused:
        hooks.verify_webhook(account, message(body_of(fields)))

    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("amount", "01500"),
        ("currency", "ZZZ"),
        ("payType", "gift"),
        ("mchOrderNo", "o\u2028o"),
        ("mchOrderNo", "x" * 300),
    ],
)
def test_genuine_but_unreadable_is_refused_by_name(member, value, messages, account):
    """Even what is well signed ends in a notification or in the one named error."""
    fields = {**messages["notify.pay.status2"]["body"], member: value}
    del fields["sign"]
    with pytest.raises(paycore.WebhookRejected) as refused:
        hooks.verify_webhook(account, message(body_of(fields)))

    assert refused.value.status == 400


@pytest.mark.parametrize(("hours", "genuine"), [(1, True), (-1, False)])
def test_previous_key_counts_until_its_end(hours, genuine, messages, merchant):
    """While keys are rotated a message signed with the old one is genuine, and not after."""
    older = "previousKey000000000000000000000"
    account = merchant(previous_merchant_key=older, previous_key_until=NOW + timedelta(hours=hours))
    fields = messages["notify.pay.status2"]["body"]
    del fields["sign"]
    old, new = message(body_of(fields, older)), message(body_of(fields))
    try:
        accepted = hooks.verify_webhook(account, old).acknowledgement == b"SUCCESS"
    except paycore.WebhookRejected:
        accepted = False

    assert accepted is genuine
    assert hooks.verify_webhook(account, new).acknowledgement == b"SUCCESS"


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        [
            "payOrderId",
            "mchOrderNo",
            "amount",
            "currency",
            "payType",
            "status",
            "refundable",
            "cardNum",
            "cardType",
            "expiryDate",
            "originalOrderId",
            "other",
        ]
    ),
    json_values,
)
def test_whatever_a_member_holds_there_is_no_third_thing(messages, account, member, value):
    """A member altered into anything, and signed where that is possible, never ends in a crash."""
    fields = {**messages["notify.pay.status2"]["body"], member: value}
    del fields["sign"]
    try:
        body = body_of(fields)
    except paycore.InvalidRequest:
        body = json.dumps({**fields, "sign": "0" * 32}).encode()
    try:
        ended = hooks.verify_webhook(account, message(body)).acknowledgement == b"SUCCESS"
    except paycore.WebhookRejected:
        ended = True

    assert ended


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["retCode", "retMsg", "retData"]),
    json_values,
    st.sampled_from([CHARGE, PAGE, FORM]),
)
def test_whatever_an_answer_holds_it_is_no_success_by_accident(
    messages, account, script, carry, member, value, request_
):
    """An envelope altered into anything is a named refusal, unknown, or what it was before."""
    told = {**messages["cc_purchasewithtoken.res.success"]["body"], member: value}
    try:
        report = carry(hooks.charge(account, request_), script(told))
    except (paycore.OutcomeUnknown, paycore.ProviderRefused):
        ended = True
    else:
        ended = report.state is State.UNKNOWN or (member, request_) == ("retMsg", CHARGE)

    assert ended


def test_plugin_keeps_the_contract():
    """The core takes the module as it is: every hook marked, shaped and described as it must be."""
    provider = Provider("iotpay", hooks)
    told = provider.description

    assert provider.hooks >= {"charge", "tokenize", "refund", "void", "query", "verify_webhook"}
    assert (told.channels, told.currencies) == (("PF_CC",), {"CAD"})
    assert (told.absence_is_proof, told.webhook_is_proof) == (False, False)
    assert told.sure_refusals == {Kind.CHARGE: {"cardId is not binding"}}
    assert (told.reference_length, told.page_lifetime_s) == (30, 3600)
