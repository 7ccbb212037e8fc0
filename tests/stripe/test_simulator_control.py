"""The simulator from outside: its protocol, its control interface, its state file, its page."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest

from paycore import Redirect
from paycore.simulators import Simulator
from paycore_stripe.simulator import StripeSimulator
from paycore_stripe.simulator.cards import TEST_CARDS
from paycore_stripe.simulator.control import ACTS
from paycore_stripe.simulator.faults import ENDPOINTS, EVENTS, KINDS
from tests.stripe.simulated import Merchant, merchant, moved, simulator

__all__ = ["merchant", "simulator"]
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "simulator-stripe.md"


def rows() -> list[list[str]]:
    """Return the rows of every table of the page."""
    lines = PAGE.read_text("utf-8").splitlines()
    return [[c.strip() for c in line.strip("|").split("|")] for line in lines if "|" in line]


def test_it_has_all_that_a_simulator_has():
    """Every member of the protocol; a type checker sees to their shapes."""
    names = {name for name in vars(Simulator) if not name.startswith("_")}

    assert names <= set(dir(StripeSimulator))
    assert StripeSimulator.providers == ("stripe",)


def test_the_package_is_light_until_the_simulator_is_asked_for():
    """By its name, and by no other."""
    import paycore_stripe.simulator as package

    assert package.StripeSimulator is StripeSimulator
    with pytest.raises(AttributeError, match="no attribute 'Simulator'"):
        _ = package.Simulator


def test_the_fixture_is_a_running_simulator(stripe_simulator):
    """Fresh, and listening; the package brings it to every pytest."""
    assert stripe_simulator.base_url.startswith("http://127.0.0.1:")
    assert stripe_simulator.requests() == ()


def test_it_ends_without_a_trace():
    """No thread and no socket is left, and it can be started again."""
    before = set(threading.enumerate())
    simulator = StripeSimulator()
    for _ in range(2):
        with simulator:
            assert simulator.base_url
        assert simulator.base_url == ""

    assert set(threading.enumerate()) == before


def test_settings_cards_and_wallet(simulator):
    """Ready for `open_gateway`; of another provider it knows nothing."""
    settings = simulator.settings("stripe")

    assert settings["base_url"] == simulator.base_url
    assert settings["mode"] == "sandbox"
    assert simulator.cards("stripe").decline == "4000000000000002"
    assert simulator.wallet("stripe") is None
    for ask in (simulator.settings, simulator.cards, simulator.wallet):
        with pytest.raises(ValueError, match="want stripe"):
            ask("iotpay")
    with pytest.raises(ValueError, match="url: want"):
        simulator.settings("stripe", notify_url="shop.example")


@pytest.mark.parametrize(
    "action", [Redirect("http://127.0.0.1:1/c/pay/cs_test_none"), Redirect("http://127.0.0.1:1/x")]
)
def test_a_page_that_is_not_there_cannot_be_filled_in(simulator, action):
    """Whatever the address says."""
    with pytest.raises(ValueError, match="key: "):
        simulator.pay(action)


def test_only_pages_and_forms_are_filled_in(simulator):
    """Anything else is no page."""
    with pytest.raises(ValueError, match="action: want"):
        simulator.pay(object())
    with pytest.raises(ValueError, match="outcome: want"):
        simulator.pay(Redirect("http://127.0.0.1:1/x"), "perhaps")


def test_what_it_knows_outlives_it(tmp_path):
    """Payments, kept cards, effects, keys, and events that nobody has acknowledged."""
    state = str(tmp_path / "stripe.json")
    with StripeSimulator(state=state, notify_url="http://127.0.0.1:1/nobody") as simulator:
        merchant = Merchant(simulator)
        key = {"idempotency_key": "k-1"}
        asked = {"amount": 500, "currency": "cad", "payment_method": "pm_card_visa"}
        asked |= {"confirm": True, "capture_method": "manual"}
        first = merchant.v1.payment_intents.create(asked, key)
        simulator.settle()
        merchant.session.close()
    with StripeSimulator(state=state) as simulator:
        merchant = Merchant(simulator)
        again = merchant.v1.payment_intents.create(asked, key)
        waiting = len(simulator._book.records.posts)
        simulator.advance(7 * 86_400 + 1)
        over = merchant.v1.payment_intents.retrieve(first.id)
        merchant.session.close()
    said = Path(state).read_text("utf-8")

    assert again.id == first.id
    assert waiting == 3
    assert over.status == "canceled"
    assert "4242424242424242" not in said
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "another"}', '{"format": 1}'])
def test_a_file_of_somebody_else_is_not_touched(tmp_path, text):
    """It is named, and stays as it was."""
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"state: .*mine\.json is not a state file"):
        StripeSimulator(state=str(path))

    assert path.read_text() == text


def test_the_control_interface_does_what_the_class_does(merchant, simulator):
    """Effects, requests, faults, clock, pages and a fresh start, as JSON."""
    page = merchant.page()
    merchant.control("faults", kind="late_notification", times=2)
    paid = merchant.control("pay", key=page.id)
    (effect,) = merchant.control("effects")["effects"]
    seen = merchant.control("requests")["requests"]
    clock = merchant.control("clock", advance_s=86_400)["now"]
    simulator.reset()

    assert paid["location"].startswith("https://shop.example/thanks")
    assert (effect["kind"], effect["amount_minor"]) == ("charge", 1500)
    assert seen[0]["endpoint"] == "checkout.sessions.create"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", clock)
    assert merchant.control("effects") == {"effects": []}
    assert moved(simulator) == []


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("nothing", {"a": 1}, "no such address"),
        ("effects", {"a": 1}, "want GET"),
        ("pay", {}, "want POST"),
        ("pay", {"key": 1}, "key: want a string"),
        ("pay", {"outcome": "decline"}, "key: missing"),
        ("pay", {"key": "cs_test_none"}, "key: No such"),
        ("pay", {"key": "secret"}, "key: no such page or form"),
        ("clock", {"advance_s": -1}, "advance_s: want"),
        ("clock", {"advance_s": True}, "advance_s: want a number"),
        ("faults", {"kind": "drip", "colour": "red"}, "colour: no such member"),
        ("notify", {"name": "pi_none"}, "name: no event"),
    ],
)
def test_what_the_control_interface_cannot_do_it_says(merchant, name, body, said):
    """One name, `error`, that begins with the member."""
    assert said in merchant.control(name, **body)["error"]


def test_every_fault_is_documented_in_its_words():
    """The page's table is the dial's list, in its order."""
    documented = [row for row in rows() if re.fullmatch(r"`(before|after|notification)`", row[1])]

    assert documented == [[f"`{k}`", f"`{when}`", what] for k, (when, what) in KINDS.items()]


@pytest.mark.parametrize("name", [*ENDPOINTS, *EVENTS, *StripeSimulator.options])
def test_every_call_event_and_option_is_documented(name):
    """By its name."""
    assert f"`{name}`" in PAGE.read_text("utf-8")


def test_every_test_card_is_documented():
    """With what it does."""
    documented = {(row[0], row[1]) for row in rows()}

    assert {(f"`{card.number}`", f"`{card.does}`") for card in TEST_CARDS} <= documented


@pytest.mark.parametrize("name", ACTS)
def test_every_address_of_the_control_interface_is_documented(name):
    """With its body."""
    (row,) = [r for r in rows() if r[0] == f"`{ACTS[name].method} /_simulator/{name}`"]

    assert set(re.findall(r'"(\w+)":', row[1])) == set(ACTS[name].body)


def test_the_example_of_the_page_runs(capsys):
    """As it stands there."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    exec(compile(code, "page", "exec", dont_inherit=True), {"__name__": "page"})

    assert json.dumps(capsys.readouterr().out).count("charge") == 1
