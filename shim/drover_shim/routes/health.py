"""Whether the daemon is up and takes work."""

from typing import Final

from drover.wire.control import DaemonStatus, GetStatus
from drover_shim.answers import HEALTH
from drover_shim.route import Call, Route


def healthz(call: Call) -> DaemonStatus:
    """Is the daemon up, does it take work, does adb answer."""
    return call.ask(GetStatus(), DaemonStatus)


ROUTES: Final = (
    Route(method="GET", path="/healthz", handler=healthz, answers=HEALTH),
    Route(method="GET", path="/healthz", handler=healthz, answers=HEALTH, api=False),
)
