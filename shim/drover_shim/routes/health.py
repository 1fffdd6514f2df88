"""Whether the daemon is up and takes work."""

from typing import Final

from drover.wire.control import DaemonStatus, GetStatus
from drover_shim import view
from drover_shim.route import Call, Route
from drover_shim.shapes import HealthView


def healthz(call: Call) -> HealthView:
    """Is the daemon up, does it take work, does adb answer."""
    return view.health(call.ask(GetStatus(), DaemonStatus))


ROUTES: Final = (
    Route(method="GET", path="/healthz", handler=healthz, answers=HealthView),
    Route(method="GET", path="/healthz", handler=healthz, answers=HealthView, api=False),
)
