"""Carries out what policy.phone asks for: the one place where an event of a phone has effects beyond its own state."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from drover.policy.phone_commands import Command
from drover.supervisor.devices.registry import DeviceRegistry
from drover.wire.devices import Device

log = structlog.get_logger("drover.daemon")

Handlers = Mapping[type[Command], Callable[[Device, Any], None]]
"""For each command, who carries it out. None of them waits: what takes time goes on in the background."""


class CommandLoop:
    """Takes the orders of the registry in the order in which they were given."""

    def __init__(self, registry: DeviceRegistry, handlers: Handlers) -> None:
        self._registry = registry
        self._handlers = handlers

    async def run(self) -> None:
        """Carry out until cancelled."""
        while True:
            order = await self._registry.orders.get()
            self._carry_out(order.device, order.command)

    def carry_out_all(self) -> None:
        """What is ordered by now."""
        while not self._registry.orders.empty():
            order = self._registry.orders.get_nowait()
            self._carry_out(order.device, order.command)

    def _carry_out(self, device: Device, command: Command) -> None:
        try:
            self._handlers[type(command)](device, command)
        except Exception:
            log.exception("command_failed", device=device.serial, command=type(command).__name__)
