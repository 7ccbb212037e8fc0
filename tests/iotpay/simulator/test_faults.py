"""The fault dial."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paycore_iotpay.simulator.faults import ENDPOINTS, KINDS, NOTIFICATION, Faults


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_each_fault_strikes_as_often_as_it_was_told(times):
    """Faults are taken in the order in which they were added, and then there are none."""
    faults = Faults()
    kinds = ["error_500", "drip", "empty_body", "fail_text"][: len(times)]
    for kind, often in zip(kinds, times, strict=True):
        faults.add(kind, times=often)

    met = [faults.take("cc_query") for _ in range(sum(times) + 1)]

    assert met == [k for k, often in zip(kinds, times, strict=True) for _ in range(often)] + [""]


def test_a_fault_waits_for_its_endpoint():
    """Named with or without its folder and in any case, only that endpoint meets it."""
    faults = Faults()
    faults.add(" Error_500 ", "/V3/CC_Refund")

    assert faults.take("cc_query") == ""
    assert faults.take("cc_refund") == "error_500"
    assert faults.take("cc_refund") == ""


def test_without_an_endpoint_the_form_is_spared():
    """Any of a merchant's calls meets it; the payer's form only by its name."""
    faults = Faults()
    faults.add("error_500")
    faults.add("empty_body", "cc_pfpurchase")

    assert faults.take("queryorder") == ""
    assert faults.take("cc_pfpurchase") == "empty_body"
    assert faults.take("cc_addcard") == "error_500"


def test_notifications_have_faults_of_their_own():
    """A call does not use up what its notification is to meet, nor the other way round."""
    faults = Faults()
    faults.add("lost_notification")
    faults.add("error_500")

    assert faults.take("cc_refund") == "error_500"
    assert faults.take("cc_refund") == ""
    assert faults.take("cc_refund", notifying=True) == "lost_notification"
    assert faults.take("cc_refund", notifying=True) == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("meteor",), "kind: want one of timeout_before_effect, "),
        (("drip", "cc_moon"), "endpoint: want one of cc_purchase, "),
        (("drip", "", 0), "times: want 1 or more"),
    ],
)
def test_what_is_not_on_the_dial_is_refused(arguments, told):
    """The error names the member and lists what there is."""
    with pytest.raises(ValueError, match=told):
        Faults().add(*arguments)


def test_clear():
    """Nothing goes wrong any more, and the counts begin again."""
    faults = Faults()
    faults.add("wrong_json", times=2)
    faults.take("cc_query")

    faults.clear()

    assert faults.take("cc_query") == ""
    assert faults.struck == {}


def test_the_list_is_complete():
    """22 kinds, 4 of them for notifications; 13 endpoints."""
    assert len(KINDS) == 22
    assert sum(moment == NOTIFICATION for moment, _ in KINDS.values()) == 4
    assert len(ENDPOINTS) == 13
