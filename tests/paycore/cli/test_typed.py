"""The command line as a person types it: real processes, a provider's simulator, a database."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.paycore.cli.processes import SETTINGS, simulator, typed

BACK = ("--return-url", "https://shop.example/thanks")


@pytest.fixture
def provider(tmp_path):
    """Run a simulator of IOTPay, and write settings that talk to it."""
    with simulator(tmp_path) as running:
        home = running.settings
        text = SETTINGS.format(folder=tmp_path, base_url=home["base_url"])
        for name in ("merchant_id", "merchant_key", "login_name"):
            lines = (
                f'{name} = "{home[name]}"' if line.startswith(name) else line
                for line in text.splitlines()
            )
            text = "\n".join(lines)
        (tmp_path / "paycore.toml").write_text(text)
        yield running


@pytest.fixture
def paycore(tmp_path):
    """Return what types a command in the folder of the settings, and checks its exit code."""

    def types(line, code=0, **more):
        done = typed(*line.split(), cwd=tmp_path, **more)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return types


def secure_id(url):
    """Return what the simulator knows an open page by."""
    return url.partition("key=")[2].partition("&")[0]
