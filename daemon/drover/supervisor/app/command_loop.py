"""Carries out what policy.phone asks for: the one place where an event of a phone has effects beyond its own state."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from drover.policy.phone_commands import Command
from drover.supervisor.devices.registry import DeviceRegistry, Order
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
            self.carry_out(await self._registry.orders.get())

    def carry_out(self, order: Order) -> None:
        """One order; a handler that fails keeps no other order from being carried out."""
        device, command = order.device, order.command
        try:
            self._handlers[type(command)](device, command)
        except Exception:
            log.exception("command_failed", device=device.serial, command=type(command).__name__)
