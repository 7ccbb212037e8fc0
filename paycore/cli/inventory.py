"""What is installed for paycore, as data: every entry point of every group, tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from paycore import discovery
from paycore.cli.front import GROUP as COMMANDS, Broken, stranger
from paycore.cli.health.machine import ENGINES
from paycore.demo.casting import simulators
from paycore.provider import HOOKS, Provider
