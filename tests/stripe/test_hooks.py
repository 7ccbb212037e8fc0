"""paycore_stripe.hooks: what Stripe is asked, under which key, and how things are found."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import stripe

import paycore
from paycore import Kind, Money, NotFound, QueryRequest, State
from paycore.provider import Provider
from paycore_stripe import hooks
from tests.stripe.messages import NOW, SECRET, event, sealed, told
from tests.stripe.scripted import Stripe, answer, marks, refused

CAD = Money(1500, "CAD")
PAGE = paycore.HostedPage("https://shop.example/thanks")
FORM = paycore.EmbeddedForm("https://shop.example/thanks")
CARD = paycore.StoredToken("cus_9:pm_9")


def driven(talk, script):
    """Carry a talk as the core does, but for what the core makes of its failing."""
    call = next(talk)
    try:
        while True:
            call = talk.send(script(call))
    except StopIteration as end:
        return end.value


def asked(method=CARD, reference="o-1", **more):
    return paycore.ChargeRequest(reference, CAD, method, **more)


class Script:
    """Says what it was told to say, and notes what it was asked."""

    def __init__(self, *answers):
        self.calls, self.answers = [], list(answers)

    def __call__(self, call):
        self.calls.append(call)
        said = self.answers.pop(0)
        return said if isinstance(said, paycore.Reply) else answer(said)


def paid(carry, account, method=CARD, *, pays=True, **more):
    """Return a small Stripe with a charge in it, and what it was told."""
    world = Stripe(pays)
    report = carry(hooks.charge(account=account, request=asked(method, **more)), world)
    return world, report


def test_stripe_keeps_the_contract():
    """Every hook is there, and it says that it voids only what is held."""
    provider = Provider("stripe", hooks)

    assert provider.hooks == {
        "describe", "open_account", "charge", "capture", "tokenize", "refund", "void", "query",
        "verify_webhook",
    }  # fmt: skip
    assert provider.description.webhook_is_proof
    assert not provider.description.voids_captured
    assert not provider.description.absence_is_proof


def test_the_version_is_the_one_that_their_library_asks_for():
    """What their types say of an answer is then what we are told."""
    assert stripe.api_version == hooks.API_VERSION


def test_every_call_says_who_we_are_and_which_version(carry, account):
    """A bearer key and a version; only what moves something has a key to repeat it by."""
    world, report = paid(carry, account, PAGE)
    carry(
        hooks.query(
            account=account, request=QueryRequest(Kind.CHARGE, "o-1", report.provider_reference)
        ),
        world,
    )

    post, get = world.calls
    assert (post.method, post.encoding, post.url) == (
        "POST", "form", "https://api.stripe.com/v1/checkout/sessions",
    )  # fmt: skip
    assert post.headers["Authorization"].startswith("Bearer sk_test_")
    assert get.headers == {n: v for n, v in post.headers.items() if n != "Idempotency-Key"}
    assert (get.method, get.headers["Stripe-Version"]) == ("GET", hooks.API_VERSION)


def ends(carry, account, world, charge):
    """Do each thing that can be done with a charge, whatever comes of it."""
    amount, theirs = Money(500, "CAD"), charge.provider_reference
    yield hooks.capture, paycore.CaptureRequest("o-1-c1", amount, "o-1", theirs, CAD)
    yield hooks.void, paycore.VoidRequest("o-1-x1", CAD, "o-1", theirs)
    yield hooks.refund, paycore.RefundRequest("o-1-r1", amount, "o-1", theirs, CAD)
    yield hooks.refund, paycore.RefundRequest("o-1-r2", amount, "o-1", theirs, CAD)


def test_one_operation_has_one_key_and_no_two_have_the_same(carry, account):
    """Stripe answers a repeat by its key: the same operation again, and never another one."""
    world, first = paid(carry, account, capture=False)
    again = Stripe()
    for method in (PAGE, FORM):
        request = asked(method, reference=f"o-{type(method).__name__}")
        carry(hooks.charge(account=account, request=request), world)
        card = paycore.TokenizeRequest(f"card-{type(method).__name__}", method)
        carry(hooks.tokenize(account=account, request=card), world)
    for hook, request in ends(carry, account, world, first):
        with suppress(paycore.ProviderRefused, paycore.OutcomeUnknown):  # it was captured before
            carry(hook(account=account, request=request), world)

    keys = [c.headers["Idempotency-Key"] for c in world.calls if c.method == "POST"]
    assert len(set(keys)) == len(keys) == 10
    carry(hooks.charge(account=account, request=asked(capture=False)), again)
    assert again.calls[0].headers["Idempotency-Key"] == keys[0]
    assert all(len(key) <= 255 and key.isascii() for key in keys)


def test_a_repeat_under_its_key_charges_once(carry, account):
    """What Stripe does with the key that we derive."""
    world, first = paid(carry, account)
    second = carry(hooks.charge(account=account, request=asked()), world)

    assert first == second
    assert len(world.named("pi")) == 1


@pytest.mark.parametrize("name", ["amount", "metadata[paycore_reference]", "confirm", "currency"])
def test_what_is_ours_to_say_is_not_passed_through(carry, account, name):
    """Whoever passes members through adds to a call, and changes nothing in it."""
    with pytest.raises(paycore.InvalidRequest, match="extra"):
        paid(carry, account, extra={name: "1"})

    world, _ = paid(carry, account, extra={"statement_descriptor_suffix": "SHOES"})
    assert world.calls[0].payload["statement_descriptor_suffix"] == "SHOES"


@pytest.mark.parametrize("name", ["confirm", "capture_method", "off_session", "description"])
def test_what_we_leave_unsaid_is_not_passed_through_either(carry, account, name):
    """A form that nobody confirms is not confirmed by the way; what is empty is ours as well."""
    with pytest.raises(paycore.InvalidRequest, match=f"extra: {name}"):
        paid(carry, account, FORM, extra={name: "true"})


def test_another_line_on_the_page_is_not_passed_through(carry, account):
    """It would be paid as well."""
    with pytest.raises(paycore.InvalidRequest, match="extra"):
        paid(carry, account, PAGE, extra={"line_items[1][price]": "price_1"})


@pytest.mark.parametrize("method", [PAGE, FORM, CARD])
def test_a_hold_is_captured_in_part_or_released(carry, account, method):
    """By whatever it was asked for: the payment of a page is looked up first."""
    for end in (hooks.capture, hooks.void):
        world, report = paid(carry, account, method, capture=False)
        query = QueryRequest(Kind.CHARGE, "o-1", report.provider_reference, CAD)
        held = carry(hooks.query(account=account, request=query), world)
        assert held.state is State.AUTHORIZED

        theirs = report.provider_reference
        if end is hooks.capture:
            request = paycore.CaptureRequest("o-1-c1", Money(500, "CAD"), "o-1", theirs, CAD)
        else:
            request = paycore.VoidRequest("o-1-x1", CAD, "o-1", theirs)
        done = carry(end(account=account, request=request), world)

        assert (done.reference, done.state) == (request.reference, State.SUCCEEDED)
        assert done.amount == request.amount
        after = carry(hooks.query(account=account, request=query), world)
        captured = end is hooks.capture
        assert after.state is (State.SUCCEEDED if captured else State.EXPIRED)
        assert after.amount == (Money(500, "CAD") if captured else CAD)


@pytest.mark.parametrize(
    ("kind", "done", "state"),
    [
        (Kind.CAPTURE, "capture", State.SUCCEEDED),
        (Kind.CAPTURE, "void", State.DECLINED),
        (Kind.CAPTURE, "", State.UNKNOWN),
        (Kind.RELEASE, "void", State.SUCCEEDED),
        (Kind.RELEASE, "capture", State.DECLINED),
        (Kind.RELEASE, "", State.UNKNOWN),
    ],
)
@pytest.mark.parametrize("method", [PAGE, CARD])
@pytest.mark.parametrize("known", [True, False])
def test_the_payment_tells_of_a_capture_or_release_that_was_lost(
    carry, account, kind, done, state, method, known
):
    """Asked later, with Stripe's name for the charge or without: what became of the hold."""
    world, report = paid(carry, account, method, capture=False)
    theirs = report.provider_reference if known else ""
    query = QueryRequest(Kind.CHARGE, "o-1", report.provider_reference, CAD)
    carry(hooks.query(account=account, request=query), world)
    requests = {
        "capture": (hooks.capture, paycore.CaptureRequest("o-1-e1", CAD, "o-1", theirs, CAD)),
        "void": (hooks.void, paycore.VoidRequest("o-1-e1", CAD, "o-1", theirs)),
    }
    if done:
        hook, request = requests[done]
        carry(hook(account=account, request=request), world)

    own = "o-1-e1" if kind.value == {"void": "release"}.get(done, done) else "o-1-e2"
    ask = QueryRequest(kind, own, "", CAD, "o-1", theirs)
    found = carry(hooks.query(account=account, request=ask), world)

    assert found.state is state
    assert found.kind is kind


