"""One charge: checked, reserved, told, recorded; and what a second one with that name may do."""

from __future__ import annotations

import pytest

from paycore.account import Limits
from paycore.errors import Conflict, InvalidRequest, NotSent, NotSupported
from paycore.intents import Payer
from paycore.methods import CardData, EmbeddedForm, HostedPage, Redirect, StoredToken, Wallet
from paycore.money import Money
from paycore.payment import PaymentStatus
from paycore.secret import Secret
from paycore.states import State
from tests.stage import CARD, PAGE, URL, Effect, Refused, Says, Stage, cad


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def asked(monkeypatch):
    """The requests that plugins were given, in order."""
    heard = []
    real = Stage.__post_init__

    def listening(stage):
        real(stage)
        for account in stage.accounts.values():
            talk = account.provider.talk

            def hear(hook, handle, request, talk=talk):
                heard.append(request)
                return talk(hook, handle, request)

            account.provider.talk = hear

    monkeypatch.setattr(Stage, "__post_init__", listening)
    return heard


def test_a_charge_takes_the_money(stage):
    """Once, under the payment's own name."""
    payment = stage.charge()

    assert (payment.status, payment.refundable) == (PaymentStatus.PAID, cad(1500))
    assert (payment.account, payment.operations[0].method) == ("main", "stored_token")
    assert stage.till.effects == [Effect("charge", "o-1", 1500)]


def test_a_page_waits_for_the_payer(stage):
    """Nothing moves until it is paid."""
    payment = stage.charge(method=PAGE)

    assert payment.status is PaymentStatus.AWAITING_PAYER
    assert payment.next_action == Redirect(f"{URL}/pay/o-1")
    assert stage.till.effects == []


def test_the_provider_is_told_what_was_asked(asked):
    """Every field, checked; nothing of the metadata."""
    stage = Stage()
    stage.charge(
        description="Bread & Butter",
        details="2 x",
        payer=Payer("user-7", "203.0.113.9"),
        extra={"avs": "1"},
        metadata={"cart": "7"},
    )
    request = asked[0]

    assert (request.reference, request.amount, request.method) == ("o-1", cad(1500), CARD)
    assert (request.description, request.details) == ("Bread & Butter", "2 x")
    assert (request.payer, request.extra) == (Payer("user-7", "203.0.113.9"), {"avs": "1"})
    assert stage.find().metadata == {"cart": "7"}


@pytest.mark.parametrize("method", [PAGE, EmbeddedForm(PAGE.return_url)])
def test_the_payer_comes_back_with_our_nonce(asked, method):
    """In the address that the provider was told, beside what the caller had there."""
    stage = Stage()
    stage.charge(method=method)
    nonce = stage.find().operations[0].nonce

    assert asked[0].method.return_url == f"https://shop.example/thanks?order=7&paycore={nonce}#top"
    assert stage.gateway.returned(nonce).reference == "o-1"


def test_a_page_that_was_never_sent_keeps_its_nonce(asked):
    """The second try tells the nonce that the ledger knows, not a new one."""
    stage = Stage()
    stage.till.next("not_sent")
    with pytest.raises(NotSent):
        stage.charge(method=PAGE)
    stage.charge(method=PAGE)
    nonce = stage.find().operations[0].nonce

    assert [nonce in request.method.return_url for request in asked] == [True, True]
    assert stage.gateway.returned(nonce).status is PaymentStatus.AWAITING_PAYER


def refused(stage, error, **changed):
    """Charge with something changed, and check that it was refused without a trace."""
    given = {"reference": "o-1", "amount": cad(1500), "method": CARD, **changed}
    with pytest.raises(error):
        stage.gateway.charge(
            given.pop("reference"), given.pop("amount"), given.pop("method"), **given
        )
    assert stage.till.calls == []
    assert stage.gateway.payments().payments == ()
    return True


@pytest.mark.parametrize(
    "changed",
    [
        {"reference": ""},
        {"reference": "o-1\n"},
        {"reference": None},
        {"key": ""},
        {"key": "  "},
        {"key": "k" * 129},
        {"amount": cad(0)},
        {"amount": 1500},
        {"amount": Money(1500, "JPY")},
        {"method": HostedPage("http://shop.example/")},
        {"method": HostedPage("https://evil.example/")},
        {"method": "card"},
        {"method": StoredToken("")},
        {"method": Wallet("apple_pay", "")},
        {"account": "nobody"},
        {"description": "a\x00b"},
        {"details": "\ud800"},
        {"payer": Payer(ip="here")},
        {"metadata": {"cvv": "123"}},
        {"metadata": {"note": "4111111111111111"}},
        {"extra": {"note": "4111111111111111"}},
    ],
    ids=str,
)
def test_what_is_wrong_is_refused_without_a_trace(stage, changed):
    """No row, no byte."""
    assert refused(stage, InvalidRequest, **changed)


def test_an_account_s_limits_hold():
    """Its guard, and raw cards only where it says so."""
    card = CardData(Secret("4111111111111111"), 12, 2030, Secret("123"), "A. Holder")
    guarded = Stage(limits=Limits(max_amount=cad(1000)))

    assert refused(guarded, InvalidRequest)
    assert refused(Stage(), NotSupported, method=card)
    assert Stage(limits=Limits(pci_dss=True)).charge(method=card).paid


