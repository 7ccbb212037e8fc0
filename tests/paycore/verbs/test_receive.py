"""A message is verified, kept, applied and acknowledged, in this order; and nothing is raised."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paycore
from paycore import secret
from paycore.account import Limits
from paycore.errors import LedgerError, OutcomeUnknown, WebhookRejected
from paycore.ledger.protocol import InboxState
from paycore.report import Notification, Report, WebhookMessage
from paycore.secret import scrub
from paycore.settings.schemas import AccountSchema
from paycore.states import State
from tests.stage import AMOUNT, PAGE, Effect, Raises, Stage, Teller, message

GENUINE = message(reference="o-1")


@pytest.fixture
def stage():
    stage = Stage()
    stage.charge(method=PAGE)
    return stage


def rows(stage):
    return [(row.state, row.copies) for row in stage.ledger.messages()]


def charge(stage):
    return stage.find().operations[0]


class Deaf(Teller):
    """A provider that sends no messages."""

    verify_webhook = None


class Rogue(Teller):
    """A plugin whose check of messages does what the test says."""

    def __init__(self, act):
        super().__init__()
        self.act = act

    @paycore.hookimpl
    def verify_webhook(self, account, message):
        return self.act(message)


def raising(error):
    def act(_message):
        raise error

    return act


def test_a_genuine_message_is_kept_applied_and_acknowledged(stage):
    """What it says is true by the provider's own word."""
    stage.till.settle("o-1")
    answer = stage.tell(reference="o-1")

    assert (answer.status, answer.body) == (200, b"thanks")
    assert rows(stage) == [(InboxState.APPLIED, 1)]
    assert stage.find().paid
    assert stage.ear.outcomes() == ["applied"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"headers": {"Seal": "forged"}}, 401),
        ({"headers": {}}, 401),
        ({"body": b""}, 400),
        ({"body": b"null"}, 400),
        ({"body": b"{" + b" " * 300_000 + b"}"}, 413),
        ({"method": "PUT"}, 400),
        ({"method": "HEAD"}, 400),
        ({"headers": {"Seal": "genuine", "content-ENCODING": "gzip"}}, 400),
        ({"headers": {"Seal": "genuine", "Content-Encoding": " Deflate "}}, 400),
    ],
    ids=str,
)
def test_what_is_not_genuine_leaves_nothing(stage, changed, status):
    """No row, no query, no acknowledgement (R19)."""
    answer = stage.gateway.receive("main", replace(GENUINE, **changed))

    assert answer.status == status
    assert b"thanks" not in answer.body
    assert rows(stage) == []
    assert stage.till.count("query") == 0
    assert charge(stage).state is State.PENDING
    assert stage.ear.outcomes() == [str(status)]


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_what_is_not_compressed_may_say_so(stage, encoding):
    """It is no compression."""
    told = message({"Content-Encoding": encoding}, reference="o-1")

    assert stage.gateway.receive("main", told).status == 200


@pytest.mark.parametrize("account", ["nobody", "", None, 7, ["main"]])
def test_nobody_s_address_is_not_found(stage, account):
    """No such account."""
    answer = stage.gateway.receive(account, GENUINE)

    assert (answer.status, rows(stage)) == (404, [])


def test_listeners_hear_no_stranger_s_words(stage):
    """What stands in an address that is nobody's might be anything: a card number, a new label."""
    stage.gateway.receive("x-4111111111111111", GENUINE)

    assert stage.ear.heard[-1] == ("webhook_received", {"account": "", "outcome": "404"})


def test_a_provider_without_messages_has_no_address():
    """Whoever writes is not it."""
    stage = Stage(plugin=Deaf())

    assert stage.gateway.receive("main", GENUINE).status == 404


def test_a_browser_that_comes_by_sees_a_neutral_page(stage):
    """N52: it is asked for nothing, told nothing and believed nothing."""
    for claim in ("status=2", "paycore=x&status=9", "<script>"):
        answer = stage.gateway.receive("main", replace(GENUINE, method="get", query=claim))

        assert answer.status == 200
        assert b"thanks" not in answer.body
        assert claim.encode() not in answer.body
    assert (rows(stage), stage.till.count("query")) == ([], 0)