def test_a_capture_that_is_not_ours_is_not_told_as_ours(carry, account):
    """It was captured, and not by this capture: the reference says whose it was."""
    world, report = paid(carry, account, capture=False)
    theirs = report.provider_reference
    request = paycore.CaptureRequest("o-1-c1", CAD, "o-1", theirs, CAD)
    carry(hooks.capture(account=account, request=request), world)

    ask = QueryRequest(Kind.CAPTURE, "o-1-c2", "", CAD, "o-1", theirs)
    assert carry(hooks.query(account=account, request=ask), world).reference == "o-1-c1"


@pytest.mark.parametrize("asks", [True, False])
def test_a_release_of_another_payment_is_not_told_as_ours(carry, account, asks):
    """The answer is about another charge than the one that was to be released."""
    other = {"id": "pi_1", "object": "payment_intent", "status": "canceled", "amount": 1500}
    script = Script({**other, "currency": "cad", "metadata": marks("o-2")})
    void = paycore.VoidRequest("o-1-x1", CAD, "o-1", "pi_1")
    ask = QueryRequest(Kind.RELEASE, "o-1-x1", "", CAD, "o-1", "pi_1")
    talk = (
        hooks.query(account=account, request=ask)
        if asks
        else hooks.void(account=account, request=void)
    )

    assert carry(talk, script).reference == "o-2"


