"""The package: light until the simulator is asked for."""

import subprocess
import sys

import pytest

import paycore_iotpay.simulator as package
from paycore_iotpay.simulator.facade import IotpaySimulator

LIGHT = """
import sys
import paycore_iotpay.simulator.pytest_plugin
heavy = {"werkzeug", "requests", "marshmallow", "paycore_iotpay.simulator.facade"}
print(sorted(heavy & set(sys.modules)))
"""


def test_the_simulator_is_there_when_it_is_asked_for():
    """By its name, and by no other."""
    assert package.IotpaySimulator is IotpaySimulator
    with pytest.raises(AttributeError, match="no attribute 'Simulator'"):
        _ = package.Simulator


def test_importing_the_pytest_plugin_loads_nothing():
    """Every run of pytest imports it, where the extra is installed and where it is not."""
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"