class TestBadPlugins:
    """Whatever a plugin's check does, nothing is believed and nothing raised."""

    @pytest.mark.parametrize(
        "act",
        [
            lambda _: None,
            lambda _: True,
            lambda _: Report("o-1", State.SUCCEEDED, AMOUNT),
            lambda _: Notification("o-1", b"thanks"),
            raising(RuntimeError("oops")),
            raising(KeyError("sign")),
            raising(OutcomeUnknown("oops")),
            raising(RecursionError()),
            raising(MemoryError()),
            raising(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "oops")),
        ],
    )
    def test_nonsense_is_not_acknowledged(self, act):
        """The provider sends it again, and by then the plugin may be mended."""
        stage = Stage(plugin=Rogue(act))
        answer = stage.gateway.receive("main", GENUINE)

        assert answer.status in {400, 503}
        assert b"thanks" not in answer.body
        assert rows(stage) == []

    @pytest.mark.parametrize(
        "status", [200, 204, 302, 500, 0, -1, 99999, [400], {}, None, "401", 401.0, True]
    )
    def test_a_rejection_is_never_an_acknowledgement(self, status):
        """Whatever status a plugin asks for: many providers take any 2xx for an answer."""
        stage = Stage(plugin=Rogue(raising(WebhookRejected("no", status=status))))

        answer = stage.gateway.receive("main", GENUINE)

        assert (answer.status, type(answer.status)) == (400, int)

    def test_a_rejection_that_cannot_be_told_is_not_raised(self):
        """A plugin's own kind of rejection may lack what ours have."""

        class Odd(WebhookRejected):
            def __init__(self):
                """Leave everything out."""

        stage = Stage(plugin=Rogue(raising(Odd())))

        assert stage.gateway.receive("main", GENUINE).status == 503

    def test_a_rejection_s_text_is_not_read_to_its_end(self, caplog):
        """It may quote a stranger's megabyte, and nobody has looked at its signature."""
        caplog.set_level("INFO", "paycore")
        text = "4111 1111 1111 1111 " + "1 " * 100_000
        stage = Stage(plugin=Rogue(raising(WebhookRejected(text))))
        read = []
        with mock.patch.object(secret, "scrub", lambda text: read.append(text) or scrub(text)):
            stage.gateway.receive("main", GENUINE)

        assert 300 <= sum(map(len, read)) <= 2_000
        assert "411111******1111" in caplog.text

    @pytest.mark.parametrize(
        "error", [SystemExit(0), KeyboardInterrupt(), asyncio.CancelledError()]
    )
    def test_who_ends_the_process_is_not_held_up(self, error):
        """A server's own signal, in the middle of it: no answer, so it comes again."""
        stage = Stage(plugin=Rogue(raising(error)))

        with pytest.raises(type(error)):
            stage.gateway.receive("main", GENUINE)

        assert rows(stage) == []

    @given(st.binary(max_size=200), st.text(max_size=20))
    def test_noise_is_refused(self, body, seal):
        """R19: whatever the bytes."""
        stage = Stage()
        noise = WebhookMessage("POST", {"Seal": seal}, "", body, "")

        assert stage.gateway.receive("main", noise).status in {400, 401}

    @given(st.binary(max_size=200))
    def test_noise_with_a_good_seal_is_no_message(self, body):
        """Nor raised: the plugin of these tests reads carelessly, and its errors stay here."""
        stage = Stage()
        answer = stage.gateway.receive("main", replace(GENUINE, body=body))

        assert answer.status in {400, 503}


