"""Whether the daemon is up and takes work."""

from typing import Any, Final

from drover.wire.control import DaemonStatus, GetStatus
from drover_shim import view
from drover_shim.route import Call, Route


def healthz(call: Call) -> dict[str, Any]:
    return view.health(call.ask(GetStatus(), DaemonStatus))


ROUTES: Final = (
    Route(method="GET", path="/healthz", handler=healthz),
    Route(method="GET", path="/healthz", handler=healthz, api=False),
)
