"""The simulator as paycore's tools know it."""

import inspect
import json
import re
import threading

import pytest

import paycore
from paycore.simulators import Simulator
from paycore_iotpay.simulator import IotpaySimulator
from paycore_iotpay.simulator.checking import genuine, sign

KEY = "simulatedKey00000000000000000000"


def test_it_is_a_simulator():
    """Every member of the protocol is there, with the same arguments."""
    promised = [name for name in vars(Simulator) if not name.startswith("_")]
    methods = [name for name in promised if inspect.isfunction(getattr(Simulator, name))]
    same = [
        list(inspect.signature(getattr(each, name)).parameters)
        for name in methods
        for each in (Simulator, IotpaySimulator)
    ]

    assert all(hasattr(IotpaySimulator, name) for name in promised)
    assert len(methods) >= 12
    assert same[::2] == same[1::2]


def test_its_options_are_its_constructor_s():
    """Each has a help line."""
    taken = set(inspect.signature(IotpaySimulator).parameters)

    assert taken == {"port", "state", *IotpaySimulator.options}
    assert all(IotpaySimulator.options.values())


def test_where_it_listens(simulator):
    """On loopback, on a free port; the control interface is below."""
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", simulator.base_url)
    assert simulator.control_url == f"{simulator.base_url}/_simulator"