class TestKept:
    """R11: the acknowledgement follows the commit, whatever becomes of the rest."""

    def test_without_a_commit_there_is_none(self, stage, monkeypatch):
        """N56: 503, and the provider sends it again."""

        def keep(*_):
            raise LedgerError("the disk is full")

        monkeypatch.setattr(stage.ledger, "keep", keep)
        answer = stage.tell(reference="o-1")

        assert answer.status == 503
        assert b"thanks" not in answer.body
        assert stage.ear.outcomes() == ["503"]

    @pytest.mark.parametrize("method", ["by_wire", "record", "mark", "claim_check"])
    def test_what_was_kept_is_acknowledged_although_applying_it_fails(
        self, stage, monkeypatch, method
    ):
        """It is not lost: `reconcile` applies it."""

        def fail(*_, **__):
            raise LedgerError("gone for a moment")

        stage.till.settle("o-1")
        with monkeypatch.context() as broken:
            broken.setattr(stage.ledger, method, fail)
            answer = stage.tell(reference="o-1")
        kept = rows(stage)
        stage.clock.advance(60)
        stage.gateway.reconcile(ahead=True)

        assert (answer.status, answer.body) == (200, b"thanks")
        assert kept == [(InboxState.VERIFIED, 1)]
        assert stage.find().paid
        assert [state.is_finished for state, _ in rows(stage)] == [True]

    def test_a_query_that_fails_keeps_it_waiting(self, stage):
        """It is acknowledged, and asked about again."""
        stage.till.settle("o-1")
        stage.till.next_query(Raises(RuntimeError("a bug of the transport")))
        answer = stage.tell(reference="o-1")
        kept = rows(stage)
        stage.clock.advance(60)
        done = stage.gateway.reconcile(ahead=True)

        assert (answer.status, kept) == (200, [(InboxState.VERIFIED, 1)])
        assert done.messages == 1
        assert stage.find().paid


class TestCopies:
    """R13: one event, one effect, for ever."""

    def test_the_same_message_again_is_a_duplicate(self, stage):
        """Acknowledged again; 30 days later, too (N25)."""
        stage.till.settle("o-1")
        for wait_s in (0, 1, 30 * 86_400):
            stage.clock.advance(wait_s)
            assert stage.tell(reference="o-1").body == b"thanks"

        assert rows(stage) == [(InboxState.APPLIED, 3)]
        assert stage.ear.outcomes() == ["applied", "duplicate", "duplicate"]
        assert stage.ear.finished("o-1") == [State.PENDING, State.SUCCEEDED]
        assert stage.till.count("query") == 1

    def test_other_bytes_are_the_same_message(self, stage):
        """N03: reordered, with blanks and further members."""
        stage.till.settle("o-1")
        stage.tell(reference="o-1")
        body = b' {"x": 1, "currency":"CAD","amount":1500,"reference":"o-1",\n"state":"succeeded",'
        body += b'"kind" : "charge"}'
        stage.gateway.receive("main", replace(GENUINE, body=body))

        assert rows(stage) == [(InboxState.APPLIED, 2)]

    @pytest.mark.parametrize(
        "changed",
        [
            {"reference": "o-2"},
            {"state": "declined"},
            {"amount": 1},
            {"currency": "USD"},
            {"kind": "refund"},
            {"theirs": "T-x"},
            {"event": "e-2"},
        ],
        ids=str,
    )
    def test_another_message_is_another(self, stage, changed):
        """In anything that means something."""
        stage.tell(reference="o-1")
        stage.tell(**{"reference": "o-1", **changed})

        assert [copies for _, copies in rows(stage)] == [1, 1]

    def test_what_is_finished_causes_no_query_any_more(self, stage):
        """However often it comes, and whatever it was worth."""
        for _ in range(3):
            stage.tell(reference="o-1", amount=1)
            stage.clock.advance(60)

        assert rows(stage) == [(InboxState.QUARANTINED, 3)]
        assert stage.till.count("query") == 1

    def test_a_repeated_hint_does_not_ask_again_at_once(self, stage):
        """R27: nobody confirms it yet; copies within 30 s cause no query."""
        for _ in range(5):
            stage.tell(reference="o-1")
        at_once = stage.till.count("query")
        stage.clock.advance(30)
        stage.tell(reference="o-1")

        assert (at_once, stage.till.count("query")) == (1, 2)
        assert rows(stage) == [(InboxState.VERIFIED, 6)]


