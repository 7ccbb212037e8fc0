"""Which address is whose."""

import pytest

from paycore_iotpay.simulator.faults import FORM_PATHS, MERCHANT_ENDPOINTS


@pytest.mark.parametrize("name", MERCHANT_ENDPOINTS)
def test_a_merchant_s_endpoint_is_for_servers(merchant, name):
    """POST alone, and no page of another origin may call it."""
    seen = merchant.get(f"/v3/{name}")
    asked = merchant.post(f"/v3/{name}", json={})

    assert (seen.status_code, seen.headers["Allow"]) == (405, "POST")
    assert asked.json()["retCode"] == "FAIL"
    assert "Access-Control-Allow-Origin" not in asked.headers


@pytest.mark.parametrize("path", FORM_PATHS.values())
def test_a_form_s_endpoint_is_for_browsers(merchant, path):
    """It says so before and after the call."""
    url = f"{merchant.simulator.base_url}{path}"
    before = merchant.session.options(url, timeout=10)
    after = merchant.post(path, json={})

    assert before.status_code == 200
    assert before.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert before.headers["Access-Control-Allow-Origin"] == "*"
    assert after.headers["Access-Control-Allow-Origin"] == "*"
    assert after.json()["retMsg"] == "parameter error: secureId"


def test_an_address_that_is_nobody_s(merchant):
    """Is not found; in JSON where a program asks."""
    page, control = merchant.get("/v4/cc_query"), merchant.get("/_simulator/secrets")

    assert (page.status_code, page.text) == (404, "Not Found\n")
    assert control.status_code == 404
    assert control.json() == {"error": "not found: /_simulator/secrets"}


def test_a_wrong_method_of_the_control_interface(merchant):
    """Is told in JSON, with the right one."""
    answer = merchant.get("/_simulator/reset")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.json() == {"error": "method not allowed: /_simulator/reset"}


def test_a_path_is_not_mended(merchant):
    """No redirect for a slash too many: a POST would be lost."""
    assert merchant.post("/v3//cc_query", json={}).status_code == 404
    assert merchant.post("/v3/cc_query/", json={}).status_code == 404


def test_what_is_remembered(merchant, simulator):
    """Calls and pages in their order; neither files nor the control interface."""
    page = merchant.page()
    merchant.get(f"/cc/purchase?key={page['secureId']}")
    merchant.get("/cc/simulator.css")
    merchant.get("/_simulator/effects")
    merchant.post(f"/cc/purchase?key={page['secureId']}", data={"cardNum": "4111 1111 1111 1111"})
    seen = simulator.requests()

    assert [(each["method"], each["endpoint"]) for each in seen] == [
        ("POST", "cc_purchase"),
        ("GET", "purchase"),
        ("POST", "purchase"),
    ]
    assert seen[2]["fields"] == {"cardNum": "411111******1111"}
    assert page["secureId"] not in str([each["path"] for each in seen])


def test_a_fault_of_the_form(merchant, simulator):
    """By its name alone; the browser may read what is left of the answer."""
    simulator.fault("fail_text", endpoint="queryorder")
    answer = merchant.post("/cc/queryorder", json={"secureId": merchant.page()["secureId"]})

    assert answer.json()["retMsg"] == "system error"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