@pytest.mark.parametrize("method", [PAGE, FORM, CARD])
@pytest.mark.parametrize("known", [True, False])
def test_a_refund_names_the_payment_and_is_found_again(carry, account, method, known):
    """By Stripe's own name, else among the refunds of its payment."""
    world, report = paid(carry, account, method)
    theirs = report.provider_reference if known else ""
    query = QueryRequest(Kind.CHARGE, "o-1", report.provider_reference, CAD)
    carry(hooks.query(account=account, request=query), world)
    request = paycore.RefundRequest("o-1-r1", Money(500, "CAD"), "o-1", theirs, CAD)
    done = carry(hooks.refund(account=account, request=request), world)

    assert (done.state, done.amount) == (State.SUCCEEDED, Money(500, "CAD"))
    assert world.named("re")[0]["payment_intent"] == world.named("pi")[0]["id"]
    for name in (done.provider_reference, ""):
        ask = QueryRequest(Kind.REFUND, "o-1-r1", name, Money(500, "CAD"), "o-1", theirs)
        found = carry(hooks.query(account=account, request=ask), world)
        assert replace(found, raw={}) == replace(done, raw={})
    lost = QueryRequest(Kind.REFUND, "o-1-r2", "", Money(500, "CAD"), "o-1", theirs)
    assert isinstance(carry(hooks.query(account=account, request=lost), world), NotFound)
    after = carry(hooks.query(account=account, request=query), world)
    assert after.refundable == Money(1000, "CAD")


