"""What a plugin is asked when money goes back: by the right hook, about the right charge."""

from __future__ import annotations

import paycore
from paycore.intents import QueryRequest, RefundRequest, VoidRequest
from paycore.states import Kind
from tests.stage import Stage, Teller, cad


class Listening(Teller):
    """A plugin that notes what it was asked."""

    def __init__(self):
        super().__init__()
        self.heard = []

    @paycore.hookimpl
    def refund(self, account, request):
        self.heard.append(request)
        return (yield from super().refund(account, request))

    @paycore.hookimpl
    def void(self, account, request):
        self.heard.append(request)
        return (yield from super().void(account, request))

    @paycore.hookimpl
    def query(self, account, request):
        self.heard.append(request)
        return (yield from super().query(account, request))


def test_a_refund_names_its_charge_and_what_it_took():
    """Under both names: ours, and the provider's own."""
    stage = Stage(plugin=Listening())
    stage.paid()
    stage.gateway.refund("o-1", cad(500), key="r-1")

    assert heard(stage) == [RefundRequest("o-1-r1", cad(500), "o-1", "T-o-1", cad(1500))]


def test_a_void_names_its_charge_and_all_that_it_took():
    """It is asked as a void, and never as a refund."""
    stage = Stage(plugin=Listening())
    stage.paid()
    stage.gateway.void("o-1", key="v-1")

    assert heard(stage) == [VoidRequest("o-1-v1", cad(1500), "o-1", "T-o-1")]


def test_a_question_about_a_refund_names_its_charge():
    """And what was left before it, so that the provider's books can answer."""
    stage = Stage(plugin=Listening())
    stage.paid()
    stage.till.next("lost_before")
    stage.gateway.refund("o-1", cad(500), key="r-1")
    stage.gateway.query_refund("o-1", "r-1")

    assert heard(stage)[1:] == [
        QueryRequest(Kind.REFUND, "o-1-r1", "", cad(500), "o-1", "T-o-1", cad(1500))
    ]


def test_who_can_void_is_the_account_that_took_the_money():
    """Whatever the default account could do."""
    stage = Stage(names=("main", "other"))
    stage.charge(account="other")
    stage.wiring.accounts.pop("main")

    assert stage.gateway.reverse("o-1", key="x").account == "other"


def heard(stage):
    """Return what the plugin was asked."""
    return stage.plugin.heard