class TestKeys:
    """R7: one key, one operation."""

    def test_the_reference_is_the_key(self, stage):
        """Where none is given; the stored result comes back without a call."""
        first, second = stage.charge(), stage.charge(key="o-1")

        assert first.operations == second.operations
        assert stage.till.count("charge") == 1

    def test_what_only_describes_is_not_compared(self, stage):
        """Descriptions, payer and metadata may differ."""
        stage.charge(metadata={"a": "1"})
        again = stage.charge(description="x", payer=Payer("p"), metadata={"a": "2"})

        assert again.paid
        assert again.metadata == {"a": "1"}

    @pytest.mark.parametrize(
        "changed",
        [
            {"minor": 1501},
            {"reference": "o-2"},
            {"method": StoredToken("visa-2")},
            {"method": PAGE},
            {"method": Wallet("apple_pay", "e30=")},
            {"account": "other"},
        ],
        ids=str,
    )
    def test_other_content_is_a_conflict(self, changed):
        """Another account is other content, too."""
        stage = Stage(names=("main", "other"))
        stage.charge(key="k-1")

        with pytest.raises(Conflict):
            stage.charge(**{"reference": "o-1", "key": "k-1", **changed})

        assert [till.effects for till in stage.tills.values()] == [
            [Effect("charge", "o-1", 1500)],
            [],
        ]

    def test_another_key_is_another_attempt(self, stage):
        """After a decline; the provider gets another name."""
        stage.till.next(Refused("51"))
        declined = stage.charge()
        paid = stage.charge(key="k-2")

        assert (declined.status, paid.status) == (PaymentStatus.FAILED, PaymentStatus.PAID)
        assert [o.reference for o in paid.operations] == ["o-1", "o-1-2"]

    @pytest.mark.parametrize("act", ["ok", "lost_after", "lost_before", "pending"])
    def test_no_attempt_beside_one_that_may_have_paid(self, stage, act):
        """R6: whatever account it would go to."""
        stage.till.next(act)
        stage.charge()

        with pytest.raises(Conflict):
            stage.charge(key="k-2")

        assert stage.till.count("charge") == 1

    def test_another_account_may_try(self):
        """After a decline of the first."""
        stage = Stage(names=("main", "other"))
        stage.till.next(Refused("51"))
        stage.charge()
        payment = stage.charge(key="k-2", account="other")

        assert (payment.account, payment.paid) == ("other", True)
        assert stage.tills["other"].effects == [Effect("charge", "o-1-2", 1500)]


class TestTokens:
    """A stored card belongs to the account that made it."""

    @pytest.fixture
    def two(self):
        stage = Stage(names=("main", "other"))
        stage.tills["other"].next(Says({"token": "their-name"}))
        stage.gateway.tokenize("card-1", PAGE, account="other")
        stage.tills["other"].settle("card-1")
        stage.gateway.query_token("card-1")
        return stage

    def test_it_is_charged_where_it_was_stored(self, two, asked):
        """Without naming the account, and under the provider's name for it."""
        payment = two.charge(method=StoredToken("card-1"))

        assert payment.account == "other"
        assert two.tills["other"].orders["o-1"]["state"] == "succeeded"
        assert two.tills["main"].calls == []

    def test_the_provider_hears_its_own_name(self, asked):
        """Where it has one; else ours."""
        stage = Stage()
        for name, fields in (("card-1", {"token": "theirs"}), ("card-2", {})):
            stage.till.next(Says({**fields, "state": "succeeded"}))
            stage.gateway.tokenize(name, PAGE)
            stage.charge(f"o-{name}", method=StoredToken(name))

        assert [r.method for r in asked[1::2]] == [StoredToken("theirs"), StoredToken("card-2")]

    def test_no_other_account_can_use_it(self, two):
        """The account that it belongs to is named."""
        with pytest.raises(InvalidRequest, match="other"):
            two.charge(method=StoredToken("card-1"), account="main")

        assert two.gateway.find("o-1") is None

    def test_it_has_to_be_stored_first(self, stage):
        """A page that nobody filled in stores nothing."""
        stage.gateway.tokenize("card-1", PAGE)

        with pytest.raises(InvalidRequest, match="pending"):
            stage.charge(method=StoredToken("card-1"))

        assert stage.till.count("charge") == 0

    def test_the_attempt_that_stored_it_counts(self, stage):
        """Not the one that failed before."""
        stage.till.next(Refused("no"))
        stage.gateway.tokenize("card-1", PAGE, key="t-1")
        with pytest.raises(InvalidRequest, match="declined"):
            stage.charge(method=StoredToken("card-1"))
        stage.till.next(Says({"state": "succeeded"}))
        stage.gateway.tokenize("card-1", PAGE, key="t-2")

        assert stage.charge(method=StoredToken("card-1")).paid

    def test_one_that_we_do_not_know_is_the_provider_s(self):
        """A card stored before paycore is used with the account that is named."""
        stage = Stage(names=("main", "other"))

        assert stage.charge(method=StoredToken("old-card"), account="other").account == "other"


def test_a_message_that_came_first_is_applied(stage):
    """It waited for its charge; here the charge finds it."""
    stage.till.next("pending")
    stage.tell(reference="o-1")
    stage.till.watch = lambda reference: (
        reference in stage.till.orders and stage.till.settle(reference)
    )
    payment = stage.charge()

    assert payment.paid
    assert payment.operations[0].state is State.SUCCEEDED
