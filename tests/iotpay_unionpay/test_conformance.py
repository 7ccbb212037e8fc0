"""UnionPay over IOTPay keeps every promise of the kit, as IOTPay does."""

from __future__ import annotations

from paycore.testing.conformance import conformance_tests
from paycore_iotpay_unionpay import hooks
from tests.iotpay.test_conformance import case

CASE = case("iotpay_unionpay", hooks)
test_conformance = conformance_tests(CASE, strict=True)