class TestPeers:
    """R29: where messages are known to come from one place, others only cause a query."""

    @pytest.fixture(params=[False, True], ids=["hint", "proof"])
    def guarded(self, request):
        limits = Limits(notify_peers=("198.51.100.1", "2001:db8::1"))
        stage = Stage(limits=limits, description={"webhook_is_proof": request.param})
        stage.charge(method=PAGE)
        return stage

    def from_peer(self, stage, peer, **headers):
        told = replace(message(headers, reference="o-1"), peer=peer)
        return stage.gateway.receive("main", told)

    def test_from_elsewhere_it_is_stored_and_a_query_decides(self, guarded):
        """N54: kept, acknowledged, quarantined; even of a provider whose word is proof."""
        answer = self.from_peer(guarded, "203.0.113.9")

        assert (answer.status, rows(guarded)) == (200, [(InboxState.QUARANTINED, 1)])
        assert guarded.till.count("query") == 1
        assert charge(guarded).state is State.PENDING

    @pytest.mark.parametrize("listed", ["203.0.113.9", "::ffff:203.0.113.9", "::FFFF:cb00:7109"])
    @pytest.mark.parametrize("peer", ["203.0.113.9", "::ffff:203.0.113.9", "::ffff:203.0.113.8"])
    def test_a_peer_is_itself_in_every_spelling(self, listed, peer):
        """A socket that hears both families spells the old one's addresses in its own way."""
        section = AccountSchema().load({"provider": "till", "notify_peers": [listed]})
        stage = Stage(limits=Limits(notify_peers=tuple(section["notify_peers"])))
        stage.charge(method=PAGE)
        stage.till.settle("o-1")
        self.from_peer(stage, peer)
        told = InboxState.APPLIED if peer.endswith("9") else InboxState.QUARANTINED

        assert [state for state, _ in rows(stage)] == [told]

    def test_a_header_is_nobody_s_word(self, guarded):
        """N53: whoever it names."""
        self.from_peer(guarded, "203.0.113.9", **{"X-Forwarded-For": "198.51.100.1"})

        assert rows(guarded) == [(InboxState.QUARANTINED, 1)]

    def test_the_real_one_is_not_held_up_by_the_other(self, guarded):
        """Who came first from elsewhere does not make it a duplicate."""
        self.from_peer(guarded, "203.0.113.9")
        guarded.till.settle("o-1")
        guarded.clock.advance(60)
        self.from_peer(guarded, "2001:db8::1")

        assert rows(guarded) == [(InboxState.QUARANTINED, 1), (InboxState.APPLIED, 1)]
        assert guarded.find().paid

    def test_from_elsewhere_it_waits_for_nobody(self, guarded):
        """About something that nobody knows yet: it is not applied later as if it were listed."""
        told = replace(message(reference="o-2"), peer="203.0.113.9")
        guarded.gateway.receive("main", told)
        guarded.charge("o-2", method=PAGE)

        assert rows(guarded) == [(InboxState.QUARANTINED, 1)]
        assert guarded.find("o-2").operations[0].state is State.PENDING


def test_a_message_moves_no_money(stage):
    """However many come, only queries are made."""
    for amount in (1, 1500, 9999):
        stage.tell(reference="o-1", amount=amount)

    assert stage.till.effects == []
    assert {name for name, _ in stage.till.calls} == {"charge", "query"}
    stage.till.settle("o-1")
    assert stage.till.effects == [Effect("charge", "o-1", 1500)]


@pytest.mark.parametrize("defers", [False, True])
def test_what_is_about_nothing_of_ours_is_acknowledged_and_left(defers, monkeypatch):
    """A customer was renamed: genuine, told to listeners, and nothing is kept or asked."""
    stage = Stage(plugin=Rogue(lambda _: Notification(None, b"thanks", "text/x")))
    monkeypatch.setattr(type(stage.wiring.engine), "defers", defers)
    stage.charge(method=PAGE)
    calls = len(stage.till.calls)
    answer = stage.gateway.receive("main", GENUINE)

    assert (answer.status, answer.body, answer.content_type) == (200, b"thanks", "text/x")
    assert (rows(stage), stage.ear.outcomes()) == ([], ["ignored"])
    assert len(stage.till.calls) == calls


def test_a_plugin_hears_when_a_message_came():
    """By our clock, unless the caller knows better; what was handed in stays as it is."""
    heard = []

    def act(told):
        heard.append(told.received_at)
        return Notification(None, b"thanks")

    stage = Stage(plugin=Rogue(act))
    early = stage.clock()
    stage.clock.advance(60)
    for told in (GENUINE, replace(GENUINE, received_at=early)):
        stage.gateway.receive("main", told)
        stage.gateway.books.verified("main", told)

    assert heard == [stage.clock(), stage.clock(), early, early]
    assert GENUINE.received_at is None
