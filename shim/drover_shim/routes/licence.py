"""The plan."""

from typing import Any, Final

from drover_shim.route import Call, Route


def check(call: Call) -> dict[str, Any]:
    plan = call.pool.plan()
    return {
        "plan_name": plan.plan_name,
        "api_enabled": plan.api_enabled,
        "device_limit": plan.device_limit,
        "message": plan.message,
    }


ROUTES: Final = (Route(method="GET", path="/license/check", handler=check),)