@pytest.mark.parametrize("method", [PAGE, FORM, CARD])
def test_a_charge_whose_answer_was_lost_is_found_by_our_reference(carry, account, method):
    """A payment by search, a page that nobody has paid among the newest; then it can go on."""
    world, report = paid(carry, account, method, pays=False)
    ask = QueryRequest(Kind.CHARGE, "o-1", "", CAD)
    found = carry(hooks.query(account=account, request=ask), world)

    assert (found.state, found.next_action) == (report.state, report.next_action)
    assert found.provider_reference == report.provider_reference
    assert world.calls[-1].url.endswith(report.provider_reference), "what a search says is old"


@pytest.mark.parametrize("method", [PAGE, FORM])
def test_a_card_whose_answer_was_lost_is_found_by_our_reference(carry, account, method):
    """Among the newest pages, then among the newest cards to store."""
    world = Stripe(pays=False)
    request = paycore.TokenizeRequest("card-1", method)
    asked_for = carry(hooks.tokenize(account=account, request=request), world)
    world.pays = True
    found = carry(hooks.query(account=account, request=QueryRequest(Kind.TOKEN, "card-1")), world)

    assert asked_for.state is State.PENDING
    assert found.state is State.SUCCEEDED
    customer, card = found.token.split(":")
    assert world.things[customer]["object"] == "customer"
    assert world.things[card]["object"] == "payment_method"


@pytest.mark.parametrize("kind", [Kind.CHARGE, Kind.TOKEN])
def test_what_nobody_knows_is_not_found(carry, account, kind):
    """By our reference, and by a name that Stripe has not got."""
    for theirs in ("", "pi_404", "cs_404", "seti_404"):
        ask = QueryRequest(kind, "o-404", theirs, CAD)
        found = carry(hooks.query(account=account, request=ask), Stripe())
        assert isinstance(found, NotFound)


@pytest.mark.parametrize(
    "data",
    [None, {}, "pi_1", [{"id": name, "metadata": marks("o-1")} for name in ("pi_1", "pi_2")]],
)
def test_a_list_that_is_none_or_ambiguous_proves_nothing(account, data):
    """Two payments under one reference: nobody can say which is meant."""
    script = Script({"object": "search_result", "data": data})

    with pytest.raises(paycore.OutcomeUnknown):
        driven(hooks.query(account=account, request=QueryRequest(Kind.CHARGE, "o-1")), script)
    assert len(script.calls) == 1


BUSY = refused(429, "invalid_request_error", "rate_limit")
ABROAD = refused(400, "invalid_request_error", "search_unavailable")
EMPTY = {"object": "list", "data": []}


@pytest.mark.parametrize("failing", ["sessions", "search"])
@pytest.mark.parametrize("method", [PAGE, FORM])
def test_a_place_that_does_not_answer_is_passed_over(carry, account, failing, method):
    """What was lost may stand in the other one: a page among the newest, a form in the search."""
    world, report = paid(carry, account, method, pays=False)

    def half(call):
        gone = call.method == "GET" and call.name == failing
        return ABROAD if gone else world(call)

    talk = hooks.query(account=account, request=QueryRequest(Kind.CHARGE, "o-1", "", CAD))
    if (method is PAGE) == (failing == "search"):
        assert carry(talk, half).provider_reference == report.provider_reference
    else:
        with pytest.raises(paycore.OutcomeUnknown, match="400, search_unavailable"):
            driven(talk, half)


@pytest.mark.parametrize("kind", [Kind.CHARGE, Kind.TOKEN])
@pytest.mark.parametrize("answers", [(BUSY, EMPTY), (EMPTY, BUSY), (BUSY, BUSY)])
def test_found_nowhere_is_not_found_only_where_every_place_answered(account, kind, answers):
    """Whoever did not answer may have it."""
    script = Script(*answers)

    with pytest.raises(paycore.OutcomeUnknown, match="429, rate_limit"):
        driven(hooks.query(account=account, request=QueryRequest(kind, "o-1")), script)
    assert len(script.calls) == 2
    nowhere = hooks.query(account=account, request=QueryRequest(kind, "o-1"))
    assert isinstance(driven(nowhere, Script(EMPTY, EMPTY)), NotFound)


