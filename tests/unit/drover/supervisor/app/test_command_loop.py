"""Commands are carried out in their order, and one that fails keeps no other from it."""

import asyncio
from typing import Any

from structlog.testing import capture_logs

from drover.policy.phone_commands import Command, Publish, RecordWorker, WakeDispatcher
from drover.supervisor.app.command_loop import CommandLoop
from drover.supervisor.devices.registry import DeviceRegistry
from drover.wire.devices import DeviceState
from tests.support.registered import make_ready


def test_orders_come_in_their_order_with_the_phone_as_it_was_then() -> None:
    done: list[tuple[str, DeviceState]] = []

    def carry(device: Any, command: Command) -> None:
        done.append((type(command).__name__, device.state))
        if isinstance(command, RecordWorker):
            raise OSError("no")

    async def play() -> None:
        registry = DeviceRegistry([])
        loop = CommandLoop(registry, dict.fromkeys(Command.__args__, carry))
        running = asyncio.create_task(loop.run())
        make_ready(registry, "a")
        assert done == []  # an event is taken at once, what comes of it waits for the loop
        while len(done) < 7:
            await asyncio.sleep(0)
        running.cancel()

    with capture_logs() as logs:
        asyncio.run(play())
    kinds = [kind for kind, _ in done]
    assert kinds == [
        "KeepWorker",
        "Publish",
        "RecordWorker",
        "Publish",
        "LookForLeftovers",
        "Publish",
        "WakeDispatcher",
    ]
    assert [state for kind, state in done if kind in (Publish.__name__, WakeDispatcher.__name__)] == [
        DeviceState.PREPARING, DeviceState.PREPARING, DeviceState.IDLE, DeviceState.IDLE,
    ]  # fmt: skip
    assert [line["command"] for line in logs if line["event"] == "command_failed"] == ["RecordWorker"]