def test_it_leaves_nothing_behind(tmp_path):
    """No thread; of a state only its file. It can be started again."""
    before = set(threading.enumerate())
    simulator = IotpaySimulator(state=str(tmp_path / "state.json"))
    for _ in range(2):
        with simulator:
            assert simulator.base_url
        assert simulator.base_url == ""

    assert set(threading.enumerate()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_it_stops_though_a_call_is_held(merchant, simulator, shop):
    """A fault that holds a connection holds nothing else: its client sees the end."""
    failures = []

    def wait():
        try:
            merchant.paid("o-1")
        except OSError as error:
            failures.append(error)

    simulator.fault("timeout_after_effect")
    waiting = threading.Thread(target=wait)
    waiting.start()
    shop.heard.get(timeout=10)
    simulator.__exit__(None, None, None)
    waiting.join(10)

    assert not waiting.is_alive()
    assert len(failures) == 1


def test_a_taken_port(simulator):
    """Is an OSError, and nothing was started."""
    port = int(simulator.base_url.rpartition(":")[2])
    before = threading.active_count()
    with pytest.raises(OSError, match="in use"), IotpaySimulator(port=port):
        pass

    assert threading.active_count() == before


def test_stopping_what_was_never_started():
    """Is no error."""
    simulator = IotpaySimulator()

    simulator.__exit__(None, None, None)

    assert simulator.base_url == ""


@pytest.mark.parametrize("provider", IotpaySimulator.providers)
def test_settings(simulator, provider):
    """An account's, for either provider."""
    assert simulator.settings(provider, notify_url="http://127.0.0.1:1/n") == {
        "provider": provider,
        "base_url": simulator.base_url,
        "mode": "sandbox",
        "merchant_id": "10000701",
        "merchant_key": KEY,
        "login_name": "jack123",
        "notify_url": "http://127.0.0.1:1/n",
    }


def test_another_merchant(shop):
    """Is known by the options, and nobody else then."""
    options = {"merchant_id": "20000702", "merchant_key": "k" * 40, "login_name": "jill"}
    with IotpaySimulator(**options) as simulator:
        settings = simulator.settings("iotpay")

    assert {name: settings[name] for name in options} == options
    assert settings["notify_url"] == ""


def test_cards_and_wallets(simulator):
    """By provider; UnionPay has a late card, and no wallet."""
    cards, unionpay = simulator.cards("iotpay"), simulator.cards("iotpay_unionpay")

    assert (cards.success, cards.decline, cards.late) == (
        "4111111111111111",
        "4000000000000002",
        "",
    )
    assert (unionpay.success, unionpay.decline) == ("6200000000000005", "6200000000000047")
    assert unionpay.late == "6205500000000000004"
    assert simulator.wallet("iotpay")[0] == "apple_pay"
    assert simulator.wallet("iotpay_unionpay") is None


@pytest.mark.parametrize("ask", ["settings", "cards", "wallet"])
def test_a_provider_that_it_does_not_serve(simulator, ask):
    """The error lists those that it does."""
    with pytest.raises(ValueError, match="provider: want one of iotpay, iotpay_unionpay"):
        getattr(simulator, ask)("stripe")


def test_pay_takes_a_page_or_a_form(merchant, simulator):
    """By its address, or by the key of the form; nothing else can be filled in."""
    first, second = merchant.page("o-1"), merchant.page("o-2")
    form = paycore.MountForm(f"{simulator.base_url}/cc/iotpaycc.js", second["secureId"])

    assert simulator.pay(paycore.Redirect(first["redirectUrl"])).endswith("status=2#done")
    assert simulator.pay(form, "decline").endswith("status=9#done")
    assert [effect.reference for effect in simulator.effects()] == ["o-1"]
    with pytest.raises(ValueError, match="want a Redirect or a MountForm"):
        simulator.pay(paycore.Wait())
    with pytest.raises(ValueError, match="no such page"):
        simulator.pay(paycore.Redirect("https://shop.example/"))


def test_notify(merchant, simulator, shop):
    """Tells of a payment again, and waits for the answer."""
    order = merchant.paid("o-1")
    simulator.settle()
    shop.messages()

    simulator.notify(order["payOrderId"])

    assert [message["mchOrderNo"] for message in shop.messages()] == ["o-1"]


def test_forge(merchant, simulator):
    """Claims a success of what nobody has paid, and is not genuine."""
    merchant.page("o-1")
    order = merchant.done("cc_query", mchOrderNo="o-1")
    headers, body = simulator.forge(order["payOrderId"])
    claimed = paycore.parse_json(body)

    assert headers == {"Content-Type": "application/json;charset=UTF-8"}
    assert (order["status"], claimed["status"]) == (0, 2)
    assert (claimed["mchOrderNo"], claimed["amount"]) == ("o-1", 1500)
    assert len(claimed["sign"]) == 32
    assert not genuine(claimed, KEY)
    with pytest.raises(ValueError, match="no such order"):
        simulator.forge("PC0")


def test_reset(merchant, simulator):
    """Forgets everything: a number can be used again."""
    merchant.paid("o-1")
    simulator.settle()

    simulator.reset()

    assert (simulator.effects(), simulator.requests()) == ((), ())
    assert merchant.paid("o-1")["status"] == 2


def test_a_state_outlives_its_simulator(tmp_path, shop):
    """Payments, effects, tokens with what they do, the clock, and what was still to be told."""
    import requests

    path = tmp_path / "state.json"
    order = {"amount": 1500, "currency": "CAD", "notifyUrl": shop.url}

    def call(simulator, endpoint, **fields):
        said = {"mchId": "10000701", "loginName": "jack123", **fields}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                f"{simulator.base_url}/v3/{endpoint}",
                json={**said, "sign": sign(said, KEY)},
                timeout=10,
            )
        return answer.json()["retData"]

    shop.answers.append((500, b""))
    with IotpaySimulator(state=str(path)) as first:
        page = {**order, "mchOrderNo": "o-1", "channel": "PF_CC"}
        page["returnUrl"] = "https://shop.example/"
        first.pay(paycore.Redirect(call(first, "cc_purchase", **page)["redirectUrl"]))
        card = {"cardNum": "6205500000000000004", "holder": "T", "expiryDate": "1230", "cvv": "987"}
        call(first, "cc_directaddcard", cardId="late", channel="UPI_EX", **card)
        first.settle()
        first.advance(24 * 3600 - 100)
    kept = path.read_text("utf-8")
    with IotpaySimulator(state=str(path)) as second:
        again = second.effects()
        late = call(second, "cc_purchasewithtoken", mchOrderNo="o-2", cardId="late", **order)
        second.advance(100)
        second.settle()
        told = [message["mchOrderNo"] for message in shop.messages()]
        paid = call(second, "cc_query", mchOrderNo="o-1")
        refund = call(
            second, "cc_refund", mchRefundNo="r-1", refundAmount=1, payOrderId=paid["payOrderId"]
        )

    assert again == first.effects()
    assert (paid["status"], late["status"], refund["status"]) == (2, 1, 2)
    assert sorted(told) == ["o-1", "o-1", "o-2"]
    assert json.loads(kept)["cards"]["late"]["number"] == "620550*********0004"
    for secret in ("6205500000000000004", "4111111111111111", "cvv", KEY):
        assert secret not in kept


def test_a_state_that_is_none(tmp_path):
    """Is refused before anything is started."""
    path = tmp_path / "notes.txt"
    path.write_text("shopping")

    with pytest.raises(ValueError, match=r"notes\.txt is not a state file"):
        IotpaySimulator(state=str(path))
