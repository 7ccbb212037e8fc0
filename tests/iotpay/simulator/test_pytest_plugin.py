"""The fixture for the tests of applications."""

import subprocess
import sys

from paycore_iotpay.simulator import IotpaySimulator
from paycore_iotpay.simulator.pytest_plugin import iotpay_simulator  # noqa: F401

USE = """
import threading
from paycore_iotpay.simulator import IotpaySimulator

def test_a_simulator_of_its_own(iotpay_simulator):
    assert isinstance(iotpay_simulator, IotpaySimulator)
    assert iotpay_simulator.base_url.startswith("http://127.0.0.1:")
    assert iotpay_simulator.effects() == ()

def test_it_was_stopped():
    assert threading.active_count() == 1
"""


def test_the_fixture_is_a_running_simulator(iotpay_simulator):  # noqa: F811
    """Fresh, and listening."""
    assert isinstance(iotpay_simulator, IotpaySimulator)
    assert iotpay_simulator.base_url
    assert iotpay_simulator.requests() == ()


def test_an_application_s_test_gets_a_simulator(tmp_path):
    """A fresh one for each test, stopped when the test ends."""
    (tmp_path / "test_shop.py").write_text(USE)
    chosen = [] if _installed() else ["-p", "paycore_iotpay.simulator.pytest_plugin"]
    quiet = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-c", "/dev/null"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, *chosen, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert "2 passed" in done.stdout


def _installed():
    from importlib.metadata import entry_points

    return bool([e for e in entry_points(group="pytest11") if "paycore_iotpay" in e.value])