def test_a_refund_that_cannot_be_looked_for_is_not_absent(account):
    """The list of its payment's refunds is the only place where it can be."""
    ask = QueryRequest(Kind.REFUND, "o-1-r1", "", CAD, "o-1", "pi_1")

    with pytest.raises(paycore.OutcomeUnknown, match="429, rate_limit"):
        driven(hooks.query(account=account, request=ask), Script(BUSY))


@pytest.mark.parametrize("odd", [None, "pi_1", {"metadata": None}, {"metadata": "o-1", "id": "x"}])
def test_what_is_odd_in_a_list_is_passed_over(carry, account, odd):
    """It is nobody's."""
    script = Script({"data": [odd]}, {"data": [odd]})
    ask = QueryRequest(Kind.CHARGE, "o-1")

    assert isinstance(carry(hooks.query(account=account, request=ask), script), NotFound)


@pytest.mark.parametrize("theirs", ["ch_1", "pi_1/../x", "pi_1?x=y", "cs_", "pi_é", "pi", "pi_1\n"])
def test_a_name_that_is_none_of_stripes_is_asked_for_nowhere(carry, account, theirs):
    """It would become part of an address."""
    world = Stripe()
    with pytest.raises(paycore.OutcomeUnknown):
        carry(hooks.query(account=account, request=QueryRequest(Kind.CHARGE, "o-1", theirs)), world)

    assert not world.calls


@pytest.mark.parametrize("made", [{}, {"id": None}, {"id": "pi_1"}, {"id": "cus_1/x"}])
def test_without_a_customer_no_card_is_asked_for(carry, account, made):
    """The first answer decides whether there is a second call."""
    script = Script(made)
    request = paycore.TokenizeRequest("card-1", FORM)

    with pytest.raises(paycore.OutcomeUnknown):
        carry(hooks.tokenize(account=account, request=request), script)
    assert len(script.calls) == 1


@pytest.mark.parametrize("begun", [None, {}, {"id": "ch_1"}, 5, "pi_1/x"])
def test_a_page_without_its_payment_moves_nothing(carry, account, begun):
    """There is nothing to refund, and nothing is sent: the same refund may be tried again."""
    script = Script({"id": "cs_1", "object": "checkout.session", "payment_intent": begun})
    request = paycore.RefundRequest("o-1-r1", CAD, "o-1", "cs_1", CAD)

    with pytest.raises(paycore.NotSent):
        carry(hooks.refund(account=account, request=request), script)
    assert len(script.calls) == 1


@pytest.mark.parametrize("kind", [Kind.CHARGE, Kind.CAPTURE, Kind.RELEASE, Kind.REFUND])
@pytest.mark.parametrize("theirs", ["cs_1", ""])
def test_a_query_that_fails_is_told_as_unknown(carry, account, kind, theirs):
    """Nothing follows it: the core makes no `NotSent` of what was sent, and answered."""
    ask = QueryRequest(kind, "o-1-x1", "", CAD, "o-1", theirs)

    with pytest.raises(paycore.OutcomeUnknown, match="429, rate_limit"):
        carry(hooks.query(account=account, request=ask), Script(BUSY, BUSY, BUSY))


@pytest.mark.parametrize("known", [True, False])
def test_what_is_looked_up_first_moves_nothing_and_what_follows_may(carry, account, known):
    """By its page's name or by our reference: every question is told apart from what it is for."""
    world, charge = paid(carry, account, PAGE)
    found = replace(charge, provider_reference=charge.provider_reference if known else "")
    for hook, request in ends(carry, account, world, found):
        world.calls.clear()
        with suppress(paycore.ProviderRefused, paycore.OutcomeUnknown):  # nothing is held
            carry(hook(account=account, request=request), world)

        assert [call.method for call in world.calls] == ["GET"] * (2 - known) + ["POST"]
        assert [call.moves for call in world.calls] == [False] * (2 - known) + [True]


