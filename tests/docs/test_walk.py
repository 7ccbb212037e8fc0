"""docs/walk.md: both walks go where it says, and its picture of the floors is the one checked."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path
from pkgutil import iter_modules
from types import FrameType

import pytest

import paycore
from paycore import HostedPage, Money, PaymentStatus, WebhookMessage
from paycore_iotpay.signing import sign
from tests.docs.pages import ROOT, blocks, page, section

KEY = "0123456789abcdef0123456789abcdef"
STEP = re.compile(r"^\d+\. `([\w/]+\.py)` `([\w.]+)`", re.MULTILINE)
ORDER = {
    "payOrderId": "PC20260101000000000000000001",
    "mchId": "10000701",
    "mchOrderNo": "order-1",
    "amount": 1500,
    "currency": "CAD",
    "payType": "pay",
    "refundable": 1500,
    "status": 2,
    "channel": "PF_CC",
}
Step = tuple[str, str]


@contextmanager
def footsteps() -> Iterator[list[Step]]:
    """Collect every function of ours that is entered, as (file, qualified name)."""
    taken: list[Step] = []
    spot = {str(ROOT / top): top for top in ("paycore", "plugins")}

    def seen(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(tuple(spot)):
            taken.append((Path(path).relative_to(ROOT).as_posix(), frame.f_code.co_qualname))

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        yield taken
    finally:
        sys.setprofile(before)


def lost(steps: list[Step], taken: list[Step]) -> Step | None:
    """Return the first step of a walk that was not taken after the one before it."""
    way = iter(taken)
    return next((step for step in steps if not any(step == each for each in way)), None)


def steps_of(heading: str) -> list[Step]:
    return STEP.findall(section(page("walk.md"), heading))


@pytest.fixture
def gateway(httpserver):
    base_url = httpserver.url_for("").rstrip("/")
    opened = {"redirectUrl": f"{base_url}/cc/pay?key=k1"}
    answers = {"/v3/cc_purchase": {**opened, "retData": opened}, "/v3/cc_query": {"retData": ORDER}}
    for path, answer in answers.items():
        httpserver.expect_request(path).respond_with_json({"retCode": "SUCCESS", **answer})
    account = {
        "provider": "iotpay",
        "mode": "sandbox",
        "base_url": base_url,
        "merchant_id": "10000701",
        "merchant_key": KEY,
        "login_name": "jack123",
    }
    given = {"ledger": "memory://", "return_hosts": ["shop.example"]}
    given["accounts"] = {"cards": account}
    with paycore.open_gateway(given) as gateway:
        yield gateway


def test_a_charge_goes_the_way_that_is_told(gateway):
    """Each step of the first walk is taken, in order, over real HTTP."""
    wish = "order-1", Money(1500, "CAD"), HostedPage("https://shop.example/thanks")
    with footsteps() as taken:
        payment = gateway.charge(*wish)

    assert payment.status is PaymentStatus.AWAITING_PAYER
    assert len(steps_of("## A charge")) > 20
    assert lost(steps_of("## A charge"), taken) is None


def test_a_webhook_goes_the_way_that_is_told(gateway):
    """Each step of the second walk is taken, in order, over real HTTP."""
    gateway.charge("order-1", Money(1500, "CAD"), HostedPage("https://shop.example/thanks"))
    body = json.dumps({**ORDER, "sign": sign(ORDER, KEY)}).encode()
    with footsteps() as taken:
        answer = gateway.receive("cards", WebhookMessage("POST", {}, "", body))

    assert (answer.status, answer.body) == (200, b"SUCCESS")
    assert gateway.find("order-1").paid
    assert len(steps_of("## A webhook")) > 12
    assert lost(steps_of("## A webhook"), taken) is None


def test_a_step_that_is_not_taken_is_missed():
    """The walks are held to their order, not to a list of names."""
    first, second = ("a.py", "f"), ("b.py", "g")

    assert lost([first, second], [first, second]) is None
    assert lost([second, first], [first, second]) == first


def floors() -> list[str]:
    """Return the floors as .importlinter has them, top first."""
    config = ConfigParser()
    config.read(ROOT / ".importlinter")
    return config["importlinter:contract:floors"]["layers"].split("\n")[1:]


def test_the_picture_of_the_floors_is_the_one_that_is_checked():
    """walk.md draws what import-linter holds, floor by floor."""
    picture = blocks(section(page("walk.md"), "## The floors"), "text")[0]
    drawn = [re.split(r"\s{2,}", line)[0] for line in picture.splitlines()]

    assert drawn == floors()


def test_every_module_stands_on_a_floor():
    """No file at the top of paycore is beside the picture, `testing` excepted."""
    drawn = {name for floor in floors() for name in floor.split(" : ")}
    found = {module.name for module in iter_modules(paycore.__path__)}

    assert found - {"testing", "__main__"} <= drawn


def test_every_file_that_walk_names_exists():
    """A walk through a house that was rebuilt leads nowhere."""
    named = set(re.findall(r"`([\w/]+\.py|[\w.]+/[\w/]+)`", page("walk.md")))

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