def test_an_amount_that_stripe_cannot_be_told_is_never_sent(carry, account):
    """By charge, capture and refund: refused before the first call."""
    odd = Money(5124, "KWD")
    for hook, request in [
        (hooks.charge, paycore.ChargeRequest("o-1", odd, CARD)),
        (hooks.charge, paycore.ChargeRequest("o-1", odd, PAGE)),
        (hooks.capture, paycore.CaptureRequest("o-1-c1", odd, "o-1", "pi_1", odd)),
        (hooks.capture, paycore.CaptureRequest("o-1-c1", odd, "o-1", "cs_1", odd)),
        (hooks.refund, paycore.RefundRequest("o-1-r1", odd, "o-1", "pi_1", odd)),
        (hooks.refund, paycore.RefundRequest("o-1-r1", odd, "o-1", "cs_1", odd)),
    ]:
        with pytest.raises(paycore.InvalidRequest, match="amount"):
            carry(hook(account=account, request=request), Script())


def test_a_card_that_is_refused_is_a_decline(carry, account):
    """With the bank's reason; what the query says then is the same."""
    world = Stripe()
    request = replace(asked(), method=paycore.StoredToken("cus_9:pm_poor"))
    with pytest.raises(paycore.ProviderRefused) as told_now:
        carry(hooks.charge(account=account, request=request), world)

    later = carry(hooks.query(account=account, request=QueryRequest(Kind.CHARGE, "o-1")), world)
    assert later.state is State.DECLINED
    assert later.decline.provider_code == told_now.value.provider_code == "insufficient_funds"
    assert later.decline.code.value == told_now.value.code == "insufficient_funds"


PAID = {
    "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 1500,
    "amount_received": 1500, "currency": "cad", "metadata": marks("o-1"), "latest_charge": "ch_1",
}  # fmt: skip


def heard(account, message):
    return hooks.verify_webhook(account=account, message=message)


def test_a_genuine_message_is_read_and_acknowledged(account):
    """Under our reference, with Stripe's name of the event."""
    note = heard(account, told("payment_intent.succeeded", PAID))

    assert (note.acknowledgement, note.event_id) == (b"ok", "evt_1")
    assert (note.report.reference, note.report.state) == ("o-1", State.SUCCEEDED)
    assert (note.report.amount, note.report.provider_reference) == (CAD, "pi_1")


@pytest.mark.parametrize(
    ("what", "thing"),
    [
        ("payment_intent.succeeded", {**PAID, "metadata": {}}),
        ("payment_intent.succeeded", {**PAID, "metadata": {"order": "7"}, "currency": "xxx"}),
        ("payment_intent.succeeded", {**PAID, "metadata": None}),
        ("charge.succeeded", {"id": "ch_1", "object": "charge", "metadata": marks("o-1")}),
        ("customer.created", {"id": "cus_1", "object": "customer", "metadata": marks("card-1")}),
        ("refund.created", {"id": "re_1", "object": "refund", "metadata": {}}),
        ("balance.available", {}),
        ("balance.available", None),
    ],
)
def test_a_message_about_nothing_of_ours_is_genuine_and_ignored(account, what, thing):
    """Of another shop, or of a thing that paycore does not keep: acknowledged, and no report."""
    note = heard(account, told(what, thing))

    assert note.report is None
    assert note.acknowledgement == b"ok"


@pytest.mark.parametrize(
    "said",
    [{}, {"livemode": True}, {"data": {"object": {**PAID, "currency": "xxx"}}}, {"data": {"o": 1}}],
)
@pytest.mark.parametrize("whose", ["acct_1Seller", "acct_", {}, 0, False, ["acct_1Seller"]])
def test_a_message_of_a_connected_account_is_about_nothing_of_ours(account, said, whose):
    """Whatever it says: its owner writes our reference where he likes, and pays himself."""
    note = heard(account, told("payment_intent.succeeded", PAID, account=whose, **said))

    assert note.report is None
    assert (note.acknowledgement, note.event_id) == (b"ok", "evt_1")


@pytest.mark.parametrize("whose", [None, ""])
def test_a_message_of_no_connected_account_is_our_own(account, whose):
    """Stripe names an account only where it is another one."""
    assert heard(account, told("payment_intent.succeeded", PAID, account=whose)).report


def test_a_message_of_a_connected_account_is_signed_as_well(account):
    """Only then it is acknowledged."""
    message = told("payment_intent.succeeded", PAID, "whsec_of_somebody_else_0000", account="a")

    with pytest.raises(paycore.WebhookRejected):
        heard(account, message)


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (told("payment_intent.succeeded", PAID, livemode=True), 401),
        (told("payment_intent.succeeded", PAID, livemode=None), 400),
        (told("payment_intent.succeeded", PAID, livemode=0), 401),
        (told("payment_intent.succeeded", PAID, livemode="false"), 401),
        (told("payment_intent.succeeded", PAID, id="evt 1"), 400),
        (told("payment_intent.succeeded", PAID, id=None), 400),
        (told("payment_intent.succeeded", PAID, type=None), 400),
        (told("payment_intent.succeeded", PAID, data=[]), 400),
        (told("payment_intent.succeeded", {**PAID, "currency": "xxx"}), 400),
        (told("payment_intent.succeeded", {**PAID, "amount_received": -1}), 400),
        (told("payment_intent.succeeded", {**PAID, "amount_received": 15.0}), 400),
        (told("payment_intent.succeeded", {**PAID, "id": "../pi"}), 400),
        (told("payment_intent.succeeded", {**PAID, "status": 2}), 400),
        (told("payment_intent.succeeded", {**PAID, "metadata": marks(7)}), 400),
        (told("payment_intent.succeeded", PAID, "whsec_of_somebody_else_0000"), 401),
        (sealed(b"[]"), 400),
        (sealed(b"{}"), 400),
        (sealed(json.dumps(event("x", PAID)).encode()[:-1] + b',"id":"evt_2"}'), 400),
        (replace(told("payment_intent.succeeded", PAID), headers={}), 401),
    ],
)  # fmt: skip
def test_what_is_not_genuine_or_not_a_message_is_rejected(account, message, status):
    """Whatever the bytes: `WebhookRejected`, with the status to answer."""
    with pytest.raises(paycore.WebhookRejected) as rejected:
        heard(account, message)

    assert rejected.value.status == status


def test_the_time_of_a_message_is_when_it_came_in(account):
    """Not when it is looked at: a message that was kept is as genuine as it was."""
    message = told("payment_intent.succeeded", PAID)

    assert heard(account, message).report is not None
    for late in (timedelta(seconds=301), timedelta(seconds=-301)):
        with pytest.raises(paycore.WebhookRejected):
            heard(account, replace(message, received_at=NOW + late))
    with pytest.raises(paycore.WebhookRejected):
        heard(account, replace(message, received_at=None))  # then it comes in now


def test_the_previous_secret_counts_until_its_end(merchant):
    """A rotation takes a day, and no longer than was said."""
    older = "whsec_before0000000000000000000000"
    message = told("payment_intent.succeeded", PAID, older)
    until = {"previous_webhook_secret": older, "previous_webhook_secret_until": NOW}

    with pytest.raises(paycore.WebhookRejected):
        heard(merchant(**until), message)
    until["previous_webhook_secret_until"] += timedelta(seconds=1)
    assert heard(merchant(**until), message).report is not None
    assert SECRET not in repr(message)


def test_a_live_account_takes_live_messages_only(merchant):
    """What was paid with a test card pays nothing."""
    live = merchant(mode="live", secret_key="sk_live_paycore0000000000000000000")

    assert heard(live, told("payment_intent.succeeded", PAID, livemode=True)).report is not None
    with pytest.raises(paycore.WebhookRejected, match="livemode"):
        heard(live, told("payment_intent.succeeded", PAID))


@pytest.mark.parametrize("theirs", ["pi_1", "cs_1"])
def test_a_refusal_to_answer_a_query_proves_nothing(account, theirs):
    """Not even absence."""
    ask = QueryRequest(Kind.CHARGE, "o-1", theirs)

    with pytest.raises(paycore.OutcomeUnknown, match="429, rate_limit"):
        driven(hooks.query(account=account, request=ask), Script(BUSY))
